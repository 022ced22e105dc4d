package io.firstline.config.venue;

import io.firstline.config.check.Checks;
import java.util.ArrayList;
import java.util.List;

/**
 * The server's messages about its connection and its requests, except replies that name a request by its id. All are
 * control messages, not part of the merged stream. Immutable; checked in the constructor.
 *
 * @param shutdownStreams names of the streams on which the server announces that it will close the connection
 * @param shutdown signs of such an announcement
 * @param closeCodes codes of a close frame with which the server announces that it will close the other connections too
 * @param errors signs of an error report
 * @param errorText JSON pointers to the server's text in an error or a refusal; missing values are skipped
 */
public record Notices(
        List<String> shutdownStreams,
        List<FieldMatcher> shutdown,
        List<Integer> closeCodes,
        List<FieldMatcher> errors,
        List<String> errorText) {
    public static final Notices NONE = new Notices(List.of(), List.of(), List.of(), List.of(), List.of());

    private static final int FIRST_CODE = 1_000;
    private static final int LAST_CODE = 4_999;

    public Notices {
        shutdownStreams = List.copyOf(shutdownStreams);
        shutdown = List.copyOf(shutdown);
        closeCodes = List.copyOf(closeCodes);
        errors = List.copyOf(errors);
        errorText = List.copyOf(errorText);
        Checks checks = new Checks();
        Pointers.check(checks, "shutdown", FieldMatcher.pointers(shutdown));
        Pointers.check(checks, "errors", FieldMatcher.pointers(errors));
        Pointers.check(checks, "errorText", errorText);
        closeCodes.forEach(code -> checks.range("shutdown", code, FIRST_CODE, LAST_CODE));
        checks.throwIfAny("messages");
    }

    /** Announcements on streams with these names. */
    public static Notices onStreams(List<String> names) {
        return new Notices(names, List.of(), List.of(), List.of(), List.of());
    }

    /** Whether the server announces the end of a connection. */
    public boolean announceShutdown() {
        return !shutdownStreams.isEmpty() || !shutdown.isEmpty() || !closeCodes.isEmpty();
    }

    /** The pointers that are read in every message. */
    List<String> pointers() {
        List<String> pointers = new ArrayList<>(errorText);
        pointers.addAll(FieldMatcher.pointers(shutdown));
        pointers.addAll(FieldMatcher.pointers(errors));
        return pointers;
    }
}
