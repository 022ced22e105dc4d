package io.firstline.testkit;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * One WebSocket frame, on the wire or off it.
 *
 * @param first the first byte: FIN, the three reserved bits, opcode
 * @param masked whether it came masked, as a client's frame must
 * @param data the payload, unmasked
 */
public record Frame(int first, boolean masked, Buffer data) {
    public static final int CONTINUATION = 0;
    public static final int TEXT = 1;
    public static final int BINARY = 2;
    public static final int CLOSE = 8;
    public static final int PING = 9;
    public static final int PONG = 10;

    /** FIN, in the first byte. */
    public static final int FIN = 0x80;
    /** RSV1, in the first byte: the message is compressed. */
    public static final int RSV1 = 0x40;

    public byte[] payload() {
        return data.getBytes();
    }

    public int opcode() {
        return first & 0x0F;
    }

    public boolean isFinal() {
        return (first & FIN) != 0;
    }

    public String text() {
        return data.toString();
    }

    /** The code of a close frame, 1005 if it has none. */
    public int closeCode() {
        return data.length() < 2 ? 1005 : data.getUnsignedShort(0);
    }

    public String closeReason() {
        return data.length() < 2 ? "" : data.getString(2, data.length());
    }

    // bytes of frames as a server sends them: not masked

    public static byte[] text(String message) {
        return bytes(FIN | TEXT, utf8(message));
    }

    public static byte[] close(int code, String reason) {
        byte[] text = utf8(reason);
        return bytes(
                FIN | CLOSE,
                ByteBuffer.allocate(2 + text.length)
                        .putShort((short) code)
                        .put(text)
                        .array());
    }

    public static byte[] bytes(int first, byte[] payload) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(payload.length + 10);
        out.write(first);
        if (payload.length < 126) {
            out.write(payload.length);
        } else if (payload.length < 1 << 16) {
            out.write(126);
            out.writeBytes(
                    ByteBuffer.allocate(2).putShort((short) payload.length).array());
        } else {
            out.write(127);
            out.writeBytes(ByteBuffer.allocate(8).putLong(payload.length).array());
        }
        out.writeBytes(payload);
        return out.toByteArray();
    }

    public static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return Integer.toHexString(first) + "[" + data.length() + "] "
                + (data.length() > 100 ? "…" : opcode() == CLOSE ? closeCode() + " " + closeReason() : text());
    }

    /** The request of a client for a WebSocket at this path, with the key of RFC 6455, 1.3. */
    public static String upgradeRequest(String path) {
        return String.join(
                "\r\n",
                "GET " + path + " HTTP/1.1",
                "Host: localhost",
                "Upgrade: websocket",
                "Connection: Upgrade",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                "\r\n");
    }
}
