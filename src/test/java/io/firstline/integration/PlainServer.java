package io.firstline.integration;

import io.firstline.integration.Recordings.Recorded;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A small WebSocket server (RFC 6455) on the JDK alone, one thread per connection: it shares no code with what is
 * tested. It waits for a message of every expected client, so that all connections are open at both ends, then sends
 * each its messages.
 */
public final class PlainServer implements Closeable {
    private static final Pattern KEY = Pattern.compile("(?i)sec-websocket-key:\\s*(\\S+)");
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;

    private final ServerSocket listening;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final CountDownLatch greeted;

    /** Called on a connection's own thread when all clients are connected. */
    @FunctionalInterface
    public interface Script {
        void play(int connection, Line line) throws IOException, InterruptedException;
    }

    /** The server's end of one connection. */
    public static final class Line {
        private final OutputStream out;
        private final Semaphore pongs = new Semaphore(0);

        private Line(OutputStream out) {
            this.out = out;
        }

        public void text(String text) throws IOException {
            frame(TEXT, text.getBytes(StandardCharsets.UTF_8));
        }

        public void binary(byte[] payload) throws IOException {
            frame(BINARY, payload);
        }

        /** Returns when the client has received everything so far. */
        public void awaitReceived() throws IOException, InterruptedException {
            frame(PING, new byte[0]);
            pongs.acquire();
        }

        private synchronized void frame(int opcode, byte[] payload) throws IOException {
            ByteBuffer head = ByteBuffer.allocate(10).put((byte) (0x80 | opcode));
            if (payload.length < 126) {
                head.put((byte) payload.length);
            } else if (payload.length < 1 << 16) {
                head.put((byte) 126).putShort((short) payload.length);
            } else {
                head.put((byte) 127).putLong(payload.length);
            }
            out.write(head.array(), 0, head.position());
            out.write(payload);
            out.flush();
        }
    }

    public PlainServer(int connections, Script script) throws IOException {
        listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        greeted = new CountDownLatch(connections);
        daemon("accept", () -> {
            for (int i = 0; !listening.isClosed(); i++) {
                int number = i;
                Socket socket = listening.accept();
                socket.setTcpNoDelay(true);
                sockets.add(socket);
                daemon("client-" + number, () -> serve(number, socket, script));
            }
        });
    }

    public String url() {
        return "ws://127.0.0.1:" + listening.getLocalPort() + "/";
    }

    /**
     * The recordings, the k-th for the k-th connection, all on one clock; at the end a message that only this
     * connection has.
     */
    static Script replay(List<List<Recorded>> recordings, List<Integer> lagMs, double speed) {
        long earliest = recordings.stream()
                .flatMap(List::stream)
                .mapToLong(Recorded::micros)
                .min()
                .orElseThrow();
        long[] start = new long[1];
        return (connection, line) -> {
            synchronized (start) {
                start[0] = start[0] == 0 ? System.nanoTime() : start[0];
            }
            for (Recorded each : recordings.get(connection % recordings.size())) {
                long due = start[0]
                        + (long) ((each.micros() - earliest) * 1_000 / speed)
                        + lagMs.get(connection) * 1_000_000L;
                for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                line.text(each.text());
            }
            line.text("{\"end\":" + connection + "}");
        };
    }

    private void serve(int number, Socket socket, Script script) throws IOException {
        DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        OutputStream out = socket.getOutputStream();
        out.write(
                ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
                                + accept(head(in)) + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        out.flush();
        Line line = new Line(out);
        boolean heard = false;
        while (true) {
            int opcode = in.readUnsignedByte() & 0x0F;
            byte[] payload = payload(in);
            switch (opcode) {
                case PING -> line.frame(PONG, payload);
                case PONG -> line.pongs.release();
                case CLOSE -> {
                    line.frame(CLOSE, payload);
                    socket.close();
                    return;
                }
                case TEXT -> {
                    if (!heard) {
                        heard = true;
                        greeted.countDown();
                        daemon("player-" + number, () -> {
                            greeted.await();
                            script.play(number, line);
                        });
                    }
                }
                default -> {}
            }
        }
    }

    private static String head(DataInputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            head.write(in.readUnsignedByte());
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    private static String accept(String head) {
        Matcher key = KEY.matcher(head);
        if (!key.find()) {
            throw new IllegalStateException("no WebSocket key in " + head);
        }
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1")
                    .digest((key.group(1) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
                            .getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(hash);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A client's payload: short enough here for 16 bits of length, always masked. */
    private static byte[] payload(DataInputStream in) throws IOException {
        int length = in.readUnsignedByte() & 0x7F;
        if (length == 126) {
            length = in.readUnsignedShort();
        }
        byte[] mask = in.readNBytes(4);
        byte[] payload = in.readNBytes(length);
        for (int i = 0; i < payload.length; i++) {
            payload[i] ^= mask[i % 4];
        }
        return payload;
    }

    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    /** A thread that ends silently with its socket. */
    private static void daemon(String name, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException gone) {
                        // closed by the client or the test
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "plain-server-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
