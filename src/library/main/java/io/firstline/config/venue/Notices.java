package io.firstline.config.venue;

import java.util.List;

/**
 * The server's messages about its connection and its requests, except replies that name a request by its id. All are
 * control messages, not part of the merged stream. Immutable.
 *
 * @param shutdown signs of an announcement that the server will close the connection
 * @param errors signs of an error report
 * @param errorText JSON pointers to the server's text in an error or a refusal; missing values are skipped
 */
public record Notices(List<FieldMatcher> shutdown, List<FieldMatcher> errors, List<String> errorText) {
    public static final Notices NONE = new Notices(List.of(), List.of(), List.of());

    public Notices {
        shutdown = List.copyOf(shutdown);
        errors = List.copyOf(errors);
        errorText = List.copyOf(errorText);
    }
}
