package io.firstline.cluster;

import io.firstline.bus.Addresses;
import io.firstline.bus.publish.FanOut;
import io.firstline.bus.publish.RejectionLog;
import io.firstline.config.cluster.ClusterConfig;
import io.firstline.config.feed.FeedConfig;
import io.firstline.connection.Scheduler;
import io.firstline.deploy.FeedVerticle;
import io.firstline.deploy.node.ClusterFacts;
import io.firstline.deploy.node.ClusterPart;
import io.vertx.core.Context;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member of the cluster: deploys the feeds that the member carries. Leases have another event loop and other
 * connections than feeds ({@link LeaseLoop}), so that a busy feed costs no lease.
 *
 * <p>Members send each other messages at {@code firstline.cluster.<host:port>} while they are not connected otherwise.
 * The request {@code {"do": "status"}} at that address returns the feeds that the member carries, and the members that
 * it hears.
 */
public final class ClusterVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterVerticle.class);
    /** The address of a member, followed by its {@code host:port}. */
    public static final String ADDRESS = Addresses.NODE;

    /**
     * How long a node looks for others before it checks whether they belong to another cluster: two halves of one
     * cluster find each other sooner.
     */
    private static final long OTHER_CLUSTERS_AFTER_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final long LOOK_UP_MS = 1_000;
    /** The part of the heap that standbys may use at most: a quarter. */
    private static final int PARTS_OF_HEAP = 4;

    private final ClusterConfig config;
    private final String self;
    private final Map<String, FeedConfig> feeds = new LinkedHashMap<>();
    private final BiFunction<FeedConfig, ClusterPart.Factory, Deployable> verticles;
    private final long lingerNanos;
    /** The feeds that are deployed here, or are being deployed. */
    private final Map<String, Deployed> deployed = new TreeMap<>();
    /** The feeds that are being undeployed. */
    private final Map<String, Future<Void>> undeploying = new TreeMap<>();

    private final Promise<String> refused = Promise.promise();
    private Scheduler scheduler;
    /** The Vert.x of the leases, with one event loop. */
    private Vertx leaseVertx;
    /** Its event loop; null = not deployed yet. */
    private volatile Context loop;

    /** Used on that loop. */
    private LeaseLoop leases;

    private volatile boolean stopped;

    private record Deployed(Deployable verticle, Future<String> deployment) {
        Future<Void> change(FeedConfig feed) {
            return verticle instanceof FeedVerticle running
                    ? running.change(feed)
                    : Future.failedFuture(new IllegalStateException("not a feed"));
        }
    }

    /**
     * Creates a member that carries nothing yet.
     *
     * @param config the configuration of a member
     * @param feeds the feeds of all members
     * @param verticles creates the verticle of a feed
     */
    public ClusterVerticle(
            ClusterConfig config,
            List<FeedConfig> feeds,
            BiFunction<FeedConfig, ClusterPart.Factory, Deployable> verticles) {
        this(config, feeds, verticles, LeaseNode.LINGER_NANOS);
    }

    /**
     * The same, for tests.
     *
     * @param lingerNanos how long a feed that belongs to other members is still carried here
     */
    ClusterVerticle(
            ClusterConfig config,
            List<FeedConfig> feeds,
            BiFunction<FeedConfig, ClusterPart.Factory, Deployable> verticles,
            long lingerNanos) {
        this.config = config;
        this.self = config.self();
        this.verticles = verticles;
        this.lingerNanos = lingerNanos;
        feeds.forEach(feed -> this.feeds.put(feed.name(), feed));
    }

    @Override
    public Future<?> start() {
        scheduler = Scheduler.of(vertx);
        leaseVertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setPreferNativeTransport(true));
        Context onlyLoop = leaseVertx.getOrCreateContext();
        int busPort = HazelcastCluster.busPort(vertx);
        long aloneSinceNanos = HazelcastCluster.aloneSinceNanos(vertx, scheduler.nowNanos());
        Promise<Void> opened = Promise.promise();
        Map<String, String> fingerprints = new TreeMap<>();
        feeds.forEach((name, feed) -> fingerprints.put(name, feed.fingerprint()));
        onlyLoop.runOnContext(v -> {
            leases = new LeaseLoop(
                    leaseVertx, config, fingerprints, busPort, lingerNanos, aloneSinceNanos, new Outside());
            HazelcastCluster.controlLink(vertx, leases.link());
            leases.start().onComplete((none, failure) -> context.runOnContext(w -> opened.complete(null, failure)));
        });
        return opened.future()
                .compose(v -> {
                    loop = onlyLoop;
                    if (!config.isVoter()) {
                        LOG.info("{} may publish feeds and has no vote: {} grant the leases", self, config.members());
                    }
                    HazelcastCluster.whenClosedByPeer(vertx, member -> onLoop(() -> leases.mayHaveEnded(member)));
                    scheduler.every(LOOK_UP_MS, () -> {
                        onLoop(leases::lookForNodes);
                        deployed.keySet().forEach(this::lookUp);
                        onLoop(this::lookForOtherClusters);
                    });
                    return vertx.eventBus()
                            .consumer(ADDRESS + self, this::receive)
                            .completion();
                })
                .recover(e -> leaseVertx.close().transform(closed -> Future.failedFuture(e)));
    }

    @Override
    public Future<?> stop() {
        Promise<Void> ended = Promise.promise();
        onLoop(() -> {
            leases.stop();
            ended.complete();
        });
        stopped = true;
        return ended.future().compose(v -> leaseVertx.close()).onComplete(v -> ClusterFacts.forget(vertx));
    }

    private void onLoop(Runnable action) {
        if (!stopped) {
            loop.runOnContext(v -> action.run());
        }
    }

    private <T> Future<T> here(Supplier<Future<T>> action) {
        Promise<T> done = Promise.promise();
        context.runOnContext(v -> action.get().onComplete(done));
        return done.future();
    }

    // messages of other members on the event bus

    private void receive(Message<Object> message) {
        JsonObject json;
        try {
            json = RejectionLog.body(message, JsonObject.class);
        } catch (IllegalArgumentException e) {
            onLoop(() -> leases.invalid(e));
            return;
        }
        if ("status".equals(json.getValue("do"))) {
            onLoop(() -> {
                JsonObject status = leases.status();
                context.runOnContext(v -> message.reply(status));
            });
        } else {
            onLoop(() -> leases.receive(json));
        }
    }

    /** The services of this node for its leases. */
    private final class Outside implements LeaseLoop.Outside {
        private int shed;
        /** The others wait longer for this node, because it pauses at times. */
        private boolean awaited;

        @Override
        public void send(String member, JsonObject message) {
            context.runOnContext(v -> {
                Future<Void> before = NodeHeartbeat.hasReleases(message)
                        ? FanOut.of(vertx).delivered() // it must not overtake the feed's last messages
                        : Future.succeededFuture();
                before.onComplete(done -> vertx.eventBus().send(ADDRESS + member, message));
            });
        }

        @Override
        public void deploy(String feed, FeedLease lease) {
            here(() -> ClusterVerticle.this.deploy(feed, lease))
                    .onComplete(done -> onLoop(() -> {
                        if (done.succeeded()) {
                            leases.started(feed);
                        } else {
                            leases.failed(feed, done.cause());
                        }
                    }));
        }

        @Override
        public void undeploy(String feed) {
            here(() -> ClusterVerticle.this.undeploy(feed))
                    .onFailure(e -> LOG.warn("{} cannot be undeployed", feed, e))
                    .onComplete(gone -> onLoop(() -> leases.stopped(feed)));
        }

        @Override
        public Set<String> joined() {
            return HazelcastCluster.joined(vertx);
        }

        @Override
        public void load(int nowShed, int nowPauseMs) {
            if (nowShed != shed) {
                shed = nowShed;
                LOG.warn(
                        shed == 0
                                ? "{} compares all its feeds again"
                                : "{} is overloaded: it does not compare {} of its feeds with their owners",
                        self,
                        shed);
            }
            long longerMs = ClaimDelay.forPausesMs(nowPauseMs, config.leaseMs());
            if ((longerMs > 0) != awaited) {
                awaited = longerMs > 0;
                LOG.warn(
                        awaited
                                ? "{} pauses for {} ms at times: the others wait up to {} ms longer before they take its feeds over"
                                : "{} no longer pauses for long",
                        self,
                        nowPauseMs,
                        longerMs);
            }
            ClusterFacts.load(vertx, nowShed, nowPauseMs);
        }

        @Override
        public void present(LeaseAction.ReportMembers seen) {
            ClusterFacts.update(
                    vertx,
                    self,
                    leases.memberCount(),
                    seen.present(),
                    seen.majority(),
                    seen.sinceNanos(),
                    scheduler::nowNanos);
        }
    }

    private Future<String> deploy(String feed, FeedLease lease) {
        if (!feeds.containsKey(feed)) {
            return Future.failedFuture(new IllegalStateException("was removed from the configuration meanwhile"));
        }
        long bytes = Math.min(config.standbyBytes(), Runtime.getRuntime().maxMemory() / PARTS_OF_HEAP) / feeds.size();
        Deployable verticle = verticles.apply(feeds.get(feed), Replica.factory(lease, scheduler, bytes));
        // as a child of this verticle
        Future<String> deployment = lookUp(feed).transform(found -> vertx.deployVerticle(verticle));
        deployed.put(feed, new Deployed(verticle, deployment));
        return deployment;
    }

    private Future<Void> undeploy(String feed) {
        Deployed gone = deployed.remove(feed);
        if (gone == null || gone.deployment().failed()) {
            return Future.succeededFuture();
        }
        Future<Void> done = gone.deployment().compose(vertx::undeploy);
        undeploying.put(feed, done);
        return done.onComplete(ended -> undeploying.remove(feed, done));
    }

    // another configuration

    /**
     * Configures a feed: one that this node did not know, or another configuration of one that it knows. Without a lost
     * or repeated message, also while other nodes have another configuration of the feed. May be called on any thread.
     *
     * @return fails if the feed's new connections do not open; then nothing has changed on this node
     */
    public Future<Void> configure(FeedConfig feed) {
        return here(() -> {
            Deployed running = deployed.get(feed.name());
            if (running == null || running.deployment().failed()) {
                configured(feed);
                return Future.succeededFuture();
            }
            return here(running.deployment().compose(id -> running.change(feed)))
                    .recover(e -> running.equals(deployed.get(feed.name()))
                            ? Future.failedFuture(e)
                            : Future.succeededFuture())
                    .onSuccess(v -> configured(feed));
        });
    }

    private void configured(FeedConfig feed) {
        feeds.put(feed.name(), feed);
        onLoop(() -> leases.configured(feed.name(), feed.fingerprint()));
    }

    /** Removes a feed from this node. Nodes that still have it continue to publish it. May be called on any thread. */
    public Future<Void> forget(String feed) {
        return here(() -> {
            feeds.remove(feed);
            Promise<Void> undeployed = Promise.promise();
            onLoop(() -> {
                leases.forget(feed);
                context.runOnContext(v ->
                        undeploying.getOrDefault(feed, Future.succeededFuture()).onComplete(undeployed));
            });
            return undeployed.future();
        });
    }

    /** Returns the feeds as they are configured now. May be called on any thread. */
    public Future<List<FeedConfig>> configuredFeeds() {
        return here(() -> Future.succeededFuture(List.copyOf(feeds.values())));
    }

    /** Completes a future that other contexts may complete on this verticle's. */
    private <T> Future<T> here(Future<T> future) {
        Promise<T> done = Promise.promise();
        future.onComplete((value, failure) -> context.runOnContext(v -> done.complete(value, failure)));
        return done.future();
    }

    // look-ups

    /** Looks up addresses in advance, because a takeover could have to wait for the node that is gone. */
    private Future<?> lookUp(String feed) {
        return Future.join(
                HazelcastCluster.lookUp(vertx, Addresses.feed(feed)),
                HazelcastCluster.lookUp(vertx, Addresses.events(feed)),
                HazelcastCluster.lookUp(vertx, Addresses.replicas(feed)),
                HazelcastCluster.lookUp(vertx, Addresses.carriers(feed)));
    }

    /**
     * Completes when so many members belong to another cluster that this node can never publish: its cluster name or
     * secret differs from theirs. It should then end instead of waiting. The result is the reason.
     */
    public Future<String> refused() {
        return refused.future();
    }

    /** Called on the loop of the leases. */
    private void lookForOtherClusters() {
        if (leases.withoutMajorityNanos() < OTHER_CLUSTERS_AFTER_NANOS) {
            return;
        }
        here(() -> vertx.executeBlocking(() -> HazelcastCluster.foreign(vertx, config.members())))
                .onSuccess(foreign -> onLoop(() -> {
                    if (!leases.hasMajority() && config.members().size() - foreign.size() < config.majority()) {
                        refused.tryComplete(OtherClusters.error(self, foreign));
                    }
                }))
                .onFailure(e -> LOG.debug("{} cannot find out which members reject it", self, e));
    }

    // shutdown

    /**
     * Releases all feeds, so that other members take them over at once.
     *
     * @return completes when they have done so, or after a time limit
     */
    public Future<Void> leave() {
        if (loop == null) { // the program ends before its deployment
            return Future.succeededFuture();
        }
        Promise<Void> gone = Promise.promise();
        onLoop(() -> leases.leave(gone));
        return gone.future();
    }
}
