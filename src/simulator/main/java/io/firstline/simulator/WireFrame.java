package io.firstline.simulator;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * One final WebSocket frame in its wire format. A server does not mask, so all connections share the same bytes, which
 * must not be changed.
 */
final class WireFrame {
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final int FINAL = 0x80;
    private static final int MAX_HEADER = 10;

    private final int opcode;
    private final byte[] bytes;
    private final int headerLength;

    private WireFrame(int opcode, byte[]... parts) {
        this.opcode = opcode;
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteBuffer header = ByteBuffer.allocate(MAX_HEADER).put((byte) (FINAL | opcode));
        if (length <= 125) {
            header.put((byte) length);
        } else if (length <= 0xFFFF) {
            header.put((byte) 126).putShort((short) length);
        } else {
            header.put((byte) 127).putLong(length);
        }
        headerLength = header.position();
        ByteBuffer all = ByteBuffer.allocate(headerLength + length).put(header.flip());
        for (byte[] part : parts) {
            all.put(part);
        }
        bytes = all.array();
    }

    /** A text frame of these concatenated parts in UTF-8. */
    static WireFrame text(byte[]... parts) {
        return new WireFrame(TEXT, parts);
    }

    static WireFrame binary(byte[] payload) {
        return new WireFrame(BINARY, payload);
    }

    static WireFrame ping(byte[] payload) {
        return new WireFrame(PING, payload);
    }

    static WireFrame pong(byte[] payload) {
        return new WireFrame(PONG, payload);
    }

    boolean isPing() {
        return opcode == PING;
    }

    int length() {
        return bytes.length;
    }

    byte[] payload() {
        return Arrays.copyOfRange(bytes, headerLength, bytes.length);
    }

    /** The frame for one socket: a separate reader position over the shared bytes. */
    ByteBuf toByteBuf() {
        return Unpooled.wrappedBuffer(bytes);
    }
}
