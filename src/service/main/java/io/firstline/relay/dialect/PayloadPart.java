package io.firstline.relay.dialect;

import io.firstline.payload.KeyReader;
import io.firstline.payload.KeyValues;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * The part of a message that clients of a path get, such as the data inside of the wrapper of a combined stream: its bytes as
 * the venue sent them. Used on one event loop.
 */
public final class PayloadPart {
    private final KeyReader reader;

    /**
     * Makes a reader of a part.
     *
     * @param pointer JSON pointer to the part; empty = the whole message
     */
    public PayloadPart(String pointer) {
        reader = pointer.isEmpty() ? null : new KeyReader(List.of(pointer), Set.of(pointer));
    }

    /** The part of a message; the whole message if it has none. */
    public byte[] of(byte[] message) {
        if (reader == null) {
            return message;
        }
        KeyValues read = reader.read(message, 0, message.length);
        if (read == null || !read.isAny(0) || read.isPresent(0)) { // a text or a number is no message
            return message;
        }
        return Arrays.copyOfRange(message, read.from(0), read.to(0));
    }
}
