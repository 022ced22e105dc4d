package io.firstline.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.Arrays;
import java.util.zip.Deflater;

/**
 * Encodes messages as WebSocket frames, as a server sends them: unmasked, so that all clients share the bytes. A compressed
 * message does not refer to earlier ones, which every client of permessage-deflate accepts (RFC 7692, 7.2.3.1), so it is
 * shared too. Runs on one event loop.
 */
final class FrameEncoder implements AutoCloseable {
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int FINAL = 0x80;
    private static final int COMPRESSED = 0x40;
    private static final int SHORT_LENGTH = 125;
    private static final int MAX_HEADER = 10;
    /** The end of a flushed deflate block, which is left out. */
    private static final int TAIL = 4;

    private static final int CHUNK = 8_192;

    private final Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
    private byte[] deflated = new byte[CHUNK];

    /** A buffer for the frames of one turn. */
    static ByteBuf buffer() {
        return PooledByteBufAllocator.DEFAULT.directBuffer(CHUNK);
    }

    /** Appends a frame. */
    static void append(ByteBuf to, byte[] payload, boolean text) {
        append(to, text ? TEXT : BINARY, payload, payload.length);
    }

    /** Appends a compressed frame. */
    void appendCompressed(ByteBuf to, byte[] payload, boolean text) {
        deflater.reset();
        deflater.setInput(payload);
        int length = 0;
        int step;
        do {
            if (length == deflated.length) {
                deflated = Arrays.copyOf(deflated, 2 * length);
            }
            step = deflater.deflate(deflated, length, deflated.length - length, Deflater.SYNC_FLUSH);
            length += step;
        } while (length == deflated.length);
        append(to, COMPRESSED | (text ? TEXT : BINARY), deflated, length - TAIL);
    }

    private static void append(ByteBuf to, int first, byte[] bytes, int length) {
        to.ensureWritable(MAX_HEADER + length);
        to.writeByte(FINAL | first);
        if (length <= SHORT_LENGTH) {
            to.writeByte(length);
        } else if (length <= 0xFFFF) {
            to.writeByte(SHORT_LENGTH + 1).writeShort(length);
        } else {
            to.writeByte(SHORT_LENGTH + 2).writeLong(length);
        }
        to.writeBytes(bytes, 0, length);
    }

    @Override
    public void close() {
        deflater.end();
    }
}
