package io.firstline.cluster;

import com.hazelcast.core.HazelcastInstance;
import io.firstline.bus.publish.RejectionLog;
import io.firstline.config.cluster.ClusterConfig;
import io.firstline.connection.Scheduler;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.NetClient;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a Vert.x a node of a cluster. Embedded Hazelcast tracks the members and the consumers; only this
 * package uses it.
 *
 * <p>Messages use the event bus' own sockets, encrypted if configured. Hazelcast's open-source edition cannot encrypt
 * its traffic; it contains addresses of nodes and names of feeds, no messages.
 */
public final class HazelcastCluster {
    private static final Logger LOG = LoggerFactory.getLogger(HazelcastCluster.class);
    private static final long LOOK_AGAIN_MS = 2_000;

    private HazelcastCluster() {}

    /** Configures the event bus' address and TLS. */
    public static void prepare(VertxOptions options, ClusterConfig config) {
        BusSockets.prepare(options.getEventBusOptions(), config);
    }

    /**
     * Joins the cluster, or begins it. A node that is not a member finds the members, listens, and carries nothing.
     * The Vert.x has a native transport if one loads. May be called on any thread; it does not block.
     *
     * @param builder with options from {@link #prepare}
     */
    public static Future<Vertx> join(VertxBuilder builder, ClusterConfig config) {
        HazelcastSettings.logToSlf4j();
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
        return onAThread(() -> alone(HazelcastNode.start(HazelcastSettings.of(config, addresses), rejections)))
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
        UnwrittenMessages unwritten = new UnwrittenMessages(Scheduler.monotonicClock());
        FeedClusterManager members = new FeedClusterManager(hazelcast, unwritten);
        BusLimits limits = BusLimits.of(Runtime.getRuntime().maxMemory(), rejections);
        BusTransport transport = new BusTransport(limits, members::closedByPeer, unwritten::connectionEnded);
        return builder.withClusterManager(members)
                .withTransport(transport)
                .buildClustered()
                .compose(vertx -> guarded(vertx, transport))
                .onSuccess(vertx -> transport.frames(members.open(vertx.createNetClient(BusSockets.ofFrames(config)))))
                .onSuccess(vertx -> vertx.setPeriodic(LOOK_AGAIN_MS, t -> {
                    members.lookAgain();
                    addresses.lookUp(vertx);
                }))
                .onSuccess(vertx -> vertx.exceptionHandler(unwritten::unhandled))
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
     * Closes a Vert.x whose event bus has sockets that the transport does not know, as from 5.2 on: peers could make it use any
     * memory, and frames would not be read.
     */
    static Future<Vertx> guarded(Vertx vertx, BusTransport transport) {
        if (transport.guardsBus()) {
            return Future.succeededFuture(vertx);
        }
        String version = Vertx.class.getPackage().getImplementationVersion();
        return vertx.close()
                .transform(
                        closed -> Future.failedFuture(
                                new IllegalStateException(
                                        "Vert.x: found "
                                                + (version == null ? "another version" : version)
                                                + ", allowed for a node of a cluster: 5.0, because Firstline cannot bound the memory of its event bus in others")));
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

    /** Reports why no member could be joined, as far as that is visible from outside. */
    private static Future<Vertx> notLetIn(ClusterConfig config, JoinAddresses addresses) {
        return onAThread(() -> OtherClusters.listening(addresses.getMembers()))
                .compose(listening -> Future.failedFuture(new IllegalStateException(
                        listening.isEmpty()
                                ? "no member of the cluster " + config.name() + " is reachable: nothing listens at "
                                        + addresses.getMembers()
                                : OtherClusters.error(config.self(), listening))));
    }

    /**
     * Returns the members of another cluster: those that rejected this node and, if there is one, those that listen
     * and have not admitted it. Resolves names and connects to ports: do not call it on an event loop.
     */
    static List<String> foreign(Vertx vertx, List<String> members) {
        FeedClusterManager manager = manager(vertx);
        return manager == null ? List.of() : OtherClusters.among(members, manager.getHazelcastInstance());
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
}
