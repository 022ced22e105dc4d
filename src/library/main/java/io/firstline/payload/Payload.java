package io.firstline.payload;

import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;

/**
 * A view of a message's bytes, without a copy. All messages of a connection reuse one instance, so a late copy makes no
 * garbage. The view is valid until the next message; {@link #toBuffer()} makes a copy to keep. Used on one event loop.
 */
public final class Payload {
    private static final byte[] NOTHING = {};

    private byte[] array = NOTHING;
    private int from;
    private int length;
    private boolean text;
    private Buffer buffer;

    /** Sets a view of bytes that the next message may overwrite. */
    public Payload over(byte[] bytes, int offset, int count, boolean isText) {
        array = bytes;
        from = offset;
        length = count;
        text = isText;
        buffer = null;
        return this;
    }

    /** Sets a view of a message that already has a buffer; not copied. */
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

    /** The position of the first byte in the array. */
    public int from() {
        return from;
    }

    public int length() {
        return length;
    }

    /** Whether the server sent text. */
    public boolean isText() {
        return text;
    }

    /** The bytes to keep and pass on, copied on the first call. */
    public Buffer toBuffer() {
        if (buffer == null) {
            buffer = Buffer.buffer(length).appendBytes(array, from, length);
        }
        return buffer;
    }
}
