package io.firstline.testkit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * One connection through a {@link FaultProxy}. A test causes its faults here, from any thread, at any time.
 *
 * <p>Towards the client it moves whole WebSocket frames. So a cut falls between two of them (except {@link #truncate}),
 * and injected bytes never land inside another frame. Towards the server it moves bytes as they arrive.
 */
public final class FaultLink {
    private static final int FRAME_PAUSES_PER_SECOND = 100;

    /** A direction in which a fault can occur. */
    public enum Way {
        TO_CLIENT,
        TO_SERVER
    }

    private enum Condition {
        /** Bytes go through. */
        OPEN,
        /** Bytes wait, in the sockets' buffers too. */
        HELD,
        /** Bytes vanish. */
        LOST
    }

    private final FaultProxy proxy;
    private final int number;
    /** The connection, and the socket that is read and written: the same, or TLS over it. */
    private final Socket tcp;

    private final Socket client;
    private final Object gate = new Object();
    private final Object writing = new Object();
    private final Map<Way, Condition> conditions = new EnumMap<>(Way.class);
    private Socket server;
    private volatile boolean ended;
    private volatile boolean truncating;
    private volatile int bytesPerSecond;
    private volatile Predicate<String> muted = text -> false;

    FaultLink(FaultProxy proxy, int number, Socket tcp, Socket client) {
        this.proxy = proxy;
        this.number = number;
        this.tcp = tcp;
        this.client = client;
    }

    /** Counts the proxy's connections from 1 in order of acceptance. */
    public int number() {
        return number;
    }

    /** Whether this proxy has ended it. */
    public boolean isEnded() {
        return ended;
    }

    // beginnings: the actions of a FaultProxy.Greeting

    /** Connects to the server and passes everything on. */
    void pass() throws IOException {
        Socket opened = new Socket(InetAddress.getLoopbackAddress(), proxy.serverPort());
        opened.setTcpNoDelay(true);
        server = opened;
        ScriptedServer.daemon("link-up-" + number, this::upload);
        ScriptedServer.daemon("link-down-" + number, this::download);
    }

    /** Reads the upgrade request, writes this instead of asking the server, and ends. */
    void answer(String response) throws IOException {
        readHead(client.getInputStream());
        inject(response.getBytes(StandardCharsets.ISO_8859_1));
        ScriptedServer.daemon("link-up-" + number, this::drain);
        cut();
    }

    // faults that end it

    /** FIN, without a close frame, after the frame that is being written. Frames written before still arrive. */
    public void cut() {
        synchronized (writing) {
            if (!ended) {
                ended = true;
                quietly(client::shutdownOutput);
            }
        }
        endServerSide();
    }

    /** RST: bytes that the client has not read are gone. */
    public void reset() {
        ended = true;
        quietly(() -> tcp.setSoLinger(true, 0));
        quietly(tcp::close);
        endServerSide();
    }

    /** A close frame, then FIN. */
    public void close(int code, String reason) {
        inject(Frame.close(code, reason));
        cut();
    }

    /** The next message is cut in the middle: half of its frame, then FIN. */
    public void truncate() {
        truncating = true;
    }

    // faults that do not

    /** Half-open: from now on nothing arrives in this direction, and nothing is refused. */
    public void lose(Way way) {
        become(way, Condition.LOST);
    }

    /** Half-open in both directions. */
    public void lose() {
        lose(Way.TO_CLIENT);
        lose(Way.TO_SERVER);
    }

    /** Holds back everything in both directions until {@link #thaw}. */
    public void freeze() {
        become(Way.TO_CLIENT, Condition.HELD);
        become(Way.TO_SERVER, Condition.HELD);
    }

    /** Delivers the bytes that were held back, in order, and continues. */
    public void thaw() {
        become(Way.TO_CLIENT, Condition.OPEN);
        become(Way.TO_SERVER, Condition.OPEN);
    }

    /** At most this many bytes a second reach the client, in small pieces; the rest waits. 0 = no limit. */
    public void limit(int newBytesPerSecond) {
        bytesPerSecond = newBytesPerSecond;
    }

    /** Text messages for which this holds do not reach the client. */
    public void mute(Predicate<String> messages) {
        muted = messages;
    }

    /** Writes bytes to the client, between two frames. */
    public void inject(byte[] bytes) {
        synchronized (writing) {
            try {
                client.getOutputStream().write(bytes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    // moving bytes

    private void upload() {
        byte[] chunk = new byte[16_384];
        try {
            InputStream in = client.getInputStream();
            OutputStream out = server.getOutputStream();
            for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
                if (passes(Way.TO_SERVER)) {
                    out.write(chunk, 0, length);
                }
            }
            quietly(ended ? client::close : server::shutdownOutput);
        } catch (IOException e) {
            drain(); // one of the two is gone
        }
    }

    /** Reads the client's last bytes: a socket closed with unread input sends RST, which could overtake our bytes. */
    private void drain() {
        quietly(() -> client.getInputStream().transferTo(OutputStream.nullOutputStream()));
        quietly(client::close);
        endServerSide();
    }

    private void download() {
        try {
            InputStream in = new BufferedInputStream(server.getInputStream(), 65_536);
            write(readHead(in));
            while (!ended) {
                byte[] frame = readFrame(in);
                String text = textOf(frame);
                if (passes(Way.TO_CLIENT) && (text == null || !muted.test(text))) {
                    deliver(frame, text);
                }
            }
        } catch (IOException e) {
            if (condition(Way.TO_CLIENT) == Condition.OPEN) {
                cut(); // if the server ends it, it ends for the client too, unless no bytes reach the client
            }
        }
    }

    private void deliver(byte[] frame, String text) throws IOException {
        synchronized (writing) {
            if (ended) {
                return;
            }
            if (text != null && truncating) {
                write(Arrays.copyOf(frame, frame.length / 2));
                cut();
                return;
            }
            write(frame);
            if (text != null && !ended) {
                proxy.delivered(this, text);
            }
        }
    }

    private void write(byte[] bytes) throws IOException {
        synchronized (writing) {
            OutputStream out = client.getOutputStream();
            for (int at = 0; at < bytes.length && !ended; ) {
                int limit = bytesPerSecond;
                int length = limit == 0 ? bytes.length - at : Math.max(1, limit / FRAME_PAUSES_PER_SECOND);
                length = Math.min(length, bytes.length - at);
                out.write(bytes, at, length);
                at += length;
                if (limit > 0) {
                    LockSupport.parkNanos(length * 1_000_000_000L / limit);
                }
            }
        }
    }

    private static byte[] readHead(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        for (int matched = 0; matched < 4; ) {
            int next = readByte(in);
            head.write(next);
            matched = next == "\r\n\r\n".charAt(matched) ? matched + 1 : next == '\r' ? 1 : 0;
        }
        return head.toByteArray();
    }

    private static byte[] readFrame(InputStream in) throws IOException {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(readByte(in));
        int second = readByte(in);
        frame.write(second);
        long length = second & 0x7F;
        int lengthBytes = length == 126 ? 2 : length == 127 ? 8 : 0;
        for (int i = 0; i < lengthBytes; i++) {
            int next = readByte(in);
            frame.write(next);
            length = (i == 0 ? 0 : length << 8) | next;
        }
        byte[] payload = in.readNBytes(Math.toIntExact(length));
        if (payload.length < length) {
            throw new EOFException();
        }
        frame.writeBytes(payload);
        return frame.toByteArray();
    }

    private static int readByte(InputStream in) throws IOException {
        int next = in.read();
        if (next < 0) {
            throw new EOFException();
        }
        return next;
    }

    /** The text of a message in one frame, null for other frames. */
    private static String textOf(byte[] frame) {
        if ((frame[0] & 0xFF) != (Frame.FIN | Frame.TEXT)) {
            return null;
        }
        int header = frame[1] < 126 ? 2 : frame[1] == 126 ? 4 : 10;
        return new String(frame, header, frame.length - header, StandardCharsets.UTF_8);
    }

    // conditions

    private void become(Way way, Condition condition) {
        synchronized (gate) {
            conditions.put(way, condition);
            gate.notifyAll();
        }
    }

    private Condition condition(Way way) {
        synchronized (gate) {
            return conditions.getOrDefault(way, Condition.OPEN);
        }
    }

    /** Waits while a direction is held; then whether bytes go through it. */
    private boolean passes(Way way) {
        synchronized (gate) {
            while (condition(way) == Condition.HELD && !ended) {
                try {
                    gate.wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            }
            return condition(way) == Condition.OPEN;
        }
    }

    private void endServerSide() {
        if (server != null) {
            quietly(server::close);
        }
        synchronized (gate) {
            gate.notifyAll();
        }
    }

    void end() {
        ended = true;
        quietly(tcp::close);
        endServerSide();
    }

    interface SocketAction {
        void run() throws IOException;
    }

    /** For calls that fail only if the other side was faster. */
    static void quietly(SocketAction action) {
        try {
            action.run();
        } catch (IOException e) {
            // it was
        }
    }
}
