package io.firstline.config.venue;

import io.firstline.config.check.Checks;
import java.util.List;
import java.util.stream.Stream;

/**
 * The form of a venue's messages. Immutable; checked in the constructor.
 *
 * @param payload what binary messages are
 * @param ignore JSON pointers to values that may differ between the copies of a message: they do not belong to its
 *     identity
 * @param line JSON pointers to the number of a message on its connection, which grows by one; the first present one
 *     counts; empty = connections are not numbered
 */
public record MessageContent(PayloadEncoding payload, List<String> ignore, List<String> line) {
    /** Text messages are read, binary ones are not; a message is all its bytes. */
    public static final MessageContent NONE = new MessageContent(PayloadEncoding.NONE, List.of(), List.of());

    public MessageContent {
        ignore = List.copyOf(ignore);
        line = List.copyOf(line);
        Checks checks = new Checks();
        Pointers.check(checks, "ignore", ignore);
        Pointers.check(checks, "line/last", line);
        checks.throwIfAny("messages");
    }

    /** The pointers that are read in every message. */
    List<String> pointers() {
        return Stream.concat(ignore.stream(), line.stream()).toList();
    }
}
