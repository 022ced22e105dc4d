package io.firstline.cluster;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A feed of the configuration on one node: whether the node receives it, what is known of it, and the node's request
 * for its lease. Pure and single-threaded; times are nanoseconds of one monotonic clock.
 */
final class FeedOnNode {
    /** The pause before a failed deployment is retried. */
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** How far a feed is deployed on this node. */
    private enum Stage {
        ABSENT,
        STARTING,
        RUNNING,
        FAILED,
        /** A node runs a feed once: it is not deployed again before it is undeployed. */
        STOPPING
    }

    private final String name;
    private final String self;
    private final LeaseClaim proposer;
    private final HandOverPolicy handOver = new HandOverPolicy();
    private Stage stage = Stage.ABSENT;
    private StandbyState state;
    private boolean reportedAhead;
    private long failedNanos;
    private final ConfigAgreement agreement = new ConfigAgreement();
    private boolean unwanted;
    private long unwantedSinceNanos;

    FeedOnNode(String name, String self, LeaseClaim proposer, long nowNanos) {
        this.name = name;
        this.self = self;
        this.proposer = proposer;
        this.state = StandbyState.atStart(nowNanos);
    }

    String name() {
        return name;
    }

    LeaseClaim proposer() {
        return proposer;
    }

    StandbyState state() {
        return state;
    }

    /** Takes the feed's state; ignored if the feed is not deployed. */
    void observe(StandbyState now) {
        if (isCarried()) {
            state = agreement.isSettled() ? now : now.withWarm(false, false).withAhead(false);
            proposer.heardOf(now.heardEpoch());
        }
    }

    // configuration

    /** The feed has this configuration here from now on. */
    void configured(String fingerprint, long nowNanos) {
        agreement.configured(fingerprint, nowNanos);
    }

    /** Compares it with that of the owner; returns whether to report that they differ. */
    boolean compare(String ownersConfig, long nowNanos) {
        return agreement.see(ownersConfig, nowNanos);
    }

    /** Returns whether the configurations of the owner and of this node agree, and have done so for long enough. */
    boolean agrees() {
        return agreement.isSettled();
    }

    // deployment

    /** Returns whether the feed is deployed here, or is to be. */
    boolean isCarried() {
        return stage == Stage.STARTING || stage == Stage.RUNNING || stage == Stage.FAILED;
    }

    boolean isRunning() {
        return stage == Stage.RUNNING;
    }

    void started() {
        stage = stage == Stage.STARTING ? Stage.RUNNING : stage;
    }

    void failed(long nowNanos) {
        if (stage == Stage.STARTING) {
            stage = Stage.FAILED;
            failedNanos = nowNanos;
        }
    }

    void stopped() {
        stage = stage == Stage.STOPPING ? Stage.ABSENT : stage;
    }

    /**
     * Decides whether the feed is to be deployed or undeployed.
     *
     * @param isPlacedHere whether this node is one of those that should receive the feed
     * @param lingerNanos how long a feed that other members should receive is still received here
     * @return null = neither
     */
    LeaseAction place(boolean isPlacedHere, long lingerNanos, long nowNanos) {
        if (isPlacedHere || proposer.owns(nowNanos)) {
            unwanted = false;
            boolean retry = stage == Stage.FAILED && nowNanos - failedNanos > RETRY_NANOS;
            if (stage != Stage.ABSENT && !retry) {
                return null;
            }
            stage = Stage.STARTING;
            state = StandbyState.atStart(nowNanos);
            return new LeaseAction.Deploy(name);
        }
        if (stage != Stage.RUNNING && stage != Stage.FAILED) {
            return null;
        }
        if (!unwanted) {
            unwanted = true;
            unwantedSinceNanos = nowNanos;
        }
        if (nowNanos - unwantedSinceNanos <= lingerNanos) {
            return null;
        }
        stage = Stage.STOPPING;
        return new LeaseAction.Undeploy(name);
    }

    // the lease

    /**
     * Decides whether an owner hands the feed over.
     *
     * @param movedNanos when a feed was last handed to its preferred member from here
     * @return null = it does not
     */
    HandOverPolicy.Reason handOver(MembershipView members, long movedNanos, long nowNanos) {
        Set<String> present = members.present(nowNanos);
        String first = Placement.order(name, present).get(0);
        List<HandOverPolicy.Other> others = present.stream()
                .filter(member -> members.receives(member, name))
                .map(member -> new HandOverPolicy.Other(
                        members.isWarm(member, name), members.silentNanos(member, name, nowNanos)))
                .toList();
        HandOverPolicy.Facts facts = new HandOverPolicy.Facts(
                proposer.owns(nowNanos),
                state.receives(),
                state.unanswered() ? state.silentNanos(nowNanos) : 0,
                others,
                !first.equals(self) && members.isWarm(first, name),
                !state.isOnTime(nowNanos),
                present.stream()
                        .anyMatch(member -> members.isWarm(member, name)
                                && members.isAhead(member, name, proposer.epoch(), state.sequence())));
        return handOver.decide(facts, movedNanos, nowNanos);
    }

    /**
     * Returns how long this node waits before it claims the feed.
     *
     * @param last the last lease that this node has granted; null = none
     */
    long claimDelayNanos(GrantedLease last, Collection<String> members, MembershipView view, long nowNanos) {
        boolean isFirst =
                (last == null || last.epoch() == 0) && state.heardEpoch() == 0 && view.epochOf(name, nowNanos) == 0;
        return isFirst
                ? ClaimDelay.atStartNanos(name, self, members)
                : ClaimDelay.nanos(
                        name,
                        self,
                        state.warm(),
                        state.behind(),
                        state.receives(),
                        state.heardEpoch(),
                        last == null ? null : last.node(),
                        view,
                        nowNanos);
    }

    /** Returns whether the state has become one that the owner must know at once. */
    boolean isNewlyAhead() {
        boolean newly = state.ahead() && !reportedAhead;
        reportedAhead = state.ahead();
        return newly;
    }

    /** Returns the feed's part in a heartbeat. */
    NodeHeartbeat.Part part(long nowNanos) {
        long silentMs = TimeUnit.NANOSECONDS.toMillis(state.silentNanos(nowNanos));
        return new NodeHeartbeat.Part(
                state.warm(),
                state.receives(),
                (int) Math.min(Integer.MAX_VALUE - 1, silentMs),
                state.heardEpoch(),
                state.ahead(),
                state.behind(),
                state.sequence(),
                agreement.mine());
    }
}
