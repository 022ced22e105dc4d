package io.firstline.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.config.NetworkConfig;
import io.firstline.config.ClusterConfig;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.eventbus.impl.clustered.NodeSelector;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.core.spi.cluster.RegistrationListener;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;

/**
 * Makes a Vert.x a node of a cluster: who is a member and who consumes what is kept by Hazelcast, embedded, which nothing else in
 * Firstline knows. It is configured here and nowhere else: no file, no multicast, nothing bound but the configured host.
 *
 * <p>Messages go over the event bus' own sockets, encrypted if the configuration says so. Hazelcast's traffic is not encrypted, which
 * its open-source edition cannot do; it holds addresses of nodes and names of feeds, no message.
 */
public final class Clustering {
    /**
     * A node that hangs is no member any more after so many seconds. Feeds do not wait for that, as leases are much shorter; and a node that
     * is back before has not to join again, which stops the bus of everybody for seconds where members do not agree on who is there.
     */
    private static final int GONE_SECONDS = 10;

    private static final String LOGGING = "hazelcast.logging.type";
    private static final String LOGGING_BY = "slf4j";

    private static final Map<String, Integer> PROPERTIES = Map.ofEntries(
            Map.entry("hazelcast.wait.seconds.before.join", 0),
            Map.entry("hazelcast.heartbeat.interval.seconds", 1),
            Map.entry("hazelcast.max.no.heartbeat.seconds", GONE_SECONDS),
            // two halves of a cluster that was split look for each other that often; the default is five minutes
            Map.entry("hazelcast.merge.first.run.delay.seconds", 3),
            Map.entry("hazelcast.merge.next.run.delay.seconds", 3),
            Map.entry("hazelcast.graceful.shutdown.max.wait", 2),
            Map.entry("hazelcast.socket.connect.timeout.seconds", 2),
            Map.entry("hazelcast.operation.call.timeout.millis", 10_000),
            // a few hundred entries need neither the usual 271 partitions nor a thread for each core
            Map.entry("hazelcast.partition.count", 31),
            Map.entry("hazelcast.operation.thread.count", 2),
            Map.entry("hazelcast.operation.generic.thread.count", 2),
            Map.entry("hazelcast.event.thread.count", 1),
            Map.entry("hazelcast.io.thread.count", 1));

    private static final String OURS = "firstline.";

    private static final int JOIN_TRY_SECONDS = 2;
    private static final long PING_MS = 1_000;
    /** So long, and a ping, the event bus goes on sending to a node that hangs. */
    private static final long PONG_MS = 3_000;

    private static final int CONNECT_MS = 2_000;
    /**
     * The bus writes each message by itself. What does not fit here waits, and then goes out many at a time; a larger one is filled with
     * small packets faster than the other side takes them, and then some are lost, and all wait for them.
     */
    private static final int SEND_BUFFER = 64 << 10;

    private Clustering() {}

    /** Lets the event bus listen where the configuration says, to whom it says. */
    public static void prepare(VertxOptions options, ClusterConfig config) {
        EventBusOptions bus = options.getEventBusOptions()
                .setHost(config.host())
                .setClusterPublicHost(config.host())
                .setPort(config.busPort())
                .setTcpNoDelay(true)
                .setSendBufferSize(SEND_BUFFER)
                .setConnectTimeout(CONNECT_MS)
                .setClusterPingInterval(PING_MS)
                .setClusterPingReplyInterval(PONG_MS);
        if (config.tls() != null) {
            bus.setSsl(true)
                    .setKeyCertOptions(new PemKeyCertOptions()
                            .addCertPath(config.tls().certificate())
                            .addKeyPath(config.tls().key()))
                    .setTrustOptions(
                            new PemTrustOptions().addCertPath(config.tls().authority()))
                    .setClientAuth(ClientAuth.REQUIRED);
        }
    }

    /**
     * Joins the cluster, or begins it. A node that is no member finds the members, listens, and carries nothing.
     *
     * @param builder with the options that {@link #prepare} has prepared
     */
    public static Future<Vertx> join(VertxBuilder builder, ClusterConfig config) {
        if (System.getProperty(LOGGING) == null) {
            System.setProperty(LOGGING, LOGGING_BY); // its first lines come before it reads a configuration
        }
        return builder.withClusterManager(new Members(hazelcast(config))).buildClustered();
    }

    /**
     * Finds out who consumes an address, without a message. What was found is kept and kept up to date; who publishes there for the
     * first time would ask the members, and wait for one that has just died.
     */
    static void lookUp(Vertx vertx, String address) {
        if (vertx instanceof VertxInternal inside
                && inside.clusterManager() instanceof Members members
                && members.selector != null) {
            members.selector.selectForPublish(address, (nodes, failure) -> {});
        }
    }

    /** Hazelcast's members, and who picks the nodes for an address. */
    private static final class Members extends HazelcastClusterManager {
        private volatile NodeSelector selector;

        private Members(Config config) {
            super(config);
        }

        /**
         * Who consumes an address is asked for once and then kept up to date, but that nobody does is not kept: each message would be asked
         * for anew, on another thread. So this node is named where nobody is. Firstline's addresses are few.
         */
        @Override
        public void getRegistrations(String address, Completable<List<RegistrationInfo>> promise) {
            super.getRegistrations(address, (found, failure) -> {
                boolean nobody = failure == null && found.isEmpty() && address.startsWith(OURS);
                promise.complete(nobody ? List.of(new RegistrationInfo(getNodeId(), 0, true)) : found, failure);
            });
        }

        @Override
        public void registrationListener(RegistrationListener listener) {
            super.registrationListener(listener);
            selector = listener instanceof NodeSelector picks ? picks : null;
        }
    }

    private static Config hazelcast(ClusterConfig config) {
        Config hazelcast = new Config(config.secretName() + "/" + config.self())
                .setClusterName(config.secretName())
                .setProperty(LOGGING, LOGGING_BY)
                .setProperty("hazelcast.phone.home.enabled", "false")
                .setProperty("hazelcast.shutdownhook.enabled", "false")
                // or it would listen on every interface
                .setProperty("hazelcast.socket.bind.any", "false")
                .setLiteMember(!config.isMember());
        PROPERTIES.forEach((name, value) -> hazelcast.setProperty(name, value.toString()));
        network(hazelcast.getNetworkConfig(), config);
        hazelcast.getSerializationConfig().setJavaSerializationFilterConfig(permitted());
        // Whoever consumes something says so again when a member has gone; nobody waits for a copy that a member who
        // hangs is to keep.
        hazelcast.addMultiMapConfig(new MultiMapConfig("__vertx.subs")
                .setBackupCount(0)
                .setAsyncBackupCount(1)
                .setValueCollectionType(MultiMapConfig.ValueCollectionType.SET));
        hazelcast.addMapConfig(new MapConfig("__vertx.haInfo").setBackupCount(0).setAsyncBackupCount(1));
        hazelcast.addMapConfig(
                new MapConfig("__vertx.nodeInfo").setBackupCount(0).setAsyncBackupCount(1));
        return hazelcast;
    }

    private static void network(NetworkConfig network, ClusterConfig config) {
        network.setPort(config.port());
        if (config.isMember()) {
            network.setPortAutoIncrement(false);
        } else {
            network.setPortAutoIncrement(true).setPortCount(1_000);
        }
        network.getInterfaces().setEnabled(true).addInterface(address(config.host()));
        JoinConfig join = network.getJoin();
        join.getMulticastConfig().setEnabled(false);
        join.getAutoDetectionConfig().setEnabled(false);
        join.getTcpIpConfig().setEnabled(true).setConnectionTimeoutSeconds(JOIN_TRY_SECONDS);
        config.members().forEach(join.getTcpIpConfig()::addMember);
    }

    /** Interfaces are told by number. */
    private static String address(String host) {
        try {
            return InetAddress.getByName(host).getHostAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("cluster host " + host + " is unknown", e);
        }
    }

    /** Whoever gets a connection to the port could else make this JVM build objects of any class. */
    private static JavaSerializationFilterConfig permitted() {
        JavaSerializationFilterConfig filter = new JavaSerializationFilterConfig();
        filter.getWhitelist()
                .addPrefixes("com.hazelcast.", "io.vertx.spi.cluster.hazelcast.", "java.lang.", "java.util.");
        return filter;
    }
}
