package io.firstline.testkit;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.Deflater;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

/**
 * One client of a {@link ScriptedServer}, as the server sees it. Nothing happens by itself but this: after an upgrade a thread reads and
 * records the client's frames, answers pings, and answers a close frame with the same and the end of TCP. {@link #ignorePings} and
 * {@link #ignoreCloses} leave that to the test.
 *
 * <p>Writes throw {@link UncheckedIOException} when the client is gone. Any thread may write; frames are never mixed.
 */
public final class Peer {
    private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final byte[] NOTHING = {};

    private final Socket socket;
    private final Object writing = new Object();
    private final List<Frame> received = new CopyOnWriteArrayList<>();
    private final Map<Integer, Integer> taken = new TreeMap<>();
    private final Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);

    private String requestLine;
    private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private volatile boolean answersPings = true;
    private volatile boolean answersCloses = true;
    private volatile boolean gone;

    Peer(Socket socket) {
        this.socket = socket;
    }

    /** The address of the client. */
    public String client() {
        return socket.getInetAddress().getHostAddress();
    }

    // the upgrade

    /** The TLS session of the connection. */
    public SSLSession session() {
        return ((SSLSocket) socket).getSession();
    }

    /** Reads the upgrade request, once; what needs it calls this by itself. */
    public synchronized Peer readRequest() {
        if (requestLine != null) {
            return this;
        }
        try {
            InputStream in = socket.getInputStream();
            ByteArrayOutputStream head = new ByteArrayOutputStream();
            while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
                int next = in.read();
                if (next < 0) {
                    throw new IOException("the client ended in its request: " + head);
                }
                head.write(next);
            }
            List<String> lines =
                    head.toString(StandardCharsets.ISO_8859_1).lines().toList();
            lines.stream().skip(1).filter(line -> !line.isEmpty()).forEach(line -> {
                int colon = line.indexOf(':');
                headers.put(line.substring(0, colon), line.substring(colon + 1).trim());
            });
            requestLine = lines.get(0);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code GET /path?query HTTP/1.1}. */
    public String requestLine() {
        readRequest();
        return requestLine;
    }

    /** The request's headers; their names in any case. */
    public Map<String, String> headers() {
        readRequest();
        return headers;
    }

    /** Answers the upgrade correctly and begins to read. */
    public Peer upgrade() {
        return upgradeWith(NOTHING);
    }

    /** Answers the upgrade correctly and sends these bytes in the same write, so most likely in the same TCP segment. */
    public Peer upgradeWith(byte[]... more) {
        return accept("", more).read();
    }

    /** Answers the upgrade correctly and reads nothing: before long, the client's write queue is full. */
    public Peer upgradeWithoutReading() {
        return accept("");
    }

    /** Answers the upgrade with permessage-deflate, which the client must have offered. */
    public Peer upgradeCompressed() {
        return upgradeCompressedWith(NOTHING);
    }

    /** The same, with more bytes in the same write. */
    public Peer upgradeCompressedWith(byte[]... more) {
        String offered = headers().getOrDefault("Sec-WebSocket-Extensions", "");
        if (!offered.contains("permessage-deflate")) {
            throw new AssertionError("the client offered no compression but \"" + offered + "\"");
        }
        return accept("Sec-WebSocket-Extensions: permessage-deflate\r\n", more).read();
    }

    /** Answers the upgrade correctly with further header lines and begins to read. */
    public Peer upgradeWithHeaders(String... headerLines) {
        return accept(String.join("\r\n", headerLines) + "\r\n").read();
    }

    /** Answers the upgrade with another key's hash. */
    public Peer upgradeWithWrongAccept() {
        readRequest();
        return raw(answer("bm90IHRoaXMgb25lLCBzb3JyeSE=", ""));
    }

    /**
     * Answers the upgrade with an HTTP status; TCP stays open.
     *
     * @param headerLines such as {@code Retry-After: 3}
     */
    public Peer reject(int status, String... headerLines) {
        readRequest();
        StringBuilder answer = new StringBuilder("HTTP/1.1 " + status + " Because\r\n");
        for (String line : headerLines) {
            answer.append(line).append("\r\n");
        }
        return raw(ascii(answer + "Content-Length: 4\r\n\r\nbody"));
    }

    private Peer accept(String extraLines, byte[]... more) {
        String key = headers().get("Sec-WebSocket-Key");
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1").digest(ascii(key + MAGIC));
            List<byte[]> all = new ArrayList<>();
            all.add(answer(Base64.getEncoder().encodeToString(hash), extraLines));
            all.addAll(List.of(more));
            return raw(all.toArray(byte[][]::new));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] answer(String accept, String extraLines) {
        return ascii("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: " + accept + "\r\n" + extraLines + "\r\n");
    }

    // sending

    public Peer text(String message) {
        return raw(Frame.text(message));
    }

    public Peer binary(byte[] message) {
        return frame(Frame.FIN | Frame.BINARY, message);
    }

    public Peer ping(String payload) {
        return frame(Frame.FIN | Frame.PING, Frame.utf8(payload));
    }

    public Peer pong(byte[] payload) {
        return frame(Frame.FIN | Frame.PONG, payload);
    }

    /** A text message in several frames. */
    public Peer fragments(String... parts) {
        for (int i = 0; i < parts.length; i++) {
            int opcode = i == 0 ? Frame.TEXT : Frame.CONTINUATION;
            frame((i == parts.length - 1 ? Frame.FIN : 0) | opcode, Frame.utf8(parts[i]));
        }
        return this;
    }

    /** A text message compressed, with the context of the messages before it. */
    public Peer compressed(String message) {
        synchronized (deflater) {
            deflater.setInput(Frame.utf8(message));
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] chunk = new byte[65_536];
            int length;
            do {
                length = deflater.deflate(chunk, 0, chunk.length, Deflater.SYNC_FLUSH);
                out.write(chunk, 0, length);
            } while (length == chunk.length);
            byte[] flushed = out.toByteArray();
            return frame(Frame.FIN | Frame.RSV1 | Frame.TEXT, Arrays.copyOf(flushed, flushed.length - 4));
        }
    }

    /** A close frame; TCP ends when the client has answered, unless {@link #ignoreCloses} was called. */
    public Peer close(int code, String reason) {
        return raw(Frame.close(code, reason));
    }

    /** One frame, legal or not; see {@link Frame} for the first byte. */
    public Peer frame(int first, byte[] payload) {
        return raw(Frame.bytes(first, payload));
    }

    /** Any bytes, in one write. */
    public Peer raw(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        synchronized (writing) {
            try {
                socket.getOutputStream().write(all.toByteArray());
                socket.getOutputStream().flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return this;
    }

    public static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    // ending TCP

    /** FIN: nothing more from here, though the client could still send. */
    public Peer fin() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            // it has ended already
        }
        return this;
    }

    /** RST. */
    public Peer reset() {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // it has ended already
        }
        return end();
    }

    /** Closes the socket: FIN, or RST if there is unread data. */
    public Peer end() {
        try {
            socket.close();
        } catch (IOException e) {
            // it has ended already
        }
        return this;
    }

    // receiving

    /** Leaves the client's pings without an answer from now on. */
    public Peer ignorePings() {
        answersPings = false;
        return this;
    }

    /** Leaves the client's close frame without an answer, and TCP open after both have said goodbye. */
    public Peer ignoreCloses() {
        answersCloses = false;
        return this;
    }

    /** Everything received so far. */
    public List<Frame> received() {
        return received;
    }

    /** How many frames of a kind were received so far. */
    public long count(int opcode) {
        return received.stream().filter(frame -> frame.opcode() == opcode).count();
    }

    /** The next frame of a kind that was not taken yet, in order; waits for it. */
    public Frame await(int opcode) {
        int index = taken.merge(opcode, 1, Integer::sum) - 1;
        Await.until(
                () -> "a client frame with opcode " + opcode + ", there are " + received,
                () -> count(opcode) > index || gone);
        return received.stream()
                .filter(frame -> frame.opcode() == opcode)
                .skip(index)
                .findFirst()
                .orElseThrow(() -> new AssertionError(
                        "the client ended without a frame with opcode " + opcode + ", there are " + received));
    }

    public String awaitText() {
        return await(Frame.TEXT).text();
    }

    public Frame awaitClose() {
        return await(Frame.CLOSE);
    }

    /** Waits until the client has ended TCP, one way or the other. */
    public void awaitGone() {
        Await.until(() -> "the client to end TCP; it sent " + received, () -> gone);
    }

    public boolean isGone() {
        return gone;
    }

    /** Begins to record what the client sends, for who upgraded without reading or did not upgrade at all. */
    public Peer read() {
        ScriptedServer.daemon("reader", this::readFrames);
        return this;
    }

    private void readFrames() {
        try {
            DataInputStream in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream()));
            while (true) {
                Frame frame = readFrame(in);
                received.add(frame);
                if (frame.opcode() == Frame.PING && answersPings) {
                    pong(frame.payload());
                }
                if (frame.opcode() == Frame.CLOSE && answersCloses) {
                    frame(Frame.FIN | Frame.CLOSE, frame.payload()).end();
                }
            }
        } catch (IOException | UncheckedIOException e) {
            gone = true;
        }
    }

    private static Frame readFrame(DataInputStream in) throws IOException {
        int first = in.readUnsignedByte();
        int second = in.readUnsignedByte();
        long length = second & 0x7F;
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = in.readLong();
        }
        boolean masked = (second & 0x80) != 0;
        byte[] mask = new byte[4];
        if (masked) {
            in.readFully(mask);
        }
        byte[] payload = new byte[Math.toIntExact(length)];
        in.readFully(payload);
        for (int i = 0; i < payload.length && masked; i++) {
            payload[i] ^= mask[i & 3];
        }
        return new Frame(first, masked, Buffer.buffer(payload));
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s, %d frames%s", requestLine, received.size(), gone ? ", gone" : "");
    }
}
