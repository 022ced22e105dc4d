package io.firstline.payload;

import java.nio.charset.StandardCharsets;

/**
 * Puts another value in the place of one in a message; the bytes around it stay as they are. A feed has one instance, used
 * on its event loop only.
 */
public final class ReplacedValue {
    private final Payload replaced = new Payload();
    private byte[] bytes = {};

    /**
     * Replaces a number, or the characters of a string.
     *
     * @param read the values of the message
     * @param pointer the number of the pointer to a value that is present
     * @return the message, valid until the next call
     */
    public Payload of(Payload message, KeyValues read, int pointer, long value) {
        byte[] digits = Long.toString(value).getBytes(StandardCharsets.US_ASCII);
        int head = read.from(pointer) - message.from();
        int tail = message.from() + message.length() - read.to(pointer);
        int length = head + digits.length + tail;
        if (bytes.length < length) {
            bytes = new byte[Math.max(2 * bytes.length, length)];
        }
        System.arraycopy(message.array(), message.from(), bytes, 0, head);
        System.arraycopy(digits, 0, bytes, head, digits.length);
        System.arraycopy(message.array(), read.to(pointer), bytes, head + digits.length, tail);
        return replaced.over(bytes, 0, length, true);
    }
}
