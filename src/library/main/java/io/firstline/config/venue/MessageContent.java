package io.firstline.config.venue;

import io.firstline.config.check.Checks;
import java.util.List;

/**
 * The form of a venue's messages. Immutable; checked in the constructor.
 *
 * @param payload how binary messages hold text
 * @param ignore JSON pointers to values that may differ between the copies of a message: they do not belong to its
 *     identity
 */
public record MessageContent(PayloadEncoding payload, List<String> ignore) {
    /** Text messages are read, binary ones are not; a message is all its bytes. */
    public static final MessageContent NONE = new MessageContent(PayloadEncoding.NONE, List.of());

    public MessageContent {
        ignore = List.copyOf(ignore);
        Checks checks = new Checks();
        Pointers.check(checks, "ignore", ignore);
        checks.throwIfAny("messages");
    }
}
