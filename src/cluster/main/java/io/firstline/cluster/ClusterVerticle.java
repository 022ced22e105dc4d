package io.firstline.cluster;

import io.firstline.bus.Addresses;
import io.firstline.bus.publish.RejectionLog;
import io.firstline.config.cluster.ClusterConfig;
import io.firstline.config.feed.FeedConfig;
import io.firstline.connection.Scheduler;
import io.firstline.deploy.node.ClusterFacts;
import io.firstline.deploy.node.ClusterPart;
import io.firstline.deploy.node.StatusKeys;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member of the cluster: drives a {@link LeaseNode} with a timer and with the messages of other members, and carries
 * its actions out. Runs on an event loop that no feed shares, so that a busy feed costs no lease.
 *
 * <p>Members send each other messages at {@code firstline.cluster.<host:port>}. The request {@code {"do": "status"}}
 * at that address returns the feeds that the member carries, and the members that it hears.
 */
public final class ClusterVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterVerticle.class);
    /** The address of a member, followed by its {@code host:port}. */
    public static final String ADDRESS = Addresses.NODE;

    /** The longest wait of a leaving member until its feeds have another owner. */
    private static final long RELEASE_NANOS = TimeUnit.MILLISECONDS.toNanos(600);

    private static final long RELEASE_STEP_MS = 20;
    /**
     * How long a node looks for others before it checks whether they belong to another cluster: two halves of one
     * cluster find each other sooner.
     */
    private static final long OTHER_CLUSTERS_AFTER_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final long LOOK_UP_MS = 1_000;

    private final ClusterConfig config;
    private final String self;
    private final Map<String, FeedConfig> feeds = new LinkedHashMap<>();
    private final BiFunction<FeedConfig, ClusterPart.Factory, Deployable> verticles;
    private final long lingerNanos;
    /** The feeds that are deployed here, or are being deployed. */
    private final Map<String, Deployed> deployed = new TreeMap<>();

    private final Promise<String> refused = Promise.promise();
    private final RejectionLog rejections = new RejectionLog(LOG, () -> this.scheduler.nowNanos());
    /** Members with another leaseMs; each sends its own in every heartbeat. */
    private final RejectionLog leases = new RejectionLog(LOG, () -> this.scheduler.nowNanos());

    /** Null = the clock and the timers of this Vert.x. */
    private final Scheduler given;

    private Scheduler scheduler;
    private LeaseNode node;
    /** Null = a majority of the members grants the leases. */
    private EtcdLink etcd;

    private DeathProbe probe;

    /** A feed on this node: what it shares with the lease code, and its deployment. */
    private record Deployed(FeedLease lease, Future<String> deployment) {}

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
        this(config, feeds, verticles, LeaseNode.LINGER_NANOS, null);
    }

    /**
     * The same, for tests.
     *
     * @param lingerNanos how long a feed that belongs to other members is still carried here
     * @param given the clock and timers; null = those of this Vert.x
     */
    ClusterVerticle(
            ClusterConfig config,
            List<FeedConfig> feeds,
            BiFunction<FeedConfig, ClusterPart.Factory, Deployable> verticles,
            long lingerNanos,
            Scheduler given) {
        this.config = config;
        this.self = config.self();
        this.verticles = verticles;
        this.lingerNanos = lingerNanos;
        this.given = given;
        feeds.forEach(feed -> this.feeds.put(feed.name(), feed));
    }

    @Override
    public Future<?> start() {
        scheduler = given == null ? Scheduler.of(vertx) : given;
        int busPort = HazelcastCluster.busPort(vertx);
        StepTime start = time();
        if (config.lease() != null) {
            etcd = new EtcdLink(vertx, config, new NodeRun(start.epochMs(), busPort), scheduler, this::granted);
        }
        node = new LeaseNode(config, etcd == null ? null : etcd.leases(), feeds.keySet(), busPort, lingerNanos, start);
        probe = new DeathProbe(vertx, scheduler);
        HazelcastCluster.whenClosedByPeer(vertx, port -> context.runOnContext(v -> mayHaveEnded(port)));
        scheduler.every(Math.max(1, config.leaseMs() / LeaseNode.TICKS_PER_LEASE), this::tick);
        if (!config.isVoter()) {
            LOG.info("{} may publish feeds and has no vote: {} grant the leases", self, config.members());
        }
        scheduler.every(LOOK_UP_MS, () -> {
            lookForNodes();
            deployed.keySet().forEach(this::lookUp);
            lookForOtherClusters();
        });
        return vertx.eventBus().consumer(ADDRESS + self, this::receive).completion();
    }

    @Override
    public Future<?> stop() {
        node.stop();
        if (etcd != null) {
            etcd.close();
        }
        ClusterFacts.forget(vertx);
        return Future.succeededFuture();
    }

    private StepTime time() {
        return new StepTime(scheduler.nowNanos(), TimeUnit.MICROSECONDS.toMillis(scheduler.epochMicros()));
    }

    // input of the node

    private void tick() {
        observe();
        carryOut(node.tick(time()));
        deployed.values().forEach(feed -> feed.lease().majority(node.hasMajority()));
        askEtcd();
    }

    private void granted() {
        observe();
        carryOut(node.granted(time()));
    }

    private void askEtcd() {
        if (etcd != null) {
            etcd.poll();
        }
    }

    private void observe() {
        deployed.forEach((name, feed) -> node.observe(name, feed.lease().state()));
    }

    /** A member has closed a connection: if its process has ended, its leases are free at once. */
    private void mayHaveEnded(int busPort) {
        node.runsAt(busPort)
                .forEach((member, run) -> probe.probe(member, busPort, () -> {
                    observe();
                    carryOut(node.died(member, run, time()));
                    askEtcd();
                }));
    }

    private void receive(Message<Object> message) {
        NodeMessage theirs;
        try {
            JsonObject json = RejectionLog.body(message, JsonObject.class);
            if ("status".equals(json.getValue("do"))) {
                message.reply(status());
                return;
            }
            theirs = NodeMessage.of(json);
        } catch (IllegalArgumentException e) {
            rejections.reject("cluster: dropped an invalid message", e.getMessage());
            return;
        }
        if (!node.members().contains(theirs.from())) {
            lookForNodes();
        }
        observe();
        carryOut(node.step(theirs, time()));
        askEtcd();
    }

    private void lookForNodes() {
        if (config.dns() != null) {
            node.joined(HazelcastCluster.joined(vertx));
        }
    }

    // actions of the node

    private void carryOut(List<LeaseAction> actions) {
        actions.forEach(this::carryOut);
    }

    private void carryOut(LeaseAction action) {
        if (action instanceof LeaseAction.Extend extend) {
            deployed.get(extend.feed()).lease().extend(extend.epoch(), extend.untilNanos());
        } else if (action instanceof LeaseAction.Broadcast broadcast) {
            JsonObject json = broadcast.heartbeat().toJson();
            node.members().stream().filter(member -> !member.equals(self)).forEach(member -> vertx.eventBus()
                    .send(ADDRESS + member, json));
        } else if (action instanceof LeaseAction.Reply reply) {
            vertx.eventBus().send(ADDRESS + reply.to(), reply.votes().toJson());
        } else if (action instanceof LeaseAction.End end) {
            end(end);
        } else if (action instanceof LeaseAction.Deploy deploy) {
            deploy(deploy.feed());
        } else if (action instanceof LeaseAction.Undeploy undeploy) {
            undeploy(undeploy.feed());
        } else {
            report(action);
        }
    }

    private void end(LeaseAction.End end) {
        if (end.reason() != null) {
            LOG.info("{} handed over by {}: {}", end.feed(), self, end.reason());
        }
        deployed.get(end.feed()).lease().end();
    }

    private void deploy(String feed) {
        FeedLease lease = new FeedLease(self, scheduler::nowNanos);
        Deployable verticle = verticles.apply(feeds.get(feed), Replica.factory(lease, scheduler));
        Promise<Void> known = Promise.promise();
        lookUp(feed).onComplete(found -> context.runOnContext(v -> known.complete()));
        // as a child of this verticle
        Future<String> deployment = known.future().compose(v -> vertx.deployVerticle(verticle));
        deployed.put(feed, new Deployed(lease, deployment));
        deployment.onSuccess(id -> node.started(feed)).onFailure(e -> {
            node.failed(feed, scheduler.nowNanos());
            if (!node.isLeaving()) {
                LOG.error("{} cannot be deployed on {}", feed, self, e);
            }
        });
    }

    private void undeploy(String feed) {
        LOG.info("{} no longer received by {}: other nodes receive it", feed, self);
        Future<String> deployment = deployed.remove(feed).deployment();
        Future<Void> undeployed = deployment.failed() ? Future.succeededFuture() : deployment.compose(vertx::undeploy);
        undeployed
                .onFailure(e -> LOG.warn("{} cannot be undeployed", feed, e))
                .onComplete(gone -> context.runOnContext(v -> node.stopped(feed)));
    }

    private void report(LeaseAction action) {
        if (action instanceof LeaseAction.ReportMembers members) {
            report(members.change(), members.present());
            ClusterFacts.update(
                    vertx,
                    self,
                    node.members().size(),
                    members.present(),
                    members.majority(),
                    members.sinceNanos(),
                    scheduler::nowNanos);
        } else if (action instanceof LeaseAction.ReportDeath death) {
            LOG.info("{} has ended, as {} sees: its leases are free", death.member(), self);
        } else if (action instanceof LeaseAction.ReportLostClaim lost && lost.competitor() == null) {
            LOG.debug("{} not acquired by {}", lost.feed(), self);
        } else if (action instanceof LeaseAction.ReportLostClaim lost) {
            LOG.debug("{} left to {} by {}", lost.feed(), lost.competitor(), self);
        } else if (action instanceof LeaseAction.RejectUnknownNode unknown) {
            rejections.reject(
                    "cluster: dropped "
                            + (unknown.message() instanceof NodeHeartbeat.Votes ? "votes" : "a round")
                            + " of a node that is not another member",
                    "found " + unknown.message().from() + ", allowed: " + node.members() + " except " + self);
        } else if (action instanceof LeaseAction.RejectLease other) {
            leases.reject(
                    other.member() + " has leaseMs " + other.leaseMs(),
                    self + " has leaseMs " + config.leaseMs() + ", the first gets no vote here");
        }
    }

    private void report(MajorityWatch.Change change, Set<String> present) {
        if (etcd != null) {
            reportEtcd(change);
            return;
        }
        switch (change) {
            case GAINED -> LOG.info("{} sees {}: a majority", self, present);
            case LOST -> LOG.info("{} sees {}: no majority, not publishing", self, present);
            case MISSED ->
                LOG.warn(
                        "{} has seen no majority for {} s, only {}: {} of the members {} must hear each other before"
                                + " any of them publishes",
                        self,
                        TimeUnit.NANOSECONDS.toSeconds(MajorityWatch.WARN_AFTER_NANOS),
                        present,
                        config.majority(),
                        config.members());
            case REGAINED -> LOG.warn("{} sees a majority again: {}", self, present);
            case NONE -> {
                // reported before
            }
        }
    }

    private void reportEtcd(MajorityWatch.Change change) {
        switch (change) {
            case GAINED -> LOG.info("{} reaches etcd, which keeps the leases", self);
            case LOST ->
                LOG.warn(
                        "{} has no answer of etcd for the length of a lease ({} ms), not publishing: {}",
                        self,
                        config.leaseMs(),
                        etcd.lastFailure());
            case MISSED ->
                LOG.warn(
                        "{} has reached no etcd of {} for {} s and publishes nothing until one answers: {}",
                        self,
                        config.lease().etcd(),
                        TimeUnit.NANOSECONDS.toSeconds(MajorityWatch.WARN_AFTER_NANOS),
                        etcd.lastFailure());
            case REGAINED -> LOG.warn("{} reaches etcd again", self);
            case NONE -> {
                // reported before
            }
        }
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

    private void lookForOtherClusters() {
        if (etcd != null
                || node.hasMajority()
                || scheduler.nowNanos() - node.majoritySinceNanos() < OTHER_CLUSTERS_AFTER_NANOS) {
            return;
        }
        vertx.executeBlocking(() -> HazelcastCluster.foreign(vertx, config.members()))
                .onSuccess(foreign -> {
                    if (!node.hasMajority() && config.members().size() - foreign.size() < config.majority()) {
                        refused.tryComplete(HazelcastCluster.notLetIn(self, foreign));
                    }
                })
                .onFailure(e -> LOG.debug("{} cannot find out which members reject it", self, e));
    }

    // the answer to {"do": "status"}

    private JsonObject status() {
        long now = scheduler.nowNanos();
        observe();
        JsonObject carried = new JsonObject();
        node.carried().forEach((name, feed) -> {
            Deployed here = deployed.get(name);
            carried.put(
                    name,
                    status(feed, now)
                            .mergeIn(
                                    here == null
                                            ? new JsonObject()
                                            : here.lease().figures()));
        });
        return new JsonObject()
                .put(StatusKeys.NODE, self)
                .put(StatusKeys.MEMBERS, new JsonArray(config.members()))
                .put(StatusKeys.MAJORITY, node.hasMajority())
                .put(StatusKeys.PRESENT, new JsonArray(List.copyOf(node.present(now))))
                .put(StatusKeys.FEEDS, carried);
    }

    private static JsonObject status(FeedOnNode feed, long now) {
        LeaseClaim proposer = feed.proposer();
        boolean owns = proposer.owns(now);
        return new JsonObject()
                .put(StatusKeys.ROLE, owns ? "owner" : "standby")
                .put(StatusKeys.WARM, owns || feed.state().warm())
                .put(StatusKeys.RECEIVES, feed.state().receives())
                .put(StatusKeys.EPOCH, owns ? proposer.epoch() : feed.state().heardEpoch())
                .put(
                        StatusKeys.LEASE_LEFT_MS,
                        owns ? TimeUnit.NANOSECONDS.toMillis(proposer.untilNanos() - now) : null);
    }

    // shutdown

    /**
     * Releases all feeds, so that other members take them over at once.
     *
     * @return completes when they have done so, or after a time limit
     */
    public Future<Void> leave() {
        if (node == null) { // the program ends before its deployment
            return Future.succeededFuture();
        }
        Promise<Void> gone = Promise.promise();
        context.runOnContext(v -> {
            long now = scheduler.nowNanos();
            carryOut(node.leave(now));
            askEtcd();
            awaitSuccessors(now + RELEASE_NANOS, gone);
        });
        return gone.future();
    }

    /** Waits until other members own its feeds, because they may need this member's vote. */
    private void awaitSuccessors(long untilNanos, Promise<Void> gone) {
        if (node.hasSuccessors() || scheduler.nowNanos() - untilNanos > 0) {
            gone.complete();
        } else {
            scheduler.once(RELEASE_STEP_MS, () -> awaitSuccessors(untilNanos, gone));
        }
    }
}
