package io.firstline.bridge;

import io.vertx.core.json.JsonObject;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A client of a bridge that controls every byte, on the test's thread. */
abstract class BridgeSocket implements AutoCloseable {
    private static final int PATIENCE_MS = 15_000;
    private static final int SMALL = 4_096;

    final Socket socket = new Socket();
    final DataInputStream in;
    final DataOutputStream out;

    private BridgeSocket(int port) throws IOException {
        socket.setReceiveBufferSize(SMALL); // a client that does not read is soon full
        socket.setSoTimeout(PATIENCE_MS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        out = new DataOutputStream(socket.getOutputStream());
    }

    abstract void send(JsonObject frame) throws IOException;

    abstract JsonObject read() throws IOException;

    /** Whether the peer closes the connection, whatever it still sends. */
    boolean isClosedSoon() throws IOException {
        try {
            in.transferTo(OutputStream.nullOutputStream());
            return true;
        } catch (SocketException reset) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** Length, then JSON. */
    static final class Tcp extends BridgeSocket {
        Tcp(int port) throws IOException {
            super(port);
        }

        @Override
        void send(JsonObject frame) throws IOException {
            byte[] json = frame.encode().getBytes(StandardCharsets.UTF_8);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream data = new DataOutputStream(bytes);
            data.writeInt(json.length);
            data.write(json);
            out.write(bytes.toByteArray());
        }

        @Override
        JsonObject read() throws IOException {
            return new JsonObject(new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8));
        }
    }

    /** One JSON object in each text message of a WebSocket. */
    static final class Web extends BridgeSocket {
        final String status;

        Web(int port, String... headers) throws IOException {
            this(port, "/eventbus/websocket", List.of(headers));
        }

        Web(int port, String path, List<String> headers) throws IOException {
            super(port);
            StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port
                    + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
            for (String header : headers) {
                request.append(header).append("\r\n");
            }
            out.write(request.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) in.readUnsignedByte());
            }
            status = head.substring(0, head.indexOf("\r\n"));
        }

        @Override
        void send(JsonObject frame) throws IOException {
            sendText(frame.encode());
        }

        void sendText(String text) throws IOException {
            out.write(frame(0x81, text.getBytes(StandardCharsets.UTF_8)));
        }

        /** One frame with any first byte. */
        static byte[] frame(int first, byte[] payload) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream data = new DataOutputStream(bytes);
            data.write(first);
            data.write(0x80 | Math.min(payload.length, 126));
            if (payload.length >= 126) {
                data.writeShort(payload.length);
            }
            data.writeInt(0); // a mask that changes nothing
            data.write(payload);
            return bytes.toByteArray();
        }

        @Override
        JsonObject read() throws IOException {
            return new JsonObject(readText());
        }

        String readText() throws IOException {
            int opcode = in.readUnsignedByte() & 0xF;
            int length = in.readUnsignedByte();
            length = length == 126 ? in.readUnsignedShort() : length == 127 ? (int) in.readLong() : length;
            byte[] payload = in.readNBytes(length);
            if (opcode != 1) {
                throw new SocketException("frame " + opcode);
            }
            return new String(payload, StandardCharsets.UTF_8);
        }
    }
}
