package io.firstline.cluster;

import io.firstline.config.cluster.ClusterConfig;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A member of a cluster without sockets, timers and clocks: decides which feeds the node receives, requests the leases
 * of feeds without an owner, votes on requests of other members, and hands feeds over. It is driven by {@link #tick}
 * (called {@value #TICKS_PER_LEASE} times in each lease) and {@link #step} (for each message), which return the actions
 * to carry out. {@link ClusterVerticle} drives it on a real network, and the tests in virtual time.
 *
 * <p>Single-threaded.
 */
final class LeaseNode {
    static final int TICKS_PER_LEASE = 32;
    /** How long a feed that belongs to other members is still received here. */
    static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final int HEARTBEATS_PER_LEASE = 8;
    private static final int HEARTBEATS_PER_CLAIM = 32;
    /**
     * The shortest time without votes after a start, whatever the lease: the time of day has then reached a new
     * epoch.
     */
    private static final long SILENT_NANOS = TimeUnit.MILLISECONDS.toNanos(1_100);
    /** The time for other members to appear before their feeds are received here. */
    private static final long GATHER_NANOS = TimeUnit.SECONDS.toNanos(3);

    private static final long SHORTEST_ABSENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ClusterConfig config;
    private final String self;
    private final long leaseNanos;
    private final long lingerNanos;
    private final long startNanos;
    private final Map<String, FeedOnNode> feeds = new TreeMap<>();
    private final LeaseEngine engine;
    private final MembershipView members;
    private final MajorityWatch majority;
    private final PauseHistory pauses;
    private final OwnershipDecisions decisions;
    private final NodeRun run;

    /** The number of the last heartbeat. It follows the time of day: votes for an earlier run of the node do not count. */
    private long number;

    private long heartbeatNanos;
    private Set<String> reported = Set.of();
    private boolean leaving;
    /** The leases and claims that a leaving node has released. */
    private List<LeaseRequest> left = List.of();

    /**
     * Creates a member that has just started.
     *
     * @param names the feeds of all members
     * @param busPort the port on which this process listens until it can publish nothing more; 0 = none
     * @param lingerNanos how long a feed that belongs to other members is still received here
     */
    LeaseNode(ClusterConfig config, Collection<String> names, int busPort, long lingerNanos, StepTime start) {
        this(config, null, names, busPort, lingerNanos, start, start.nanos());
    }

    /**
     * The same with an engine beside the cluster.
     *
     * @param beside grants the leases; null = the members do
     * @param aloneSinceNanos since when no earlier process of this member can have voted
     */
    LeaseNode(
            ClusterConfig config,
            LeaseEngine beside,
            Collection<String> names,
            int busPort,
            long lingerNanos,
            StepTime start,
            long aloneSinceNanos) {
        this.run = new NodeRun(start.epochMs(), busPort);
        this.config = config;
        this.self = config.self();
        this.leaseNanos = TimeUnit.MILLISECONDS.toNanos(config.leaseMs());
        this.lingerNanos = lingerNanos;
        this.startNanos = start.nanos();
        this.engine = beside != null
                ? beside
                : new MajorityLeases(self, config.members(), leaseNanos, SILENT_NANOS, aloneSinceNanos, startNanos);
        this.members = new MembershipView(self, engine.members(), Math.max(2 * leaseNanos, SHORTEST_ABSENCE_NANOS));
        this.majority = new MajorityWatch(startNanos);
        this.pauses = new PauseHistory(leaseNanos / TICKS_PER_LEASE, startNanos);
        this.number = start.epochMs();
        this.heartbeatNanos = startNanos - leaseNanos;
        this.decisions = new OwnershipDecisions(engine, members, majority, pauses, leaseNanos, startNanos);
        for (String name : names) {
            feeds.put(name, new FeedOnNode(name, self, engine.newClaim(name, startNanos), startNanos));
        }
    }

    // input

    /** Takes the state of a feed that is deployed here. */
    void observe(String feed, StandbyState state) {
        feeds.get(feed).observe(state);
    }

    /**
     * A feed has this configuration from now on. It may be a feed that this node did not know.
     *
     * @param fingerprint the same on all nodes with the same configuration
     */
    void configured(String feed, String fingerprint, long nowNanos) {
        feeds.computeIfAbsent(feed, name -> new FeedOnNode(name, self, engine.newClaim(name, nowNanos), nowNanos))
                .configured(fingerprint, nowNanos);
        heartbeatNanos = nowNanos - leaseNanos; // the others must know at once
    }

    boolean isConfigured(String feed) {
        return feeds.containsKey(feed);
    }

    /** A feed is no longer configured here: it is released and undeployed. Nodes that still have it continue. */
    List<LeaseAction> forget(String name, long nowNanos) {
        List<LeaseAction> actions = new ArrayList<>();
        FeedOnNode feed = feeds.remove(name);
        if (feed != null && feed.isCarried()) {
            actions.add(new LeaseAction.End(name, null));
            List<LeaseRequest> released = new ArrayList<>();
            addIfAny(released, feed.proposer().giveUp(0, nowNanos));
            send(released, nowNanos, actions);
            actions.add(new LeaseAction.Undeploy(name));
        }
        return actions;
    }

    /** A feed is deployed. */
    void started(String feed) {
        known(feed).ifPresent(FeedOnNode::started);
    }

    /** A feed could not be deployed. */
    void failed(String feed, long nowNanos) {
        known(feed).ifPresent(here -> here.failed(nowNanos));
    }

    /** A feed is undeployed. */
    void stopped(String feed) {
        known(feed).ifPresent(FeedOnNode::stopped);
    }

    /** It may have been removed from the configuration while it started or stopped. */
    private Optional<FeedOnNode> known(String feed) {
        return Optional.ofNullable(feeds.get(feed));
    }

    /** The timer of {@link #tick} fires: if it is late, the process has paused. */
    void timer(long nowNanos) {
        members.paused(pauses.called(nowNanos), nowNanos);
    }

    /** Time has passed. */
    List<LeaseAction> tick(StepTime time) {
        List<LeaseAction> actions = new ArrayList<>();
        tick(time, actions);
        return actions;
    }

    /** A message has arrived. */
    List<LeaseAction> step(NodeMessage message, StepTime time) {
        List<LeaseAction> actions = new ArrayList<>();
        if (!isKnown(message) || message.from().equals(self)) {
            actions.add(new LeaseAction.RejectUnknownNode(message));
        } else if (message instanceof NodeHeartbeat.Votes votes) {
            count(votes, time.nanos(), actions);
        } else if (message instanceof NodeHeartbeat heartbeat) {
            heard(heartbeat, time, actions);
        }
        return actions;
    }

    /** Any node may have feeds, but only the configured members vote. */
    private boolean isKnown(NodeMessage message) {
        return (message instanceof NodeHeartbeat.Votes ? config.members() : engine.members()).contains(message.from());
    }

    /** These nodes have joined the cluster. */
    void joined(Collection<String> nodes) {
        engine.joined(nodes);
        members.members(engine.members());
    }

    /**
     * The process of another member has ended, which is proven: it cannot use its leases any more. Ignored if another
     * process runs the member since.
     */
    List<LeaseAction> died(String member, NodeRun ended, StepTime time) {
        List<LeaseAction> actions = new ArrayList<>();
        if (members.ended(member, ended)) {
            actions.add(new LeaseAction.ReportDeath(member));
            engine.died(member, ended, time.nanos());
            feeds.values().forEach(feed -> feed.proposer().releasedBy(member));
            tick(time, actions);
        }
        return actions;
    }

    /** Returns the process that runs another member, as far as it is known. */
    NodeRun run(String member) {
        return members.run(member);
    }

    /** The node leaves: releases all feeds, so that other members take them over at once, and claims none. */
    List<LeaseAction> leave(long nowNanos) {
        leaving = true;
        List<LeaseAction> actions = new ArrayList<>();
        List<LeaseRequest> released = new ArrayList<>();
        feeds.values().stream().filter(FeedOnNode::isCarried).forEach(feed -> {
            actions.add(new LeaseAction.End(feed.name(), null));
            addIfAny(released, feed.proposer().giveUp(0, nowNanos));
        });
        left = List.copyOf(released);
        send(released, nowNanos, actions);
        return actions;
    }

    /** The node stops: nothing more is claimed or extended. */
    void stop() {
        leaving = true;
    }

    boolean isLeaving() {
        return leaving;
    }

    /** Returns whether other members own the feeds that this node has released by {@link #leave}. */
    boolean hasSuccessors() {
        return left.stream().allMatch(released -> {
            GrantedLease granted = engine.last(released.feed());
            return granted != null && !granted.node().equals(self);
        });
    }

    /** An engine beside the cluster has answered: takes what that says about this node's leases and the members. */
    List<LeaseAction> granted(StepTime time) {
        members.members(engine.members());
        List<LeaseAction> actions = new ArrayList<>();
        for (FeedOnNode feed : feeds.values()) {
            LeaseClaim claim = feed.proposer();
            if (claim.owns(time.nanos()) && feed.isCarried() && !leaving) {
                actions.add(new LeaseAction.Extend(feed.name(), claim.epoch(), claim.untilNanos()));
            } else if (!claim.isClaiming() && claim.isLost(time.nanos()) && feed.isCarried()) {
                actions.add(new LeaseAction.End(feed.name(), null));
            }
        }
        tick(time, actions);
        return actions;
    }

    // periodically

    private void tick(StepTime time, List<LeaseAction> actions) {
        if (leaving) {
            return;
        }
        long now = time.nanos();
        gather(now, actions);
        feeds.values().forEach(feed -> compareConfigs(feed, now, actions));
        List<LeaseRequest> released = new ArrayList<>();
        boolean claims = false;
        for (FeedOnNode feed : feeds.values()) {
            if (feed.isRunning()) {
                claims |= decisions.decide(feed, released, time, actions);
                claims |= feed.isNewlyAhead();
            }
        }
        // an acceptor may refuse because it learned of the last lease a little later: ask again soon
        int heartbeats = isClaiming() ? HEARTBEATS_PER_CLAIM : HEARTBEATS_PER_LEASE;
        if (claims || !released.isEmpty() || now - heartbeatNanos >= leaseNanos / heartbeats) {
            send(released, now, actions);
        }
    }

    private void compareConfigs(FeedOnNode feed, long now, List<LeaseAction> actions) {
        GrantedLease last = engine.last(feed.name());
        String owner = last != null && last.isRunning(now) ? last.node() : "";
        if (feed.compare(members.config(owner, feed.name()), now)) {
            actions.add(new LeaseAction.ReportOtherConfig(feed.name(), owner));
        }
    }

    private boolean isClaiming() {
        return feeds.values().stream().anyMatch(feed -> feed.proposer().isClaiming());
    }

    private void gather(long now, List<LeaseAction> actions) {
        Set<String> present = members.present(now);
        MajorityWatch.Change change = majority.see(engine.isThere(members, now), now);
        if (change != MajorityWatch.Change.NONE || !present.equals(reported)) {
            reported = present;
            actions.add(new LeaseAction.ReportMembers(change, present, majority.isThere(), majority.sinceNanos()));
        }
        boolean isComplete = present.size() >= config.members().size();
        if (majority.isThere() && (isComplete || now - startNanos > GATHER_NANOS)) {
            for (FeedOnNode feed : feeds.values()) {
                boolean isPlacedHere = Placement.carriers(feed.name(), present, config.replicas())
                        .contains(self);
                addIfAny(actions, feed.place(isPlacedHere, lingerNanos, now));
            }
        }
    }

    private void send(List<LeaseRequest> released, long now, List<LeaseAction> actions) {
        heartbeatNanos = now;
        number++;
        List<LeaseRequest> asks = new ArrayList<>();
        Map<String, NodeHeartbeat.Part> carries = new LinkedHashMap<>();
        feeds.values().stream().filter(FeedOnNode::isCarried).forEach(feed -> {
            carries.put(feed.name(), feed.part(now));
            addIfAny(asks, feed.proposer().ask(number, now));
        });
        NodeHeartbeat mine =
                new NodeHeartbeat(self, number, config.leaseMs(), asks, released, carries, run, pauseMs(now));
        actions.add(new LeaseAction.Broadcast(mine));
        count(vote(mine, now), now, actions);
    }

    // messages between members

    private void heard(NodeHeartbeat theirs, StepTime time, List<LeaseAction> actions) {
        long now = time.nanos();
        if (members.hasEnded(theirs.from(), theirs.run())) {
            return; // sent before its process ended
        }
        members.heard(theirs, now);
        if (theirs.leaseMs() != config.leaseMs()) {
            actions.add(new LeaseAction.RejectLease(theirs.from(), theirs.leaseMs()));
            return;
        }
        theirs.given().forEach(given -> {
            if (feeds.containsKey(given.feed())) {
                feeds.get(given.feed()).proposer().releasedBy(theirs.from());
            }
        });
        List<LeaseRequest> released = giveWay(theirs, now, actions);
        if (!released.isEmpty()) {
            send(released, now, actions);
        }
        NodeHeartbeat.Votes votes = vote(theirs, now);
        if (!votes.votes().isEmpty()) {
            actions.add(new LeaseAction.Reply(theirs.from(), votes));
        }
        if (!theirs.given().isEmpty()) {
            tick(time, actions); // the released feed may be ours
        }
    }

    private List<LeaseRequest> giveWay(NodeHeartbeat theirs, long now, List<LeaseAction> actions) {
        List<LeaseRequest> released = new ArrayList<>();
        long longerNanos = TimeUnit.MILLISECONDS.toNanos(ClaimDelay.forPausesMs(theirs.pauseMs(), config.leaseMs()));
        for (LeaseRequest ask : theirs.asks()) {
            FeedOnNode feed = feeds.get(ask.feed());
            if (feed == null) {
                continue;
            }
            boolean isOwner = ask.epoch() == feed.state().heardEpoch(); // not a claimant, nor a former owner
            feed.proposer().requestedBy(theirs.from(), ask.epoch(), isOwner ? longerNanos : 0, now);
            LeaseRequest mine =
                    feed.proposer().giveWay(theirs.from(), ask.epoch(), OwnershipDecisions.BACK_OFF_NANOS, now);
            if (mine != null) {
                actions.add(new LeaseAction.ReportLostClaim(ask.feed(), theirs.from()));
                released.add(mine);
            }
        }
        return released;
    }

    private NodeHeartbeat.Votes vote(NodeHeartbeat of, long now) {
        return new NodeHeartbeat.Votes(self, of.number(), engine.vote(of, this::publishedEpoch, now));
    }

    /** Returns the highest epoch in which this node has heard that a feed was published; 0 = never. */
    private int publishedEpoch(String feed) {
        return Math.max(
                members.knownEpoch(feed),
                known(feed).map(here -> here.state().heardEpoch()).orElse(0));
    }

    private void count(NodeHeartbeat.Votes votes, long now, List<LeaseAction> actions) {
        for (LeaseVote vote : votes.votes()) {
            FeedOnNode feed = feeds.get(vote.feed());
            if (feed == null || !feed.isCarried()) {
                continue;
            }
            LeaseClaim proposer = feed.proposer();
            proposer.voted(votes.from(), votes.number(), vote);
            if (proposer.owns(now) && !leaving) {
                actions.add(new LeaseAction.Extend(feed.name(), proposer.epoch(), proposer.untilNanos()));
            }
        }
    }

    private static <T> void addIfAny(List<? super T> list, T item) {
        if (item != null) {
            list.add(item);
        }
    }

    // the node's view

    /** Returns all nodes that may own feeds, this one included. */
    Collection<String> members() {
        return engine.members();
    }

    boolean hasMajority() {
        return majority.isThere();
    }

    /** Returns since when there is a majority, or none. */
    long majoritySinceNanos() {
        return majority.sinceNanos();
    }

    /** Returns how long this process pauses at times, milliseconds; see {@link PauseHistory#expectedNanos}. */
    int pauseMs(long nowNanos) {
        return (int) Math.min(Integer.MAX_VALUE, TimeUnit.NANOSECONDS.toMillis(pauses.expectedNanos(nowNanos)));
    }

    Set<String> present(long nowNanos) {
        return members.present(nowNanos);
    }

    /** Returns the feeds that this node receives, by name. */
    Map<String, FeedOnNode> carried() {
        Map<String, FeedOnNode> carried = new TreeMap<>(feeds);
        carried.values().removeIf(feed -> !feed.isCarried());
        return carried;
    }
}
