package io.firstline.payload;

import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;

/**
 * A message's bytes where they lie. One instance serves all messages of a connection, so that a copy that loses leaves nothing behind: it
 * is good until the next one arrives, and {@link #toBuffer()} makes of it what can be kept. Used on one event loop.
 */
public final class Payload {
    private static final byte[] NOTHING = {};

    private byte[] array = NOTHING;
    private int from;
    private int length;
    private boolean text;
    private Buffer buffer;

    /** The bytes of a message, which may be used again for the next. */
    public Payload over(byte[] bytes, int offset, int count, boolean isText) {
        array = bytes;
        from = offset;
        length = count;
        text = isText;
        buffer = null;
        return this;
    }

    /** A message that has a buffer of its own already; not copied. */
    public Payload over(Buffer payload, boolean isText) {
        ByteBuf bytes = ((BufferInternal) payload).getByteBuf();
        if (bytes.hasArray()) {
            over(bytes.array(), bytes.arrayOffset() + bytes.readerIndex(), bytes.readableBytes(), isText);
        } else {
            byte[] copy = new byte[bytes.readableBytes()];
            bytes.getBytes(bytes.readerIndex(), copy);
            over(copy, 0, copy.length, isText);
        }
        buffer = payload;
        return this;
    }

    /** The array that holds the bytes, and perhaps others. */
    public byte[] array() {
        return array;
    }

    /** Where they begin in the array. */
    public int from() {
        return from;
    }

    public int length() {
        return length;
    }

    /** Whether the server sent it as text. */
    public boolean isText() {
        return text;
    }

    /** What may be kept and passed on; made when it is first asked for. */
    public Buffer toBuffer() {
        if (buffer == null) {
            buffer = Buffer.buffer(length).appendBytes(array, from, length);
        }
        return buffer;
    }
}
