package io.firstline.cluster;

import io.firstline.bus.Addresses;
import io.firstline.bus.ClusterFacts;
import io.firstline.bus.FeedLease;
import io.firstline.bus.Refusals;
import io.firstline.config.ClusterConfig;
import io.firstline.config.FeedConfig;
import io.firstline.feed.StatusKeys;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
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
 * A member of the cluster: carries its feeds, requests the lease of feeds without an owner, and votes on requests of
 * other members. Runs on an event loop that no feed shares, so that a busy feed costs no lease.
 *
 * <p>Members send each other messages at {@code firstline.cluster.<host:port>}. The request {@code {"do": "status"}}
 * at that address returns the feeds that the member carries, and the members that it hears.
 */
public final class ClusterVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterVerticle.class);
    /** The address of a member, followed by its {@code host:port}. */
    public static final String ADDRESS = "firstline.cluster.";

    private static final int ROUNDS_PER_LEASE = 4;
    private static final int ROUNDS_PER_CLAIM = 16;
    private static final int TICKS_PER_LEASE = 32;
    /**
     * The shortest time without votes after a start, whatever the lease: the time of day has then reached a new
     * epoch.
     */
    private static final long SILENT_NANOS = TimeUnit.MILLISECONDS.toNanos(1_100);
    /** The time for other members to appear before their feeds are carried here. */
    private static final long GATHER_NANOS = TimeUnit.SECONDS.toNanos(3);
    /** How long a feed that belongs to another member is still carried here. */
    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(30);
    /** The longest wait of a leaving member until its feeds have another owner. */
    private static final long FAREWELL_MS = 600;

    private static final long FAREWELL_STEP_MS = 20;
    private static final long BACK_OFF_MS = 100;
    /**
     * How long a node looks for others before it checks whether they belong to another cluster: two halves of one
     * cluster find each other sooner.
     */
    private static final long ESTRANGED_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final long LOOK_UP_MS = 1_000;
    /** The pause before a failed deployment is retried. */
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final ClusterConfig config;
    private final Map<String, Carried> feeds = new TreeMap<>();
    private final BiFunction<FeedConfig, FeedLease, Deployable> verticles;
    private final long leaseNanos;
    private final long lingerNanos;
    private final LeaseAcceptor voter;
    private final MembershipView presence;
    private final long startNanos;
    private final Promise<String> refused = Promise.promise();

    private long round = System.currentTimeMillis();
    private long lastRoundNanos;
    private final MajorityWatch majority;
    private final Refusals refusals = new Refusals(LOG);
    /** Members with another leaseMs; each sends its own in every round. */
    private final Refusals leases = new Refusals(LOG);

    private Set<String> told = Set.of();
    private long wentHomeNanos;
    private boolean leaving;

    /** A feed of the configuration, and its state on this member. */
    private static final class Carried {
        private final FeedConfig config;
        private final LeaseProposer candidate;
        private FeedLease feedLease;
        private Future<String> deployed;
        private long unwantedSinceNanos;
        private boolean unwanted;
        private boolean leaves;
        private long failedNanos;
        private final HandOverPolicy handOver = new HandOverPolicy();

        private Carried(FeedConfig config, LeaseProposer candidate) {
            this.config = config;
            this.candidate = candidate;
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
            ClusterConfig config, List<FeedConfig> feeds, BiFunction<FeedConfig, FeedLease, Deployable> verticles) {
        this(config, feeds, verticles, LINGER_NANOS);
    }

    /** The same, with another time for carrying a feed that belongs to another member. */
    ClusterVerticle(
            ClusterConfig config,
            List<FeedConfig> feeds,
            BiFunction<FeedConfig, FeedLease, Deployable> verticles,
            long lingerNanos) {
        this.lingerNanos = lingerNanos;
        this.config = config;
        this.verticles = verticles;
        this.leaseNanos = TimeUnit.MILLISECONDS.toNanos(config.leaseMs());
        this.startNanos = System.nanoTime();
        this.majority = new MajorityWatch(startNanos);
        this.voter = new LeaseAcceptor(leaseNanos, SILENT_NANOS, startNanos);
        this.presence = new MembershipView(
                config.self(), config.members(), Math.max(2 * leaseNanos, TimeUnit.SECONDS.toNanos(1)));
        this.lastRoundNanos = startNanos - leaseNanos;
        this.wentHomeNanos = startNanos;
        feeds.forEach(feed -> this.feeds.put(
                feed.name(),
                new Carried(
                        feed,
                        new LeaseProposer(
                                feed.name(), config.self(), config.members().size(), leaseNanos, startNanos))));
    }

    @Override
    public Future<?> start() {
        vertx.setPeriodic(Math.max(1, config.leaseMs() / TICKS_PER_LEASE), t -> tick());
        vertx.setPeriodic(LOOK_UP_MS, t -> {
            lookUp();
            lookForOtherClusters();
        });
        return vertx.eventBus().consumer(ADDRESS + config.self(), this::receive).completion();
    }

    @Override
    public Future<?> stop() {
        leaving = true;
        ClusterFacts.forget(vertx);
        return Future.succeededFuture();
    }

    // timers

    private void tick() {
        if (leaving) {
            return;
        }
        long now = System.nanoTime();
        gather(now);
        List<LeaseRequest> given = new ArrayList<>();
        boolean claims = false;
        for (Carried feed : feeds.values()) {
            claims |= consider(feed, given, now);
        }
        // a voter may refuse because it learned of the last lease a little later: ask again soon
        int rounds = isClaiming() ? ROUNDS_PER_CLAIM : ROUNDS_PER_LEASE;
        if (claims || !given.isEmpty() || now - lastRoundNanos >= leaseNanos / rounds) {
            send(given, now);
        }
    }

    private boolean isClaiming() {
        return feeds.values().stream().anyMatch(feed -> feed.candidate.isClaiming());
    }

    /** Looks up addresses in advance, because a takeover could have to wait for the node that is gone. */
    private void lookUp() {
        feeds.forEach((name, feed) -> {
            if (feed.deployed != null) {
                lookUp(name);
            }
        });
    }

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
        if (majority.isThere() || System.nanoTime() - majority.sinceNanos() < ESTRANGED_NANOS) {
            return;
        }
        vertx.executeBlocking(() -> HazelcastCluster.foreign(vertx, config.members()))
                .onSuccess(foreign -> {
                    if (!majority.isThere() && config.members().size() - foreign.size() < config.majority()) {
                        refused.tryComplete(HazelcastCluster.notLetIn(config.self(), foreign));
                    }
                })
                .onFailure(e -> LOG.debug("{} cannot find out which members reject it", config.self(), e));
    }

    /** Decides about one feed; returns true if there is a new request. */
    private boolean consider(Carried feed, List<LeaseRequest> given, long now) {
        if (feed.deployed == null || !feed.deployed.succeeded()) {
            return false;
        }
        LeaseProposer candidate = feed.candidate;
        String name = feed.config.name();
        candidate.heardOf(feed.feedLease.heardEpoch());
        feed.feedLease.majority(majority.isThere());
        if (candidate.isLost(now)) {
            LOG.debug("{} not acquired by {}", name, config.self());
            given.add(candidate.giveUp(TimeUnit.MILLISECONDS.toNanos(BACK_OFF_MS), now));
        }
        GrantedLease known = voter.promised(name);
        if (isToGo(feed, now)) {
            feed.feedLease.end();
            given.add(candidate.giveUp(leaseNanos, now));
            return false;
        }
        if (!majority.isThere()
                || !voter.isReady(now)
                || !candidate.isFree(now)
                || (known != null && known.isRunning(now))) {
            return false;
        }
        boolean first = known == null && feed.feedLease.heardEpoch() == 0 && presence.epochOf(name, now) == 0;
        long turn = first
                ? ClaimDelay.atStartNanos(name, config.self(), config.members())
                : ClaimDelay.nanos(
                        name,
                        config.self(),
                        feed.feedLease.isWarm(),
                        feed.feedLease.isReceiving(),
                        known == null ? null : known.node(),
                        presence,
                        now);
        if (now - majority.sinceNanos() < turn || (known != null && now - known.untilNanos() < turn)) {
            return false;
        }
        candidate.claim(System.currentTimeMillis(), now);
        return true;
    }

    private boolean isToGo(Carried feed, long now) {
        String name = feed.config.name();
        Set<String> present = presence.present(now);
        String first = Placement.order(name, present).get(0);
        HandOverPolicy.Facts facts = new HandOverPolicy.Facts(
                feed.candidate.owns(now),
                feed.feedLease.isReceiving(),
                feed.feedLease.isUnanswered() ? feed.feedLease.silentNanos(now) : 0,
                present.stream()
                        .filter(member -> presence.carries(member, name))
                        .map(member -> new HandOverPolicy.Other(
                                presence.isWarm(member, name),
                                presence.receives(member, name),
                                presence.silentNanos(member, name, now)))
                        .toList(),
                !first.equals(config.self()) && presence.isWarm(first, name));
        HandOverPolicy.Reason reason = feed.handOver.decide(facts, wentHomeNanos, now);
        if (reason == HandOverPolicy.Reason.AWAY) {
            wentHomeNanos = now;
        }
        if (reason != null) {
            LOG.info("{} handed over by {}: {}", name, config.self(), reason);
        }
        return reason != null;
    }

    private void send(List<LeaseRequest> given, long now) {
        lastRoundNanos = now;
        round++;
        List<LeaseRequest> asks = new ArrayList<>();
        Map<String, NodeHeartbeat.Part> carries = new LinkedHashMap<>();
        for (Carried feed : feeds.values()) {
            if (feed.deployed != null) {
                carries.put(
                        feed.config.name(),
                        new NodeHeartbeat.Part(
                                feed.feedLease.isWarm(),
                                feed.feedLease.isReceiving(),
                                (int) Math.min(
                                        Integer.MAX_VALUE - 1,
                                        TimeUnit.NANOSECONDS.toMillis(feed.feedLease.silentNanos(now))),
                                feed.feedLease.heardEpoch()));
                LeaseRequest ask = feed.candidate.ask(round, now);
                if (ask != null) {
                    asks.add(ask);
                }
            }
        }
        NodeHeartbeat mine = new NodeHeartbeat(config.self(), round, config.leaseMs(), asks, given, carries);
        JsonObject json = mine.toJson();
        for (String member : config.members()) {
            if (!member.equals(config.self())) {
                vertx.eventBus().send(ADDRESS + member, json);
            }
        }
        counted(vote(mine, now));
    }

    // messages between members

    private void receive(Message<Object> message) {
        NodeHeartbeat theirs;
        try {
            JsonObject json = Refusals.body(message, JsonObject.class);
            if ("status".equals(json.getValue("do"))) {
                message.reply(status());
                return;
            }
            if (NodeHeartbeat.Votes.is(json)) {
                NodeHeartbeat.Votes votes = NodeHeartbeat.Votes.of(json);
                if (isOther(votes.from(), "votes")) {
                    counted(votes);
                }
                return;
            }
            theirs = NodeHeartbeat.of(json);
        } catch (IllegalArgumentException e) {
            refusals.refuse("cluster: dropped an invalid message", e.getMessage());
            return;
        }
        if (!isOther(theirs.from(), "a round")) {
            return;
        }
        long now = System.nanoTime();
        presence.heard(theirs, now);
        if (theirs.leaseMs() != config.leaseMs()) {
            leases.refuse(
                    theirs.from() + " has leaseMs " + theirs.leaseMs(),
                    config.self() + " has leaseMs " + config.leaseMs() + ", the first gets no vote here");
            return;
        }
        List<LeaseRequest> given = giveWay(theirs, now);
        if (!given.isEmpty()) {
            send(given, now);
        }
        NodeHeartbeat.Votes votes = vote(theirs, now);
        if (!votes.votes().isEmpty()) {
            vertx.eventBus().send(ADDRESS + theirs.from(), votes.toJson());
        }
        if (!theirs.given().isEmpty()) {
            tick(); // the released feed may be ours
        }
    }

    private boolean isOther(String from, String what) {
        if (config.members().contains(from) && !from.equals(config.self())) {
            return true;
        }
        refusals.refuse(
                "cluster: dropped " + what + " of a node that is not another member",
                "found " + from + ", allowed: " + config.members() + " except " + config.self());
        return false;
    }

    private List<LeaseRequest> giveWay(NodeHeartbeat theirs, long now) {
        List<LeaseRequest> given = new ArrayList<>();
        for (LeaseRequest ask : theirs.asks()) {
            Carried feed = feeds.get(ask.feed());
            LeaseRequest mine = feed == null
                    ? null
                    : feed.candidate.giveWay(
                            theirs.from(), ask.epoch(), TimeUnit.MILLISECONDS.toNanos(BACK_OFF_MS), now);
            if (mine != null) {
                LOG.debug("{} left to {} by {}", ask.feed(), theirs.from(), config.self());
                given.add(mine);
            }
        }
        return given;
    }

    private NodeHeartbeat.Votes vote(NodeHeartbeat of, long now) {
        of.given().forEach(given -> voter.release(of.from(), given, now));
        List<LeaseVote> votes = new ArrayList<>();
        for (LeaseRequest ask : of.asks()) {
            Carried feed = feeds.get(ask.feed());
            if (feed != null && !of.from().equals(config.self())) {
                feed.candidate.heardOf(ask.epoch());
            }
            votes.add(voter.vote(of.from(), ask, now));
        }
        return new NodeHeartbeat.Votes(config.self(), of.number(), votes);
    }

    private void counted(NodeHeartbeat.Votes votes) {
        long now = System.nanoTime();
        for (LeaseVote vote : votes.votes()) {
            Carried feed = feeds.get(vote.feed());
            if (feed == null || feed.deployed == null) {
                continue;
            }
            feed.candidate.voted(votes.from(), votes.number(), vote);
            if (feed.candidate.owns(now) && !leaving) {
                feed.feedLease.extend(feed.candidate.epoch(), feed.candidate.untilNanos());
            }
        }
    }

    // membership and placement

    private void gather(long now) {
        Set<String> present = presence.present(now);
        MajorityWatch.Change change = majority.see(presence.isMajority(now), now);
        tell(change, present);
        boolean isMajority = majority.isThere();
        boolean complete = present.size() == config.members().size();
        if (!isMajority || !(complete || now - startNanos > GATHER_NANOS)) {
            return;
        }
        for (Carried feed : feeds.values()) {
            place(feed, present, now);
        }
    }

    private void tell(MajorityWatch.Change change, Set<String> present) {
        String self = config.self();
        switch (change) {
            case GAINED -> LOG.info("{} sees {}: a majority", self, present);
            case LOST -> LOG.info("{} sees {}: no majority, not publishing", self, present);
            case MISSED ->
                LOG.warn(
                        "{} has seen no majority for {} s, only {}: {} of the members {} must hear each other before"
                                + " any of them publishes",
                        self,
                        TimeUnit.NANOSECONDS.toSeconds(MajorityWatch.PATIENCE_NANOS),
                        present,
                        config.majority(),
                        config.members());
            case REGAINED -> LOG.warn("{} sees a majority again: {}", self, present);
            case NONE -> {
                // reported before
            }
        }
        if (change != MajorityWatch.Change.NONE || !present.equals(told)) {
            told = present;
            ClusterFacts.tell(vertx, self, config.members().size(), present, majority.isThere(), majority.sinceNanos());
        }
    }

    private void place(Carried feed, Set<String> present, long now) {
        String name = feed.config.name();
        boolean wanted = Placement.carriers(name, present, config.replicas()).contains(config.self())
                || feed.candidate.owns(now);
        if (wanted) {
            feed.unwanted = false;
            if (feed.deployed != null && feed.deployed.failed() && now - feed.failedNanos > RETRY_NANOS) {
                feed.deployed = null;
            }
            if (feed.deployed == null && !feed.leaves) {
                feed.feedLease = new FeedLease(config.self());
                Deployable verticle = verticles.apply(feed.config, feed.feedLease);
                Promise<Void> known = Promise.promise();
                lookUp(name).onComplete(found -> context.runOnContext(v -> known.complete()));
                // as a child of this verticle
                feed.deployed = known.future().compose(v -> vertx.deployVerticle(verticle));
                feed.deployed.onFailure(e -> {
                    feed.failedNanos = System.nanoTime();
                    if (!leaving) {
                        LOG.error("{} cannot be deployed on {}", name, config.self(), e);
                    }
                });
            }
        } else if (feed.deployed != null && feed.deployed.isComplete()) {
            if (!feed.unwanted) {
                feed.unwanted = true;
                feed.unwantedSinceNanos = now;
            } else if (now - feed.unwantedSinceNanos > lingerNanos) {
                LOG.info("{} no longer carried by {}", name, config.self());
                Future<String> deployed = feed.deployed;
                feed.deployed = null;
                feed.leaves = true; // a node runs a feed once: it is not deployed again before it is undeployed
                deployed.compose(vertx::undeploy)
                        .onFailure(e -> LOG.warn("{} cannot be undeployed", name, e))
                        .onComplete(gone -> context.runOnContext(v -> feed.leaves = false));
            }
        }
    }

    /** Returns this member's view: the answer to {@code {"do": "status"}}. */
    private JsonObject status() {
        long now = System.nanoTime();
        JsonObject carried = new JsonObject();
        feeds.forEach((name, feed) -> {
            if (feed.deployed != null) {
                boolean owns = feed.candidate.owns(now);
                carried.put(
                        name,
                        new JsonObject()
                                .put(StatusKeys.ROLE, owns ? "owner" : "standby")
                                .put(StatusKeys.WARM, owns || feed.feedLease.isWarm())
                                .put(StatusKeys.RECEIVES, feed.feedLease.isReceiving())
                                .put(StatusKeys.EPOCH, owns ? feed.candidate.epoch() : feed.feedLease.heardEpoch())
                                .put(
                                        StatusKeys.LEASE_LEFT_MS,
                                        owns ? (feed.candidate.untilNanos() - now) / 1_000_000 : null));
            }
        });
        return new JsonObject()
                .put(StatusKeys.NODE, config.self())
                .put(StatusKeys.MAJORITY, majority.isThere())
                .put(StatusKeys.PRESENT, new JsonArray(List.copyOf(presence.present(now))))
                .put(StatusKeys.FEEDS, carried);
    }

    // shutdown

    /**
     * Releases all feeds, so that other members take them over at once.
     *
     * @return completes when they have done so, or after a time limit
     */
    public Future<Void> leave() {
        if (context == null) { // the program ends before its deployment
            return Future.succeededFuture();
        }
        Promise<Void> gone = Promise.promise();
        context.runOnContext(v -> {
            leaving = true;
            long now = System.nanoTime();
            List<LeaseRequest> given = new ArrayList<>();
            for (Carried feed : feeds.values()) {
                if (feed.deployed != null) {
                    feed.feedLease.end();
                    LeaseRequest ask = feed.candidate.giveUp(0, now);
                    if (ask != null) {
                        given.add(ask);
                    }
                }
            }
            send(given, now);
            farewell(given, now + TimeUnit.MILLISECONDS.toNanos(FAREWELL_MS), gone);
        });
        return gone.future();
    }

    /** Waits until other members own its feeds, because they may need this member's vote. */
    private void farewell(List<LeaseRequest> given, long untilNanos, Promise<Void> gone) {
        long now = System.nanoTime();
        boolean taken = given.stream().allMatch(ask -> {
            GrantedLease promised = voter.promised(ask.feed());
            return promised != null && !promised.node().equals(config.self());
        });
        if (taken || now - untilNanos > 0) {
            gone.complete();
        } else {
            vertx.setTimer(FAREWELL_STEP_MS, t -> farewell(given, untilNanos, gone));
        }
    }
}
