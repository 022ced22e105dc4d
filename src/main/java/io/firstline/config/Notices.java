package io.firstline.config;

import java.util.List;

/**
 * How a server speaks about its connection and its requests, apart from replies that name a request by its id. All of it is control: it
 * is not part of the merged stream. Immutable.
 *
 * @param shutdown a message of which one of these is true says that the server is about to close the connection
 * @param errors a message of which one of these is true reports an error
 * @param errorText JSON pointers to the server's words in an error or a refusal; those that a message lacks are skipped
 */
public record Notices(List<Sign> shutdown, List<Sign> errors, List<String> errorText) {
    public static final Notices NONE = new Notices(List.of(), List.of(), List.of());

    public Notices {
        shutdown = List.copyOf(shutdown);
        errors = List.copyOf(errors);
        errorText = List.copyOf(errorText);
    }
}
