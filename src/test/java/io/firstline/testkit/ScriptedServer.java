package io.firstline.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A WebSocket server that does what a test says, byte by byte. It has two styles:
 *
 * <pre>{@code
 * // step by step, from the test's thread
 * try (ScriptedServer server = ScriptedServer.start()) {
 *     connection.connect();
 *     Peer peer = server.accept();        // waits for the client
 *     peer.upgrade().text("hello");
 *     assertThat(peer.awaitText()).isEqualTo("subscribe");
 *     peer.close(1001, "maintenance");
 * }
 * // every connection the same, each in a separate thread
 * ScriptedServer.start(peer -> peer.reject(429, "Retry-After: 3").end());
 * }</pre>
 *
 * <p>Plain JDK sockets and daemon threads, so nothing is shared with the code under test. {@link #close} ends everything
 * it accepted.
 */
public final class ScriptedServer implements AutoCloseable {

    /** The script of a connection. */
    public interface Script {
        void run(Peer peer);
    }

    private static final InetAddress LOOPBACK = address(127, 0, 0, 1);
    private static final InetAddress LOOPBACK_6 = address(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);

    private final ServerSocket listener;
    private final Tls tls;
    private final List<Peer> peers = new CopyOnWriteArrayList<>();
    private final BlockingQueue<Peer> waiting = new LinkedBlockingQueue<>();
    private volatile Script script;

    private ScriptedServer(InetSocketAddress address, Tls tls, Script script) {
        this.tls = tls;
        this.script = script;
        try {
            listener = tls == null
                    ? new ServerSocket()
                    : tls.serverContext().getServerSocketFactory().createServerSocket();
            listener.setReuseAddress(true);
            listener.bind(address, 256);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        daemon("accept", this::acceptAll);
    }

    private static InetAddress address(int... parts) {
        byte[] bytes = new byte[parts.length];
        for (int i = 0; i < parts.length; i++) {
            bytes[i] = (byte) parts[i];
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** On 127.0.0.1; the test takes each connection with {@link #accept}. */
    public static ScriptedServer start() {
        return start(null);
    }

    /** On 127.0.0.1; each connection runs the script in a separate thread. */
    public static ScriptedServer start(Script script) {
        return startOn(0, script);
    }

    /** On a port of 127.0.0.1, such as one that refused until now. */
    public static ScriptedServer startOn(int port, Script script) {
        return new ScriptedServer(new InetSocketAddress(LOOPBACK, port), null, script);
    }

    /** On a port of any address of this machine. */
    public static ScriptedServer startAt(InetAddress address, int port, Script script) {
        return new ScriptedServer(new InetSocketAddress(address, port), null, script);
    }

    /** On the loopback address of IP version 6. */
    public static ScriptedServer startOnIpv6(Script script) {
        return new ScriptedServer(new InetSocketAddress(LOOPBACK_6, 0), null, script);
    }

    /** With TLS, on 127.0.0.1. */
    public static ScriptedServer startTls(Tls tls, Script script) {
        return new ScriptedServer(new InetSocketAddress(LOOPBACK, 0), tls, script);
    }

    /** A port of 127.0.0.1 at which nothing listens. */
    public static int refusingPort() {
        try (ServerSocket free = new ServerSocket(0, 1, LOOPBACK)) {
            return free.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The script for connections accepted from now on. */
    public void script(Script next) {
        script = next;
    }

    /** The next connection, in order of arrival; waits for it. Only without a script. */
    public Peer accept() {
        try {
            Peer peer = waiting.poll(Await.LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            if (peer == null) {
                throw new AssertionError("no client came");
            }
            return peer;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Every connection so far, also those that ended. */
    public List<Peer> peers() {
        return peers;
    }

    public String address() {
        return listener.getInetAddress().getHostAddress();
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** {@code ws://127.0.0.1:port} and the path; {@code wss://localhost:port} with TLS. */
    public String url(String path) {
        return (tls == null ? "ws://127.0.0.1:" : "wss://localhost:") + port() + path;
    }

    private void acceptAll() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                socket.setTcpNoDelay(true);
                Script running = script;
                Peer peer = new Peer(socket);
                peers.add(peer);
                if (running == null) {
                    waiting.add(peer);
                } else {
                    daemon("peer", () -> run(running, peer));
                }
            } catch (IOException e) {
                // closed, or a client that was gone before it was accepted
            }
        }
    }

    private static void run(Script script, Peer peer) {
        try {
            script.run(peer);
        } catch (UncheckedIOException e) {
            peer.end();
        }
    }

    static void daemon(String name, Runnable task) {
        Thread thread = new Thread(task, "scripted-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Stops listening; what was accepted stays open. */
    public void stopListening() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        stopListening();
        peers.forEach(Peer::end);
    }
}
