package io.firstline.payload;

/** Reads the values at some pointers from a message's bytes. A feed has one of a kind, used on its event loop only. */
public interface ValueReader {
    /**
     * Reads a message. Throws nothing, whatever the bytes are.
     *
     * @return its values, in one object that the next call fills anew; null if a check finds that the message does not
     *     have the reader's format
     */
    KeyValues read(byte[] bytes, int from, int to);
}
