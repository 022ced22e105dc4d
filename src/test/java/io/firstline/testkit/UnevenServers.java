package io.firstline.testkit;

import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongToDoubleFunction;

/**
 * Servers of one feed at several loopback addresses and one port: each sends the same messages, every few milliseconds,
 * each with another delay. One daemon thread sends all.
 */
public final class UnevenServers implements AutoCloseable {
    private static final long EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(4);
    /** A delay that means: this message is not sent. */
    public static final double NEVER = -1;

    private static final class Server {
        private final LongToDoubleFunction delayMs;
        private final List<Peer> open = new CopyOnWriteArrayList<>();
        private ScriptedServer scripted;
        private long lastNanos;

        private Server(LongToDoubleFunction delayMs) {
            this.delayMs = delayMs;
        }

        private void admit(Peer peer) {
            peer.upgrade();
            open.add(peer);
        }

        private void send(String text) {
            open.removeIf(peer -> !isSent(peer, text));
        }

        private static boolean isSent(Peer peer, String text) {
            try {
                peer.text(text);
                return true;
            } catch (UncheckedIOException gone) {
                return false;
            }
        }
    }

    private record Due(long nanos, Server server, String text) {}

    private final List<Server> servers = new CopyOnWriteArrayList<>();
    private final int port;
    private volatile boolean closed;

    /** @param delayMs returns the delay of a message by its number, in milliseconds, at 127.0.0.1 */
    public UnevenServers(LongToDoubleFunction delayMs) {
        Server first = new Server(delayMs);
        first.scripted = ScriptedServer.start(first::admit);
        port = first.scripted.port();
        servers.add(first);
    }

    /** Adds one at another loopback address. */
    public UnevenServers at(String address, LongToDoubleFunction delayMs) {
        Server server = new Server(delayMs);
        server.scripted = listening(address, server::admit);
        servers.add(server);
        return this;
    }

    /** Adds one that accepts TCP and says nothing. */
    public UnevenServers deadAt(String address) {
        Server server = new Server(message -> NEVER);
        server.scripted = listening(address, peer -> {});
        servers.add(server);
        return this;
    }

    private ScriptedServer listening(String address, ScriptedServer.Script script) {
        try {
            return ScriptedServer.startAt(InetAddress.getByName(address), port, script);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    public int port() {
        return port;
    }

    /** Begins to send. */
    public UnevenServers start() {
        ScriptedServer.daemon("uneven", this::sendAll);
        return this;
    }

    private void sendAll() {
        PriorityQueue<Due> queue = new PriorityQueue<>(Comparator.comparingLong(Due::nanos));
        long started = System.nanoTime();
        for (long message = 0; !closed; message++) {
            long at = started + message * EVERY_NANOS;
            String text = "{\"id\":" + message + "}";
            for (Server server : servers) {
                double delayMs = server.delayMs.applyAsDouble(message);
                if (delayMs >= 0) {
                    // a connection keeps the order
                    long due = at + (long) (delayMs * 1e6);
                    server.lastNanos = message == 0 || due - server.lastNanos > 0 ? due : server.lastNanos;
                    queue.add(new Due(server.lastNanos, server, text));
                }
            }
            sendUntil(at + EVERY_NANOS, queue);
        }
    }

    private void sendUntil(long nanos, PriorityQueue<Due> queue) {
        while (!closed) {
            Due next = queue.peek();
            long until = next == null ? nanos : Math.min(nanos, next.nanos());
            for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            if (next == null || next.nanos() > nanos) {
                return;
            }
            queue.remove();
            next.server().send(next.text());
        }
    }

    @Override
    public void close() {
        closed = true;
        servers.forEach(server -> server.scripted.close());
    }
}
