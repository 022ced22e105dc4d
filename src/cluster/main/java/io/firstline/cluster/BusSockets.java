package io.firstline.cluster;

import io.firstline.config.cluster.ClusterConfig;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.util.concurrent.TimeUnit;

/** The options of the sockets between the event buses of the nodes, and of those for frames. */
final class BusSockets {
    private static final long PING_MS = 1_000;
    /** The event bus continues to send to a node that hangs for this time and one ping. */
    private static final long PONG_MS = 3_000;

    private static final int PONG_SECONDS = (int) TimeUnit.MILLISECONDS.toSeconds(PING_MS + PONG_MS);
    /** Nodes ping each other; a connection without data for this long is closed. */
    static final int SILENT_SECONDS = 10;

    private static final int CONNECT_MS = 2_000;
    /**
     * The bus reconnects to a node that has acknowledged nothing for this long. After a network outage, TCP
     * retransmits only after as long again as the outage lasted, so a node that is back would receive nothing for as
     * long. Needs Netty's transport for Linux.
     */
    private static final int UNACKNOWLEDGED_MS = 1_500;
    /**
     * The bus writes each message separately. Messages that do not fit into this buffer wait and are then sent many
     * at a time. A larger buffer is filled with small packets faster than the other side reads them; then some
     * packets are lost, and all messages wait for them.
     */
    private static final int SEND_BUFFER = 64 << 10;

    private BusSockets() {}

    /** Sets the address, TLS, and when a connection ends. */
    static void prepare(EventBusOptions bus, ClusterConfig config) {
        String host = config.host().startsWith("[")
                ? config.host().substring(1, config.host().length() - 1)
                : config.host();
        bus.setHost(host)
                .setClusterPublicHost(host)
                .setPort(config.busPort())
                .setTcpNoDelay(true)
                .setSendBufferSize(SEND_BUFFER)
                .setConnectTimeout(CONNECT_MS)
                .setTcpUserTimeout(UNACKNOWLEDGED_MS)
                .setClusterPingInterval(PING_MS)
                .setClusterPingReplyInterval(PONG_MS);
        bus.setReadIdleTimeout(SILENT_SECONDS).setIdleTimeoutUnit(TimeUnit.SECONDS);
        if (config.tls() != null) {
            bus.setSsl(true)
                    .setKeyCertOptions(new PemKeyCertOptions()
                            .addCertPath(config.tls().certificate())
                            .addKeyPath(config.tls().key()))
                    .setTrustOptions(
                            new PemTrustOptions().addCertPath(config.tls().authority()))
                    .setClientAuth(ClientAuth.REQUIRED)
                    // otherwise it would send messages to any host with another node's address, whatever its
                    // certificate
                    .setTrustAll(false);
        }
    }

    /**
     * Returns the options of what connects to other nodes as their event bus does. It recognises a node that does not answer by its
     * silence, and has patience with one that does not read: a shorter time would lose what waits for a node that hangs for two seconds.
     */
    static NetClientOptions ofFrames(ClusterConfig config) {
        EventBusOptions bus = new EventBusOptions();
        prepare(bus, config);
        return new NetClientOptions(bus.toJson())
                .setHostnameVerificationAlgorithm("")
                .setTcpUserTimeout((int) TimeUnit.SECONDS.toMillis(PONG_SECONDS))
                .setReadIdleTimeout(PONG_SECONDS);
    }

    /** Returns whether a client connects to the event bus of other nodes: that of the bus itself, or the one for frames. */
    static boolean isOfTheBus(NetClientOptions options) {
        boolean bus =
                options.getTcpUserTimeout() == UNACKNOWLEDGED_MS && options.getReadIdleTimeout() == SILENT_SECONDS;
        boolean frames = options.getTcpUserTimeout() == TimeUnit.SECONDS.toMillis(PONG_SECONDS)
                && options.getReadIdleTimeout() == PONG_SECONDS;
        return options.getSendBufferSize() == SEND_BUFFER && (bus || frames);
    }
}
