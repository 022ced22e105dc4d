package io.firstline.cluster;

import com.hazelcast.cluster.Address;
import com.hazelcast.cluster.Member;
import com.hazelcast.config.Config;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.internal.cluster.Joiner;
import com.hazelcast.spi.MemberAddressProvider;
import io.firstline.bus.Refusals;
import io.firstline.config.ClusterConfig;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

    private static final Logger LOG = LoggerFactory.getLogger(Clustering.class);
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
            // nobody waits longer for a copy that a member who hangs is to keep
            Map.entry("hazelcast.operation.backup.timeout.millis", 1_000),
            // a few hundred entries need neither the usual 271 partitions nor a thread for each core
            Map.entry("hazelcast.partition.count", 31),
            Map.entry("hazelcast.operation.thread.count", 2),
            Map.entry("hazelcast.operation.generic.thread.count", 2),
            Map.entry("hazelcast.event.thread.count", 1),
            Map.entry("hazelcast.io.thread.count", 1));

    private static final long LOOK_AGAIN_MS = 2_000;

    private static final int JOIN_TRY_SECONDS = 2;
    private static final long PING_MS = 1_000;
    /** So long, and a ping, the event bus goes on sending to a node that hangs. */
    private static final long PONG_MS = 3_000;
    /** Nodes ping each other; who says nothing for so long is no node. */
    private static final int SILENT_SECONDS = 10;

    private static final int KNOCK_MS = 500;

    private static final int CONNECT_MS = 2_000;
    /**
     * The bus connects anew to a node that has acknowledged nothing for so long. Where the network was away, TCP tries again after as long
     * again as it has been away, and a node that is back would be deaf for as long. Needs Netty's transport for Linux.
     */
    private static final int UNACKNOWLEDGED_MS = 1_500;
    /**
     * The bus writes each message by itself. What does not fit here waits, and then goes out many at a time; a larger one is filled with
     * small packets faster than the other side takes them, and then some are lost, and all wait for them.
     */
    private static final int SEND_BUFFER = 64 << 10;

    private Clustering() {}

    /** Lets the event bus listen where the configuration says, to whom it says. */
    public static void prepare(VertxOptions options, ClusterConfig config) {
        EventBusOptions bus = options.getEventBusOptions();
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
                    // or it would send messages to whoever has another node's address, whatever its certificate
                    .setTrustAll(false);
        }
    }

    /**
     * Joins the cluster, or begins it. A node that is no member finds the members, listens, and carries nothing. The Vert.x has a native
     * transport where one loads. May be called on any thread: nothing waits here.
     *
     * @param builder with the options that {@link #prepare} has prepared
     */
    public static Future<Vertx> join(VertxBuilder builder, ClusterConfig config) {
        if (System.getProperty(LOGGING) == null) {
            System.setProperty(LOGGING, LOGGING_BY); // its first lines come before it reads a configuration
        }
        Refusals refusals = new Refusals(LOG);
        return onAThread(() -> alone(HazelcastNode.start(hazelcast(config), refusals)))
                .compose(hazelcast -> hazelcast == null ? notLetIn(config) : build(builder, hazelcast, refusals));
    }

    private static Future<Vertx> build(VertxBuilder builder, HazelcastInstance hazelcast, Refusals refusals) {
        Members members = new Members(hazelcast);
        BusDoor door = BusDoor.of(Runtime.getRuntime().maxMemory(), refusals);
        return builder.withClusterManager(members)
                .withTransport(new BusTransport(door))
                .buildClustered()
                .onSuccess(vertx -> vertx.setPeriodic(LOOK_AGAIN_MS, t -> members.lookAgain()))
                .onSuccess(vertx -> vertx.exceptionHandler(Clustering::unhandled))
                .onSuccess(vertx -> vertx.eventBus() // nothing of Firstline's needs it
                        .serializableChecker(name -> false)
                        .clusterSerializableChecker(name -> false))
                .recover(e -> onAThread(() -> {
                            Members.shutDown(hazelcast);
                            return null;
                        })
                        .transform(x -> Future.failedFuture(e)));
    }

    /** Joining takes seconds, and looks up names: never on an event loop, and there is no Vert.x yet whose threads could be used. */
    private static <T> Future<T> onAThread(Supplier<T> work) {
        Promise<T> done = Promise.promise();
        Thread thread = new Thread(
                () -> {
                    T result;
                    try {
                        result = work.get();
                    } catch (RuntimeException e) {
                        done.fail(e);
                        return;
                    }
                    done.complete(result);
                },
                "firstline-join");
        thread.setDaemon(true);
        thread.start();
        return done.future();
    }

    /** One that only listens has nothing to listen to where it is alone, and would look for others until its requests time out. */
    private static HazelcastInstance alone(HazelcastInstance hazelcast) {
        if (Members.isAlone(hazelcast)) {
            Members.shutDown(hazelcast);
            return null;
        }
        return hazelcast;
    }

    /** Whether a client is the one that the event bus of {@link #prepare} connects with. */
    static boolean isOfTheBus(NetClientOptions options) {
        return options.getTcpUserTimeout() == UNACKNOWLEDGED_MS
                && options.getSendBufferSize() == SEND_BUFFER
                && options.getReadIdleTimeout() == SILENT_SECONDS;
    }

    /**
     * When a connection of the event bus ends, Vert.x reports each message that was still to be written to it as an error of its own,
     * "Promise already completed": thousands, while there is other work to do. Who has not got them asks for them.
     */
    private static void unhandled(Throwable e) {
        boolean unwritten = e instanceof IllegalStateException
                && "Promise already completed".equals(e.getMessage())
                && Arrays.stream(e.getStackTrace())
                        .anyMatch(frame -> frame.getClassName().startsWith("io.vertx.core.net.impl."));
        if (unwritten) {
            LOG.trace("a message was not written to a node that has gone", e);
        } else {
            LOG.error("unhandled", e);
        }
    }

    /** Nobody is there to listen to: says why, as far as can be seen from outside. */
    private static Future<Vertx> notLetIn(ClusterConfig config) {
        return onAThread(() ->
                        config.members().stream().filter(Clustering::listens).toList())
                .compose(listening -> Future.failedFuture(new IllegalStateException(
                        listening.isEmpty()
                                ? "no member of the cluster " + config.name() + " is there: nobody listens at "
                                        + config.members()
                                : notLetIn(config.self(), listening))));
    }

    /** What there is to say of members that are of another cluster. */
    static String notLetIn(String self, Collection<String> members) {
        return self + " is not let in by " + members + ": the cluster's \"name\" or \"secret\" is another there";
    }

    private static boolean listens(String member) {
        try (Socket socket = new Socket()) {
            Address address = addressOf(member);
            socket.connect(new InetSocketAddress(address.getInetAddress(), address.getPort()), KNOCK_MS);
            return true;
        } catch (IOException e) {
            return false; // that is the answer
        }
    }

    private static Address addressOf(String member) throws UnknownHostException {
        int colon = member.lastIndexOf(':');
        String host = member.substring(0, colon);
        return new Address(
                host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                Integer.parseInt(member.substring(colon + 1)));
    }

    /**
     * Members of another cluster, if any has said that it is one: with it those that listen and have not let this node in. Looks up
     * names and knocks at ports: not to be called on an event loop.
     */
    static List<String> foreign(Vertx vertx, List<String> members) {
        if (!(vertx instanceof VertxInternal inside
                && inside.clusterManager() instanceof Members manager
                && manager.getHazelcastInstance() instanceof HazelcastInstanceProxy instance
                && instance.getLifecycleService().isRunning())) {
            return List.of();
        }
        Joiner joiner = instance.getOriginal().node.getJoiner();
        if (members.stream().noneMatch(member -> isRefused(joiner, member))) {
            return List.of(); // those who listen may just not have found each other yet
        }
        Set<Address> joined = instance.getCluster().getMembers().stream()
                .map(Member::getAddress)
                .collect(Collectors.toSet());
        return members.stream()
                .filter(member -> isRefused(joiner, member) || (!isIn(joined, member) && listens(member)))
                .toList();
    }

    private static boolean isIn(Set<Address> joined, String member) {
        try {
            return joined.contains(addressOf(member));
        } catch (UnknownHostException e) {
            return false; // nor does it listen
        }
    }

    private static boolean isRefused(Joiner joiner, String member) {
        try {
            Address address = addressOf(member);
            joiner.unblacklist(address); // which forgets who could not be reached, and only that
            return joiner.isBlacklisted(address);
        } catch (UnknownHostException e) {
            return false; // it cannot be reached
        }
    }

    /**
     * Finds out who consumes an address, and where that is, without a message. What was found is kept and kept up to date; who publishes
     * there for the first time would ask the members, and wait for one that has just died or hangs.
     *
     * @return completes when it is known, or cannot be
     */
    static Future<Void> lookUp(Vertx vertx, String address) {
        return vertx instanceof VertxInternal inside && inside.clusterManager() instanceof Members members
                ? members.lookUp(address)
                : Future.succeededFuture();
    }

    static Config hazelcast(ClusterConfig config) {
        InetAddress address = ownAddress(config.host());
        Config hazelcast = new Config(config.secretName() + "/" + config.self())
                .setClusterName(config.secretName())
                .setProperty(LOGGING, LOGGING_BY)
                .setProperty("hazelcast.phone.home.enabled", "false")
                .setProperty("hazelcast.shutdownhook.enabled", "false")
                // or it would listen on every interface
                .setProperty("hazelcast.socket.bind.any", "false")
                .setLiteMember(!config.isMember())
                .setProperty("hazelcast.prefer.ipv4.stack", Boolean.toString(!(address instanceof Inet6Address)));
        PROPERTIES.forEach((name, value) -> hazelcast.setProperty(name, value.toString()));
        hazelcast
                .getMemberAttributeConfig()
                .setAttribute(Members.NODE_ID, UUID.randomUUID().toString());
        network(hazelcast.getNetworkConfig(), config, address);
        hazelcast.getSerializationConfig().setJavaSerializationFilterConfig(permitted());
        // each on two members: else, while those who consume something say so again when a member has died, some would
        // be passed over
        hazelcast.addMultiMapConfig(new MultiMapConfig("__vertx.subs")
                .setBackupCount(1)
                .setValueCollectionType(MultiMapConfig.ValueCollectionType.SET));
        hazelcast.addMapConfig(new MapConfig("__vertx.haInfo").setBackupCount(1));
        hazelcast.addMapConfig(new MapConfig("__vertx.nodeInfo").setBackupCount(1));
        return hazelcast;
    }

    private static void network(NetworkConfig network, ClusterConfig config, InetAddress own) {
        network.setPort(config.port());
        if (config.isMember()) {
            network.setPortAutoIncrement(false);
        } else {
            network.setPortAutoIncrement(true).setPortCount(1_000);
        }
        // not by an interface: Hazelcast would take it for a filter of the other members' names as well
        network.getMemberAddressProviderConfig().setEnabled(true).setImplementation(new OwnAddress(own));
        JoinConfig join = network.getJoin();
        join.getMulticastConfig().setEnabled(false);
        join.getAutoDetectionConfig().setEnabled(false);
        join.getTcpIpConfig().setEnabled(true).setConnectionTimeoutSeconds(JOIN_TRY_SECONDS);
        config.members().forEach(join.getTcpIpConfig()::addMember);
    }

    /** Where this node listens, and is found; the port is the configured one. */
    private record OwnAddress(InetAddress address) implements MemberAddressProvider {
        @Override
        public InetSocketAddress getBindAddress() {
            return new InetSocketAddress(address, 0);
        }

        @Override
        public InetSocketAddress getBindAddress(EndpointQualifier qualifier) {
            return getBindAddress();
        }

        @Override
        public InetSocketAddress getPublicAddress() {
            return getBindAddress();
        }

        @Override
        public InetSocketAddress getPublicAddress(EndpointQualifier qualifier) {
            return getBindAddress();
        }
    }

    /** What the configured host means here. Looks up the name. */
    private static InetAddress ownAddress(String host) {
        String found = "cluster host: found \"" + host + "\"";
        String allowed = ", allowed: a name or address of this machine";
        InetAddress address;
        try {
            address = InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(found + ", which is unknown" + allowed, e);
        }
        try (ServerSocket socket = new ServerSocket(0, 1, address)) {
            LOG.debug("{} is {}, port {} is free there", host, address, socket.getLocalPort());
        } catch (IOException e) {
            throw new IllegalStateException(
                    found + ", which is " + address.getHostAddress() + " and not of this machine" + allowed, e);
        }
        return address;
    }

    /** Whoever gets a connection to the port could else make this JVM build objects of any class. */
    private static JavaSerializationFilterConfig permitted() {
        JavaSerializationFilterConfig filter = new JavaSerializationFilterConfig();
        filter.getWhitelist()
                .addPrefixes("com.hazelcast.", "io.vertx.spi.cluster.hazelcast.")
                // exceptions, numbers, texts, lists: members report to each other what failed
                .addPackages("java.lang", "java.util", "java.util.concurrent", "java.io");
        return filter;
    }
}
