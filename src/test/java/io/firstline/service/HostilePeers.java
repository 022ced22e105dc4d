package io.firstline.service;

import io.firstline.testkit.Frame;
import io.firstline.testkit.Peer;
import io.firstline.testkit.ScriptedServer;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.Deflater;

/**
 * A hostile exchange, hostile HTTP clients and hostile clients of both bridges. Each attack lasts at most about a
 * second and ends early when the other side closes; the next follows at once. Loopback only.
 */
final class HostilePeers implements AutoCloseable {
    private static final String UPGRADE = Frame.upgradeRequest("/eventbus/websocket");
    private static final long ATTACK_NANOS = TimeUnit.MILLISECONDS.toNanos(700);
    private static final int SMALL_WINDOW = 4_096;
    private static final byte[] ZEROS = new byte[1 << 20];

    private final ScriptedServer exchange = ScriptedServer.start(this::play);
    private final Map<String, LongAdder> attacks = new ConcurrentHashMap<>();
    private final Random random;
    /** Ends a blocked write. */
    private final ScheduledExecutorService deadlines = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "deadlines");
        thread.setDaemon(true);
        return thread;
    });

    private volatile boolean ended;

    /** The attack of one client on its socket. */
    private interface Attack {
        void run(Socket socket, OutputStream out, long untilNanos) throws IOException;
    }

    HostilePeers(long seed) {
        random = new Random(seed);
    }

    /** The URL of the hostile exchange. */
    String url() {
        return exchange.url("/");
    }

    /** The number of attacks of each kind. */
    Map<String, LongAdder> attacks() {
        return attacks;
    }

    private void count(String attack) {
        attacks.computeIfAbsent(attack, name -> new LongAdder()).increment();
    }

    private synchronized int next(int bound) {
        return random.nextInt(bound);
    }

    private void endAfterAttack(Closeable socket) {
        ScheduledFuture<?> unused = deadlines.schedule(
                () -> {
                    socket.close();
                    return null;
                },
                2 * ATTACK_NANOS,
                TimeUnit.NANOSECONDS);
    }

    // the exchange

    private void play(Peer peer) {
        long until = System.nanoTime() + ATTACK_NANOS;
        endAfterAttack(peer::end);
        try {
            switch (next(9)) {
                case 0 -> {
                    count("exchange: pings, reads nothing");
                    peer.upgradeWithoutReading();
                    byte[] pings = repeated(Frame.bytes(Frame.FIN | Frame.PING, new byte[125]), 500);
                    while (goesOn(until)) {
                        peer.raw(pings);
                    }
                }
                case 1 -> {
                    count("exchange: endless fragments");
                    peer.upgrade().frame(Frame.TEXT, new byte[0]);
                    byte[] fragment = Frame.bytes(Frame.CONTINUATION, new byte[1_000]);
                    while (goesOn(until)) {
                        peer.raw(fragment);
                    }
                }
                case 2 -> {
                    count("exchange: endless empty fragments");
                    peer.upgrade().frame(Frame.TEXT, new byte[0]);
                    byte[] fragments = repeated(Frame.bytes(Frame.CONTINUATION, new byte[0]), 500);
                    while (goesOn(until)) {
                        peer.raw(fragments);
                    }
                }
                case 3 -> {
                    count("exchange: inflates");
                    peer.upgradeCompressed().frame(Frame.FIN | Frame.RSV1 | Frame.TEXT, bomb());
                    rest(until);
                }
                case 4 -> {
                    count("exchange: endless answer to the upgrade");
                    peer.readRequest().raw(Peer.ascii("HTTP/1.1 503 " + "why ".repeat(20) + "\r\n\r\n"));
                    while (goesOn(until)) {
                        peer.raw(ZEROS);
                    }
                }
                case 5 -> {
                    count("exchange: endless headers");
                    peer.readRequest().raw(Peer.ascii("HTTP/1.1 101 Switching Protocols\r\n"));
                    while (goesOn(until)) {
                        peer.raw(Peer.ascii(("X-" + next(1_000_000) + ": " + "x".repeat(500) + "\r\n").repeat(100)));
                    }
                }
                case 6 -> {
                    count("exchange: closes with control characters");
                    peer.upgrade().text("\u001b[2J\r\nERROR forged").close(1008, "\u001b[31m\r\n" + "x".repeat(100));
                    rest(until);
                }
                case 7 -> {
                    count("exchange: a new stream's name each message");
                    peer.upgrade();
                    while (goesOn(until)) {
                        peer.text("{\"stream\":\"" + "s".repeat(next(200)) + next(Integer.MAX_VALUE) + "\"}");
                    }
                }
                default -> {
                    count("exchange: claims a long frame, and drips");
                    peer.upgrade().raw(new byte[] {(byte) 0x82, 127, 0, 0, 0, 0, 0x7F, -1, -1, -1});
                    while (goesOn(until)) {
                        peer.raw(new byte[1]);
                        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
                    }
                }
            }
        } catch (UncheckedIOException cutOff) {
            // honest behaviour
        } finally {
            peer.end();
        }
    }

    /** 64 MiB of zeros in 64 KiB. */
    private static byte[] bomb() {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        byte[] out = new byte[1 << 17];
        int length = 0;
        for (int i = 0; i < 64; i++) {
            deflater.setInput(ZEROS);
            length += deflater.deflate(out, length, out.length - length, Deflater.SYNC_FLUSH);
        }
        deflater.end();
        return Arrays.copyOf(out, length - 4);
    }

    // clients

    /** Attacks an HTTP server that also serves the SockJS bridge. */
    void attackHttp(int port) {
        every("http: drips headers", port, (socket, out, until) -> {
            out.write(ascii("GET /api/status HTTP/1.1\r\nHost: localhost\r\nX: "));
            while (goesOn(until)) {
                out.write('x');
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
        });
        every("http: listens, reads nothing", port, (socket, out, until) -> {
            out.write(ascii("GET /api/tail?feed=btc HTTP/1.1\r\nHost: localhost\r\n\r\n"));
            rest(until);
        });
        every("http: pipelines, reads nothing", port, (socket, out, until) -> {
            byte[] requests = ascii("GET /api/status HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(50));
            while (goesOn(until)) {
                out.write(requests);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
        });
        every("http: guesses tokens", port, (socket, out, until) -> {
            out.write(ascii(("POST /api/command HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer guess"
                            + next(1_000_000) + "\r\nContent-Length: 2\r\n\r\n{}")
                    .repeat(5)));
            drain(socket, until);
        });
        every("http: noise", port, (socket, out, until) -> {
            byte[] noise = new byte[4_096];
            new Random(next(Integer.MAX_VALUE)).nextBytes(noise);
            out.write(noise);
            drain(socket, until);
        });
        every("sockjs: frames with its request", port, (socket, out, until) -> {
            byte[] frames = new byte[20 * 6];
            for (int i = 0; i < frames.length; i += 6) {
                frames[i] = (byte) (Frame.FIN | Frame.PING);
                frames[i + 1] = (byte) 0x80;
            }
            ByteArrayOutputStream both = new ByteArrayOutputStream();
            both.write(ascii(UPGRADE));
            both.write(frames);
            out.write(both.toByteArray());
            drain(socket, until);
        });
        every("sockjs: pings, reads nothing", port, (socket, out, until) -> {
            out.write(ascii(UPGRADE));
            socket.getInputStream().readNBytes(1); // the answer
            byte[] ping = new byte[131];
            ping[0] = (byte) (Frame.FIN | Frame.PING);
            ping[1] = (byte) (0x80 | 125);
            byte[] pings = repeated(ping, 500);
            while (goesOn(until)) {
                out.write(pings);
            }
        });
    }

    /** Attacks a TCP bridge. */
    void attackBridge(int port) {
        every("bridge: claims 2 GB", port, (socket, out, until) -> {
            new DataOutputStream(out).writeInt(Integer.MAX_VALUE);
            while (goesOn(until)) {
                out.write(ZEROS, 0, 1_000);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
        });
        every("bridge: pings, reads nothing", port, (socket, out, until) -> {
            byte[] pings = repeated(frame("{\"type\":\"ping\"}"), 500);
            while (goesOn(until)) {
                out.write(pings);
            }
        });
        every("bridge: registers, reads nothing", port, (socket, out, until) -> {
            out.write(frame("{\"type\":\"register\",\"address\":\"firstline.feed.btc\"}"));
            rest(until);
        });
        every("bridge: registers names without end", port, (socket, out, until) -> {
            while (goesOn(until)) {
                out.write(frame("{\"type\":\"register\",\"address\":\"firstline.feed.btc." + next(1_000_000) + "\"}"));
            }
        });
    }

    private void every(String name, int port, Attack attack) {
        Thread thread = new Thread(
                () -> {
                    while (!ended) {
                        count(name);
                        long until = System.nanoTime() + ATTACK_NANOS;
                        try (Socket socket = new Socket()) {
                            socket.setReceiveBufferSize(SMALL_WINDOW);
                            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
                            socket.setSoTimeout(200);
                            endAfterAttack(socket);
                            attack.run(socket, socket.getOutputStream(), until);
                        } catch (IOException cutOff) {
                            // honest behaviour
                        }
                        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }

    private boolean goesOn(long untilNanos) {
        return !ended && System.nanoTime() - untilNanos < 0;
    }

    private void rest(long untilNanos) {
        while (goesOn(untilNanos)) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private void drain(Socket socket, long untilNanos) throws IOException {
        InputStream in = socket.getInputStream();
        byte[] chunk = new byte[4_096];
        while (goesOn(untilNanos) && in.read(chunk) >= 0) {
            // closes the socket whatever the state
        }
    }

    private static byte[] frame(String json) {
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(4 + text.length)
                .putInt(text.length)
                .put(text)
                .array();
    }

    private static byte[] repeated(byte[] one, int times) {
        ByteBuffer all = ByteBuffer.allocate(one.length * times);
        for (int i = 0; i < times; i++) {
            all.put(one);
        }
        return all.array();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Starts no further attack; the clients end within about a second. */
    void stop() {
        ended = true;
    }

    @Override
    public void close() {
        stop();
        deadlines.shutdownNow();
        exchange.close();
    }
}
