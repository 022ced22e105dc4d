package io.firstline.payload;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledHeapByteBuf;
import io.netty.util.CharsetUtil;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A view of a message's bytes, without a copy. All messages of a connection reuse one instance, so a late copy makes no
 * garbage. The view is valid until the next message; {@link #toBytes()} makes a copy to keep. Used on one event loop.
 */
public final class Payload {
    private static final byte[] NOTHING = {};
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private byte[] array = NOTHING;
    private int from;
    private int length;
    private boolean text;
    /** The bytes alone; null = not copied yet. */
    private byte[] kept;

    /** Sets a view of bytes that the next message may overwrite. */
    @SuppressWarnings("ArrayEquals") // on purpose: a comparison costs less than G1's barrier for a stored reference
    public Payload over(byte[] bytes, int offset, int count, boolean isText) {
        if (array != bytes) {
            array = bytes;
        }
        from = offset;
        length = count;
        text = isText;
        kept = null;
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
        if (from == 0 && length == array.length) {
            kept = array;
        }
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

    /** The bytes to keep and pass on, copied on the first call. Shared by all callers: do not change them. */
    public byte[] toBytes() {
        if (kept == null) {
            kept = Arrays.copyOfRange(array, from, from + length);
        }
        return kept;
    }

    /** A buffer over {@link #toBytes()}. */
    public Buffer toBuffer() {
        return buffer(toBytes());
    }

    /** A buffer over these bytes, not copied until something is appended to it. */
    public static Buffer buffer(byte[] bytes) {
        return BufferInternal.buffer(new GrowingBytes(bytes));
    }

    /** Netty's own view of an array cannot grow, nor can a copy of it: consumers append to the copies that they get. */
    private static final class GrowingBytes extends UnpooledHeapByteBuf {
        GrowingBytes(byte[] bytes) {
            super(UnpooledByteBufAllocator.DEFAULT, bytes, Integer.MAX_VALUE);
        }
    }

    /** Whether the bytes are well-formed UTF-8. */
    public boolean isUtf8() {
        return isAscii() || ByteBufUtil.isText(Unpooled.wrappedBuffer(array, from, length), CharsetUtil.UTF_8);
    }

    /**
     * Reads eight bytes at a time: most market data is ASCII, and a look at each byte would add a fifth to the cost of
     * a message.
     */
    private boolean isAscii() {
        int end = from + length;
        long seen = 0;
        int at = from;
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            seen |= (long) LONGS.get(array, at);
        }
        for (; at < end; at++) {
            seen |= array[at];
        }
        return (seen & 0x8080_8080_8080_8080L) == 0;
    }
}
