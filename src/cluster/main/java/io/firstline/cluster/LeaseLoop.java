package io.firstline.cluster;

import io.firstline.config.cluster.ClusterConfig;
import io.firstline.connection.Scheduler;
import io.firstline.deploy.node.StatusKeys;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives a {@link LeaseNode} with a timer and with the messages of other members, and carries its actions out. No
 * feed shares its event loop and its connections ({@link ControlLink}), so that leases do not expire while messages of
 * feeds are queued.
 *
 * <p>A release travels on the event bus, behind the messages of the feed: the next owner has then received them.
 */
final class LeaseLoop {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterVerticle.class);
    private static final String CONTROL_PORT = "controlPort";
    /** The longest wait of a leaving member until its feeds have another owner. */
    private static final long RELEASE_NANOS = TimeUnit.MILLISECONDS.toNanos(600);

    private static final long RELEASE_STEP_MS = 20;

    private final ClusterConfig config;
    private final String self;
    private final Outside outside;
    private final Scheduler scheduler;
    /** Null = a majority of the members grants the leases. */
    private final LeaseLink service;

    private final LeaseNode node;
    private final DeathProbe probe;
    private final ControlLink link;
    private final LeaseReports reports;
    /** The leases of the feeds that are deployed here, or are being deployed. */
    private final Map<String, FeedLease> leases = new TreeMap<>();

    private final OverloadPolicy overload;
    private int port;
    /** How many of its feeds this node does not compare because it is overloaded. */
    private int shed;

    private int pauseMs;

    /** The services of the node for the loop. Called on the loop. */
    interface Outside {
        /** Sends a message to a member on the event bus. */
        void send(String member, JsonObject message);

        /** Deploys a feed; answered by {@link LeaseLoop#started} or {@link LeaseLoop#failed} on the loop. */
        void deploy(String feed, FeedLease lease);

        /** Undeploys a feed; answered by {@link LeaseLoop#stopped} on the loop. */
        void undeploy(String feed);

        /** Returns the names of the nodes that have joined and may own feeds. */
        Set<String> joined();

        /**
         * This node keeps up better or worse than before.
         *
         * @param shed how many standbys it omits because it is overloaded
         * @param pauseMs how long its process pauses at times, milliseconds
         */
        void load(int shed, int pauseMs);

        /** The members in view have changed. */
        void present(LeaseAction.ReportMembers seen);
    }

    /**
     * Starts a member.
     *
     * @param loop the Vert.x of the event loop on which this is called
     * @param feeds the fingerprints of all feeds, by name
     * @param busPort the port of this node's event bus; 0 = none
     * @param lingerNanos how long a feed that belongs to other members is still carried here
     */
    LeaseLoop(
            Vertx loop,
            ClusterConfig config,
            Map<String, String> feeds,
            int busPort,
            long lingerNanos,
            long aloneSinceNanos,
            Outside outside) {
        this.config = config;
        this.self = config.self();
        this.outside = outside;
        this.scheduler = Scheduler.of(loop);
        StepTime start = time();
        this.service = config.lease() == null
                ? null
                : new LeaseLink(loop, config, new NodeRun(start.epochMs(), busPort), scheduler, this::granted);
        this.node = new LeaseNode(
                config,
                service == null ? null : service.leases(),
                feeds.keySet(),
                busPort,
                lingerNanos,
                start,
                aloneSinceNanos);
        feeds.forEach(this::configured);
        this.probe = new DeathProbe(loop, scheduler, config.leaseMs());
        this.reports = new LeaseReports(
                config, node::members, service == null ? null : service::lastFailure, scheduler::nowNanos);
        this.overload = new OverloadPolicy(start.nanos());
        this.link = new ControlLink(loop, config, scheduler, this::receive, this::mayHaveEnded);
    }

    /** Opens the port for other members, and begins. */
    Future<Void> start() {
        return link.listen().map(listening -> {
            port = listening;
            scheduler.every(Math.max(1, config.leaseMs() / LeaseNode.TICKS_PER_LEASE), this::tick);
            return null;
        });
    }

    /** Nothing more is claimed or extended. */
    void stop() {
        node.stop();
        if (service != null) {
            service.close();
        }
    }

    ControlLink link() {
        return link;
    }

    private StepTime time() {
        return new StepTime(scheduler.nowNanos(), TimeUnit.MICROSECONDS.toMillis(scheduler.epochMicros()));
    }

    // input of the node

    private void tick() {
        node.timer(scheduler.nowNanos());
        observe();
        carryOut(node.tick(time()));
        leases.values().forEach(lease -> lease.majority(node.hasMajority()));
        shed(scheduler.nowNanos());
        askService();
    }

    /** Omits a part of the standby work while feeds are late. */
    private void shed(long now) {
        Map<String, FeedOnNode> standbys = node.carried();
        standbys.values().removeIf(feed -> !feed.isRunning());
        long lateNanos = standbys.values().stream()
                .mapToLong(feed -> feed.state().lateNanos(now))
                .max()
                .orElse(0);
        int parts = overload.decide(lateNanos, now);
        standbys.values().removeIf(feed -> feed.proposer().owns(now));
        // by name, so that a change of an owner changes nothing for the other feeds
        standbys.keySet().removeIf(name -> Math.floorMod(name.hashCode(), OverloadPolicy.PARTS) >= parts);
        leases.forEach((name, lease) -> lease.shed(standbys.containsKey(name)));
        noteLoad(standbys.size(), node.pauseMs(now));
    }

    private void noteLoad(int nowShed, int nowPauseMs) {
        if (nowShed != shed || nowPauseMs != pauseMs) {
            shed = nowShed;
            pauseMs = nowPauseMs;
            outside.load(shed, pauseMs);
        }
    }

    private void granted() {
        observe();
        carryOut(node.granted(time()));
    }

    private void askService() {
        if (service != null) {
            service.poll();
        }
    }

    private void observe() {
        leases.forEach((name, lease) -> node.observe(name, lease.state()));
    }

    /** A member has closed a connection of the event bus or for leases: if its process has ended, its leases are free at once. */
    void mayHaveEnded(String member) {
        NodeRun run = node.run(member);
        if (run.busPort() > 0) {
            probe.probe(member, run.busPort(), () -> {
                observe();
                carryOut(node.died(member, run, time()));
                askService();
            });
        }
    }

    /** Another member has sent a message. */
    void receive(JsonObject json) {
        NodeMessage theirs;
        int theirPort;
        try {
            theirs = NodeMessage.of(json);
            theirPort = json.containsKey(CONTROL_PORT) ? MessageFields.count(json, CONTROL_PORT) : 0;
        } catch (IllegalArgumentException e) {
            invalid(e);
            return;
        }
        if (!node.members().contains(theirs.from())) {
            lookForNodes();
        }
        if (theirPort > 0 && theirPort <= ClusterConfig.HIGHEST_PORT && isOther(theirs.from())) {
            link.found(theirs.from(), theirPort);
        }
        observe();
        carryOut(node.step(theirs, time()));
        askService();
    }

    /** Takes the nodes that have joined. */
    void lookForNodes() {
        if (config.dns() != null) {
            node.joined(outside.joined());
        }
    }

    /** A message of another node could not be read. */
    void invalid(IllegalArgumentException e) {
        reports.invalid(e);
    }

    private boolean isOther(String member) {
        return !member.equals(self) && node.members().contains(member);
    }

    /** A feed, known or not, has another configuration. */
    void configured(String feed, String fingerprint) {
        node.configured(feed, fingerprint, scheduler.nowNanos());
    }

    /** A feed is no longer configured here. */
    void forget(String feed) {
        observe();
        carryOut(node.forget(feed, scheduler.nowNanos()));
        askService();
    }

    /** A feed is deployed. */
    void started(String feed) {
        node.started(feed);
    }

    /** A feed could not be deployed. */
    void failed(String feed, Throwable failure) {
        node.failed(feed, scheduler.nowNanos());
        if (!node.isLeaving()) {
            LOG.error("{} cannot be deployed on {}", feed, self, failure);
        }
    }

    /** A feed is undeployed. */
    void stopped(String feed) {
        node.stopped(feed);
    }

    // actions of the node

    private void carryOut(List<LeaseAction> actions) {
        actions.forEach(this::carryOut);
    }

    private void carryOut(LeaseAction action) {
        if (action instanceof LeaseAction.Extend extend) {
            leases.get(extend.feed()).extend(extend.epoch(), extend.untilNanos());
        } else if (action instanceof LeaseAction.Broadcast broadcast) {
            broadcast(broadcast.heartbeat());
        } else if (action instanceof LeaseAction.Reply reply) {
            JsonObject votes = reply.votes().toJson();
            if (!link.send(reply.to(), ControlLink.line(votes))) {
                outside.send(reply.to(), votes);
            }
        } else if (action instanceof LeaseAction.End end) {
            end(end);
        } else if (action instanceof LeaseAction.Deploy deploy) {
            FeedLease lease = new FeedLease(self, scheduler::nowNanos);
            leases.put(deploy.feed(), lease);
            outside.deploy(deploy.feed(), lease);
        } else if (action instanceof LeaseAction.Undeploy undeploy) {
            String why = node.isConfigured(undeploy.feed()) ? "other nodes receive it" : "it was removed";
            LOG.info("{} no longer received by {}: {}", undeploy.feed(), self, why);
            leases.remove(undeploy.feed());
            outside.undeploy(undeploy.feed());
        } else {
            if (action instanceof LeaseAction.ReportMembers seen) {
                outside.present(seen);
            }
            reports.report(action);
        }
    }

    private void broadcast(NodeHeartbeat heartbeat) {
        JsonObject whole = heartbeat.toJson().put(CONTROL_PORT, port);
        link.keep(node.members());
        Buffer line = ControlLink.line(heartbeat.withoutReleases().toJson().put(CONTROL_PORT, port));
        for (String member : node.members()) {
            if (!member.equals(self)) {
                boolean isSent = link.send(member, line);
                if (!isSent || !heartbeat.given().isEmpty()) {
                    outside.send(member, isSent ? heartbeat.releasesOnly().toJson() : whole);
                }
            }
        }
    }

    private void end(LeaseAction.End end) {
        if (end.reason() != null) {
            LOG.info("{} handed over by {}: {}", end.feed(), self, end.reason());
        }
        leases.get(end.feed()).end();
    }

    // the node's view

    boolean hasMajority() {
        return node.hasMajority();
    }

    /** Returns how long there has been no majority; 0 = there is one, or a service keeps the leases. */
    long withoutMajorityNanos() {
        return service != null || node.hasMajority() ? 0 : scheduler.nowNanos() - node.majoritySinceNanos();
    }

    int memberCount() {
        return node.members().size();
    }

    /** Returns the answer to {@code {"do": "status"}}. */
    JsonObject status() {
        long now = scheduler.nowNanos();
        observe();
        JsonObject carried = new JsonObject();
        node.carried().forEach((name, feed) -> {
            FeedLease here = leases.get(name);
            carried.put(name, status(feed, here == null ? new JsonObject() : here.figures(), now));
        });
        return new JsonObject()
                .put(StatusKeys.NODE, self)
                .put(StatusKeys.MEMBERS, new JsonArray(config.members()))
                .put(StatusKeys.MAJORITY, node.hasMajority())
                .put(StatusKeys.PRESENT, new JsonArray(List.copyOf(node.present(now))))
                .put(StatusKeys.PAUSE_MS, node.pauseMs(now))
                .put(StatusKeys.FEEDS, carried);
    }

    private static JsonObject status(FeedOnNode feed, JsonObject figures, long now) {
        LeaseClaim proposer = feed.proposer();
        boolean owns = proposer.owns(now);
        JsonObject status = new JsonObject()
                .put(StatusKeys.ROLE, owns ? "owner" : "standby")
                .put(StatusKeys.WARM, owns || feed.state().warm())
                .put(StatusKeys.RECEIVES, feed.state().receives())
                .put(StatusKeys.EPOCH, owns ? proposer.epoch() : feed.state().heardEpoch())
                .put(StatusKeys.LEASE_LEFT_MS, owns ? TimeUnit.NANOSECONDS.toMillis(proposer.untilNanos() - now) : null)
                .mergeIn(figures);
        return owns || feed.agrees() ? status : status.put(StatusKeys.COLD, ColdReason.OTHER_CONFIGURATION.toString());
    }

    // shutdown

    /**
     * Releases all feeds, so that other members take them over at once.
     *
     * @param gone completes when they have done so, or after a time limit
     */
    void leave(Promise<Void> gone) {
        long now = scheduler.nowNanos();
        carryOut(node.leave(now));
        askService();
        awaitSuccessors(now + RELEASE_NANOS, gone);
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
