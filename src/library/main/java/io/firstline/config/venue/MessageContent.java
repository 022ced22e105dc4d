package io.firstline.config.venue;

/**
 * The form of a venue's messages. Immutable.
 *
 * @param payload how binary messages hold text
 */
public record MessageContent(PayloadEncoding payload) {
    /** Text messages are read, binary ones are not. */
    public static final MessageContent NONE = new MessageContent(PayloadEncoding.NONE);
}
