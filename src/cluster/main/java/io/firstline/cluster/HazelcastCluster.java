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
import io.firstline.bus.publish.RejectionLog;
import io.firstline.config.cluster.ClusterConfig;
import io.firstline.connection.Scheduler;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.NetClient;
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
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a Vert.x a node of a cluster. Embedded Hazelcast tracks the members and the consumers; only this
 * package uses it. It is configured only here: no file, no multicast, bound only to the configured host.
 *
 * <p>Messages use the event bus' own sockets, encrypted if configured. Hazelcast's open-source edition cannot encrypt
 * its traffic; it contains addresses of nodes and names of feeds, no messages.
 */
public final class HazelcastCluster {
    /**
     * A node that hangs stops being a member after this many seconds. Feeds do not wait for that, because leases are
     * much shorter. A node that returns earlier need not join again; joining stops the bus of all nodes for seconds
     * while members disagree about the membership.
     */
    private static final int GONE_SECONDS = 10;

    private static final Logger LOG = LoggerFactory.getLogger(HazelcastCluster.class);
    private static final String LOGGING = "hazelcast.logging.type";
    private static final String LOGGING_BY = "slf4j";

    private static final Map<String, Integer> PROPERTIES = Map.ofEntries(
            Map.entry("hazelcast.wait.seconds.before.join", 0),
            Map.entry("hazelcast.heartbeat.interval.seconds", 1),
            Map.entry("hazelcast.max.no.heartbeat.seconds", GONE_SECONDS),
            // interval at which two halves of a split cluster look for each other; the default is five minutes
            Map.entry("hazelcast.merge.first.run.delay.seconds", 3),
            Map.entry("hazelcast.merge.next.run.delay.seconds", 3),
            Map.entry("hazelcast.graceful.shutdown.max.wait", 2),
            Map.entry("hazelcast.socket.connect.timeout.seconds", 2),
            Map.entry("hazelcast.operation.call.timeout.millis", 10_000),
            // the longest wait for a backup on a member that hangs
            Map.entry("hazelcast.operation.backup.timeout.millis", 1_000),
            // a few hundred entries need neither the usual 271 partitions nor a thread for each core
            Map.entry("hazelcast.partition.count", 31),
            Map.entry("hazelcast.operation.thread.count", 2),
            Map.entry("hazelcast.operation.generic.thread.count", 2),
            Map.entry("hazelcast.event.thread.count", 1),
            Map.entry("hazelcast.io.thread.count", 1));

    private static final long LOOK_AGAIN_MS = 2_000;

    private static final long PING_MS = 1_000;
    /** The event bus continues to send to a node that hangs for this time and one ping. */
    private static final long PONG_MS = 3_000;

    private static final int PONG_SECONDS = (int) TimeUnit.MILLISECONDS.toSeconds(PING_MS + PONG_MS);
    /** Nodes ping each other; a connection without data for this long is closed. */
    private static final int SILENT_SECONDS = 10;

    private static final int PROBE_TIMEOUT_MS = 500;

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

    private HazelcastCluster() {}

    /** Configures the event bus' address and TLS. */
    public static void prepare(VertxOptions options, ClusterConfig config) {
        prepare(options.getEventBusOptions(), config);
    }

    private static void prepare(EventBusOptions bus, ClusterConfig config) {
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
     * Joins the cluster, or begins it. A node that is not a member finds the members, listens, and carries nothing.
     * The Vert.x has a native transport if one loads. May be called on any thread; it does not block.
     *
     * @param builder with options from {@link #prepare}
     */
    public static Future<Vertx> join(VertxBuilder builder, ClusterConfig config) {
        if (System.getProperty(LOGGING) == null) {
            System.setProperty(LOGGING, LOGGING_BY); // its first lines are logged before it reads a configuration
        }
        return config.lease() == null && config.dns() == null
                ? joinMembers(builder, config, new JoinAddresses(config))
                : lookAround(builder, config);
    }

    /** Asks the service with the leases, and DNS, for other nodes first, with a Vert.x that lives only for that. */
    private static Future<Vertx> lookAround(VertxBuilder builder, ClusterConfig config) {
        Vertx asking = Vertx.vertx();
        return known(asking, config)
                .compose(all -> {
                    JoinAddresses addresses = new JoinAddresses(all);
                    return addresses.lookUp(asking).map(v -> Map.entry(all, addresses));
                })
                .eventually(asking::close)
                .compose(found -> joinMembers(builder, found.getKey(), found.getValue()));
    }

    /** Adds the members that the service with the leases knows. */
    private static Future<ClusterConfig> known(Vertx asking, ClusterConfig config) {
        if (config.lease() == null) {
            return Future.succeededFuture(config);
        }
        return LeaseLink.nodes(asking, config).map(found -> {
            Set<String> members = new TreeSet<>(config.members());
            members.addAll(found);
            if (!config.isMember()) {
                members.remove(config.self());
            }
            return config.withMembers(List.copyOf(members));
        });
    }

    private static Future<Vertx> joinMembers(VertxBuilder builder, ClusterConfig config, JoinAddresses addresses) {
        RejectionLog rejections = new RejectionLog(LOG, Scheduler.monotonicClock());
        return onAThread(() -> alone(HazelcastNode.start(hazelcast(config, addresses), rejections)))
                .compose(hazelcast -> hazelcast == null
                        ? notLetIn(config, addresses)
                        : build(builder, hazelcast, config, addresses, rejections));
    }

    private static Future<Vertx> build(
            VertxBuilder builder,
            HazelcastInstance hazelcast,
            ClusterConfig config,
            JoinAddresses addresses,
            RejectionLog rejections) {
        FeedClusterManager members = new FeedClusterManager(hazelcast);
        BusLimits limits = BusLimits.of(Runtime.getRuntime().maxMemory(), rejections);
        BusTransport transport = new BusTransport(limits, members::closedByPeer);
        return builder.withClusterManager(members)
                .withTransport(transport)
                .buildClustered()
                .onSuccess(vertx -> transport.frames(members.open(framesClient(vertx, config), transport.busLoop())))
                .onSuccess(vertx -> vertx.setPeriodic(LOOK_AGAIN_MS, t -> {
                    members.lookAgain();
                    addresses.lookUp(vertx);
                }))
                .onSuccess(vertx -> vertx.exceptionHandler(HazelcastCluster::unhandled))
                .onSuccess(vertx -> vertx.eventBus() // Firstline needs no Java serialization
                        .serializableChecker(name -> false)
                        .clusterSerializableChecker(name -> false))
                .recover(e -> onAThread(() -> {
                            FeedClusterManager.shutDown(hazelcast);
                            return null;
                        })
                        .transform(x -> Future.failedFuture(e)));
    }

    /**
     * Returns what connects to other nodes as their event bus does. It recognises a node that does not answer by its silence, and has
     * patience with one that does not read: a shorter time would lose what waits for a node that hangs for two seconds.
     */
    private static NetClient framesClient(Vertx vertx, ClusterConfig config) {
        EventBusOptions bus = new EventBusOptions();
        prepare(bus, config);
        return vertx.createNetClient(new NetClientOptions(bus.toJson())
                .setHostnameVerificationAlgorithm("")
                .setTcpUserTimeout((int) TimeUnit.SECONDS.toMillis(PONG_SECONDS))
                .setReadIdleTimeout(PONG_SECONDS));
    }

    /**
     * Joining takes seconds and resolves names: not on an event loop, and there is no Vert.x yet whose threads could
     * be used.
     */
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

    /** Stops a listener that found no member: it would search until its requests time out. */
    private static HazelcastInstance alone(HazelcastInstance hazelcast) {
        if (FeedClusterManager.isAlone(hazelcast)) {
            FeedClusterManager.shutDown(hazelcast);
            return null;
        }
        return hazelcast;
    }

    /** Returns whether a client connects to the event bus of other nodes: that of {@link #prepare}, or the one for frames. */
    static boolean isOfTheBus(NetClientOptions options) {
        boolean bus =
                options.getTcpUserTimeout() == UNACKNOWLEDGED_MS && options.getReadIdleTimeout() == SILENT_SECONDS;
        boolean frames = options.getTcpUserTimeout() == TimeUnit.SECONDS.toMillis(PONG_SECONDS)
                && options.getReadIdleTimeout() == PONG_SECONDS;
        return options.getSendBufferSize() == SEND_BUFFER && (bus || frames);
    }

    /**
     * When a connection of the event bus ends, Vert.x reports each unwritten message as a separate error, "Promise
     * already completed": thousands of errors at a busy moment. Consumers request these messages again.
     */
    private static void unhandled(Throwable e) {
        boolean unwritten = e instanceof IllegalStateException
                && "Promise already completed".equals(e.getMessage())
                && Arrays.stream(e.getStackTrace())
                        .anyMatch(frame -> frame.getClassName().startsWith("io.vertx.core.net.impl."));
        if (unwritten) {
            LOG.trace("a message to a node that is gone was not written", e);
        } else {
            LOG.error("unhandled", e);
        }
    }

    /** Reports why no member could be joined, as far as that is visible from outside. */
    private static Future<Vertx> notLetIn(ClusterConfig config, JoinAddresses addresses) {
        return onAThread(() -> addresses.getMembers().stream()
                        .filter(HazelcastCluster::listens)
                        .toList())
                .compose(listening -> Future.failedFuture(new IllegalStateException(
                        listening.isEmpty()
                                ? "no member of the cluster " + config.name() + " is reachable: nothing listens at "
                                        + addresses.getMembers()
                                : notLetIn(config.self(), listening))));
    }

    /** Returns the error about members that belong to another cluster. */
    static String notLetIn(String self, Collection<String> members) {
        return self + " is rejected by " + members + ": the cluster's \"name\" or \"secret\" differs there";
    }

    private static boolean listens(String member) {
        try (Socket socket = new Socket()) {
            Address address = addressOf(member);
            socket.connect(new InetSocketAddress(address.getInetAddress(), address.getPort()), PROBE_TIMEOUT_MS);
            return true;
        } catch (IOException e) {
            return false; // this is the answer
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
     * Returns the members of another cluster: those that rejected this node and, if there is one, those that listen
     * and have not admitted it. Resolves names and connects to ports: do not call it on an event loop.
     */
    static List<String> foreign(Vertx vertx, List<String> members) {
        FeedClusterManager manager = manager(vertx);
        if (!(manager != null
                && manager.getHazelcastInstance() instanceof HazelcastInstanceProxy instance
                && instance.getLifecycleService().isRunning())) {
            return List.of();
        }
        Joiner joiner = instance.getOriginal().node.getJoiner();
        if (members.stream().noneMatch(member -> isRefused(joiner, member))) {
            return List.of(); // those that listen may not have found each other yet
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
            joiner.unblacklist(address); // removes unreachable members from the list, and only those
            return joiner.isBlacklisted(address);
        } catch (UnknownHostException e) {
            return false; // it is unreachable
        }
    }

    /**
     * Finds the consumers of an address and their nodes without sending a message. The result is kept up to date.
     * Without it, the first message to an address would query the members, and wait for one that has just died or
     * hangs.
     *
     * @return completes when they are known, or cannot be found
     */
    static Future<Void> lookUp(Vertx vertx, String address) {
        FeedClusterManager manager = manager(vertx);
        return manager == null ? Future.succeededFuture() : manager.lookUp(address);
    }

    /**
     * Sets the handler of connections of the event bus that another node has ended: it gets the {@code host:port} of
     * that node, on any thread. A process that ends does so too.
     */
    static void whenClosedByPeer(Vertx vertx, Consumer<String> handler) {
        if (manager(vertx) != null) {
            manager(vertx).whenClosedByPeer(handler);
        }
    }

    /** Returns the names of the nodes that have joined and may own feeds. */
    static Set<String> joined(Vertx vertx) {
        FeedClusterManager manager = manager(vertx);
        return manager == null ? Set.of() : manager.owners();
    }

    /** Sets this node's connections for leases, so that they get the same certificates as the event bus. */
    static void controlLink(Vertx vertx, ControlLink link) {
        if (manager(vertx) != null) {
            manager(vertx).controlLink(link);
        }
    }

    /** Returns this node's connections for leases; null = it has none. */
    static ControlLink controlLink(Vertx vertx) {
        return manager(vertx) == null ? null : manager(vertx).controlLink();
    }

    /** Returns this node's client for frames; null = it has none. */
    static NetClient framesClient(Vertx vertx) {
        return manager(vertx) == null ? null : manager(vertx).framesClient();
    }

    /** Returns the port on which the event bus of this node listens; 0 = it has none. */
    static int busPort(Vertx vertx) {
        FeedClusterManager manager = manager(vertx);
        return manager == null ? 0 : manager.getNodeInfo().port();
    }

    /**
     * Returns since when no earlier process of this member can have voted: since this one listens at the member's
     * port. Only the first call returns that, because whoever makes it may vote from then on.
     *
     * @param nowNanos the answer to all other calls
     */
    static long aloneSinceNanos(Vertx vertx, long nowNanos) {
        FeedClusterManager manager = manager(vertx);
        return manager == null
                ? nowNanos
                : HazelcastNode.takeListeningSinceNanos(manager.getHazelcastInstance(), nowNanos);
    }

    private static FeedClusterManager manager(Vertx vertx) {
        return vertx instanceof VertxInternal inside && inside.clusterManager() instanceof FeedClusterManager members
                ? members
                : null;
    }

    static Config hazelcast(ClusterConfig config, JoinAddresses addresses) {
        InetAddress address = ownAddress(config.host());
        Config hazelcast = new Config(config.secretName() + "/" + config.self())
                .setClusterName(config.secretName())
                .setProperty(LOGGING, LOGGING_BY)
                .setProperty("hazelcast.phone.home.enabled", "false")
                .setProperty("hazelcast.shutdownhook.enabled", "false")
                // otherwise it would listen on every interface
                .setProperty("hazelcast.socket.bind.any", "false")
                .setLiteMember(!config.isMember())
                .setProperty("hazelcast.prefer.ipv4.stack", Boolean.toString(!(address instanceof Inet6Address)));
        PROPERTIES.forEach((name, value) -> hazelcast.setProperty(name, value.toString()));
        hazelcast
                .getMemberAttributeConfig()
                .setAttribute(FeedClusterManager.NODE_ID, UUID.randomUUID().toString())
                .setAttribute(FeedClusterManager.MEMBER_NAME, config.self())
                .setAttribute(FrameReaders.ATTRIBUTE, "2");
        network(hazelcast.getNetworkConfig(), config, address);
        hazelcast.getNetworkConfig().getJoin().setTcpIpConfig(addresses);
        hazelcast.getSerializationConfig().setJavaSerializationFilterConfig(permitted());
        // two copies: otherwise, while registrations are repeated after the death of a member, some consumers would
        // be missed
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
        // not by an interface: Hazelcast would also use it as a filter of the other members' names
        network.getMemberAddressProviderConfig().setEnabled(true).setImplementation(new OwnAddress(own));
        JoinConfig join = network.getJoin();
        join.getMulticastConfig().setEnabled(false);
        join.getAutoDetectionConfig().setEnabled(false);
    }

    /** This node's own address, without the port, which is configured. */
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

    /** Resolves the configured host to an address of this machine. Blocks for the name service. */
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

    /** Without this filter, anyone who connects to the port could make this JVM create objects of any class. */
    private static JavaSerializationFilterConfig permitted() {
        JavaSerializationFilterConfig filter = new JavaSerializationFilterConfig();
        filter.getWhitelist()
                .addPrefixes("com.hazelcast.", "io.vertx.spi.cluster.hazelcast.")
                // exceptions, numbers, texts, lists: members report failures to each other
                .addPackages("java.lang", "java.util", "java.util.concurrent", "java.io");
        return filter;
    }
}
