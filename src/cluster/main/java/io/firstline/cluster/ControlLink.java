package io.firstline.cluster;

import io.firstline.config.cluster.ClusterConfig;
import io.firstline.connection.Scheduler;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections between members for heartbeats and votes. On the connections of the event bus these would wait
 * behind the messages of feeds, and leases would expire meanwhile. A member connects to the port that another one
 * names; it sends nothing while it is not connected or the other one reads too slowly, and the caller must use the
 * event bus.
 *
 * <p>Each message is a line of JSON. Runs on the event loop of {@link #listen}; closed with its Vert.x.
 */
final class ControlLink {
    private static final Logger LOG = LoggerFactory.getLogger(ControlLink.class);
    private static final int MOST_CONNECTIONS = 1_024;
    /** A heartbeat with thousands of feeds. */
    static final int LONGEST_LINE_BYTES = 1 << 20;
    /** The limit of the unfinished lines of all connections together. */
    private static final int MOST_HELD_BYTES = 16 << 20;

    private static final int CONNECT_MS = 1_000;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    /** As on the event bus: after an outage, a new connection is faster than TCP's next retransmission. */
    private static final int UNACKNOWLEDGED_MS = 1_500;

    private static final int SILENT_SECONDS = 10;

    private final NetServer server;
    private final NetClient client;
    private final Scheduler scheduler;
    private final Consumer<JsonObject> received;
    private final Consumer<String> ended;
    private final Map<String, Member> members = new HashMap<>();
    private int accepted;
    private int heldBytes;

    /** Another member, as far as this node can connect to it. */
    private static final class Member {
        private int port;
        /** Null = not connected. */
        private NetSocket socket;

        private boolean connecting;
        private long triedNanos;
        /** Whether the connection ended because the member acknowledged nothing. */
        private boolean isSilent;

        private void broke(Throwable cause) {
            isSilent |= String.valueOf(cause.getMessage()).contains("timed out");
        }
    }

    /**
     * Connects to nothing yet.
     *
     * @param received takes each message of other nodes
     * @param ended takes each member that has closed, or reset, the connection to it
     */
    ControlLink(
            Vertx vertx,
            ClusterConfig config,
            Scheduler scheduler,
            Consumer<JsonObject> received,
            Consumer<String> ended) {
        this.scheduler = scheduler;
        this.received = received;
        this.ended = ended;
        NetServerOptions accepts = new NetServerOptions()
                .setHost(bare(config.host()))
                .setPort(config.controlPort())
                .setTcpNoDelay(true)
                .setIdleTimeout((int) Math.max(SILENT_SECONDS, TimeUnit.MILLISECONDS.toSeconds(config.leaseMs())));
        NetClientOptions connects = new NetClientOptions()
                .setConnectTimeout(CONNECT_MS)
                .setTcpUserTimeout(UNACKNOWLEDGED_MS)
                .setTcpNoDelay(true);
        if (config.tls() != null) {
            PemKeyCertOptions certificate = new PemKeyCertOptions()
                    .addCertPath(config.tls().certificate())
                    .addKeyPath(config.tls().key());
            PemTrustOptions authority =
                    new PemTrustOptions().addCertPath(config.tls().authority());
            accepts.setSsl(true)
                    .setClientAuth(ClientAuth.REQUIRED)
                    .setKeyCertOptions(certificate)
                    .setTrustOptions(authority);
            connects.setSsl(true)
                    .setHostnameVerificationAlgorithm("")
                    .setKeyCertOptions(certificate)
                    .setTrustOptions(authority);
        }
        this.server = vertx.createNetServer(accepts);
        this.client = vertx.createNetClient(connects);
    }

    private static String bare(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** Starts to accept connections; returns the port. */
    Future<Integer> listen() {
        return server.connectHandler(this::accept)
                .exceptionHandler(e -> LOG.debug("a connection for leases was not opened", e))
                .listen()
                .map(NetServer::actualPort);
    }

    /** Uses a certificate for all new connections. May be called on any thread. */
    Future<Boolean> replace(ServerSSLOptions accepts, ClientSSLOptions connects) {
        return server.updateSSLOptions(accepts, true).compose(isNew -> client.updateSSLOptions(connects, true));
    }

    // to other members

    /** Another member listens at a port of its host. */
    void found(String member, int port) {
        Member other = members.computeIfAbsent(member, m -> new Member());
        if (other.port != port) {
            other.port = port;
            NetSocket former = other.socket;
            other.socket = null;
            if (former != null) {
                former.close();
            }
        }
    }

    /** Forgets those that are no members any more. */
    void keep(Collection<String> present) {
        members.entrySet().removeIf(other -> {
            boolean isGone = !present.contains(other.getKey());
            if (isGone && other.getValue().socket != null) {
                other.getValue().socket.close();
            }
            return isGone;
        });
    }

    /** Sends a message; returns whether it was written. */
    boolean send(String member, Buffer line) {
        Member other = members.get(member);
        if (other == null || line.length() > LONGEST_LINE_BYTES) {
            return false;
        }
        if (other.socket == null) {
            connect(member, other);
            return false;
        }
        if (other.socket.writeQueueFull()) {
            return false;
        }
        NetSocket socket = other.socket;
        socket.write(line).onFailure(e -> {
            other.broke(e);
            socket.close();
        });
        return true;
    }

    /** Returns a message as a line. */
    static Buffer line(JsonObject message) {
        return message.toBuffer().appendByte((byte) '\n');
    }

    private void connect(String member, Member other) {
        long now = scheduler.nowNanos();
        if (other.connecting || (other.triedNanos != 0 && now - other.triedNanos < PAUSE_NANOS)) {
            return;
        }
        other.connecting = true;
        other.triedNanos = now;
        int port = other.port;
        client.connect(port, bare(member.substring(0, member.lastIndexOf(':')))).onComplete(opened -> {
            other.connecting = false;
            if (opened.failed()) {
                LOG.debug("no connection for leases to {}", member, opened.cause());
            } else if (other.port == port) {
                connected(member, other, opened.result());
            } else {
                opened.result().close();
            }
        });
    }

    private void connected(String member, Member other, NetSocket socket) {
        other.socket = socket;
        other.isSilent = false;
        socket.exceptionHandler(e -> {
            other.broke(e);
            LOG.debug("the connection for leases to {} broke", member, e);
        });
        socket.closeHandler(v -> {
            if (other.socket == socket) {
                other.socket = null;
                if (!other.isSilent) {
                    ended.accept(member);
                }
            }
        });
    }

    // from other members

    private void accept(NetSocket socket) {
        if (accepted >= MOST_CONNECTIONS) {
            socket.close();
            return;
        }
        accepted++;
        Incoming incoming = new Incoming(socket);
        socket.handler(incoming::read);
        socket.exceptionHandler(e -> LOG.debug("a connection for leases broke", e));
        socket.closeHandler(v -> {
            accepted--;
            incoming.rest(Buffer.buffer());
        });
    }

    /** A connection of another member. */
    private final class Incoming {
        private final NetSocket socket;
        /** The unfinished line. */
        private Buffer rest = Buffer.buffer();

        private int held;

        Incoming(NetSocket socket) {
            this.socket = socket;
        }

        void read(Buffer data) {
            Buffer all = rest;
            int from = 0;
            int at = all.length();
            all.appendBuffer(data); // what has arrived of a line is not copied for each packet
            for (; at < all.length(); at++) {
                if (all.getByte(at) == '\n') {
                    take(all.getBuffer(from, at));
                    from = at + 1;
                }
            }
            rest(from == 0 ? all : all.getBuffer(from, all.length()));
            if (rest.length() > LONGEST_LINE_BYTES || heldBytes > MOST_HELD_BYTES) {
                LOG.debug("closes a connection for leases of {} with a line that is too long", socket.remoteAddress());
                socket.close();
            }
        }

        void rest(Buffer now) {
            heldBytes += now.length() - held;
            held = now.length();
            rest = now;
        }

        private void take(Buffer line) {
            JsonObject message;
            try {
                message = new JsonObject(line);
            } catch (DecodeException | ClassCastException e) {
                LOG.debug("closes a connection for leases of {} without JSON", socket.remoteAddress(), e);
                socket.close();
                return;
            }
            received.accept(message);
        }
    }
}
