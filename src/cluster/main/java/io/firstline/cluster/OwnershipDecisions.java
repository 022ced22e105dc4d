package io.firstline.cluster;

import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Decides whether a node claims a feed without an owner, gives up a claim or a lease that is lost, or hands a feed over. Single-threaded;
 * times are nanoseconds of this node's monotonic clock.
 */
final class OwnershipDecisions {
    /** The shortest pause after a claim that failed. */
    static final long BACK_OFF_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    /** After a pause of this part of a lease, a node decides nothing about leases for as long. */
    private static final int PAUSES_PER_LEASE = 4;

    private final LeaseEngine engine;
    private final MembershipView members;
    private final MajorityWatch majority;
    private final PauseHistory pauses;
    private final long leaseNanos;
    /** When a feed was last handed to its preferred member from here. */
    private long movedNanos;

    OwnershipDecisions(
            LeaseEngine engine,
            MembershipView members,
            MajorityWatch majority,
            PauseHistory pauses,
            long leaseNanos,
            long startNanos) {
        this.engine = engine;
        this.members = members;
        this.majority = majority;
        this.pauses = pauses;
        this.leaseNanos = leaseNanos;
        this.movedNanos = startNanos;
    }

    /**
     * Decides about a feed that runs here.
     *
     * @param released takes the lease or the claim that is given up
     * @return whether there is a new request
     */
    boolean decide(FeedOnNode feed, List<LeaseRequest> released, StepTime time, List<LeaseAction> actions) {
        long now = time.nanos();
        LeaseClaim proposer = feed.proposer();
        if (pauses.hasJustEnded(leaseNanos / PAUSES_PER_LEASE, now)) {
            return ownerHasEnded(feed) && claim(feed, time);
        }
        if (proposer.isLost(now)) {
            actions.add(new LeaseAction.ReportLostClaim(feed.name(), null));
            giveUp(proposer, BACK_OFF_NANOS, released, now);
        }
        HandOverPolicy.Reason reason = feed.handOver(members, movedNanos, now);
        if (reason != null) {
            movedNanos = reason == HandOverPolicy.Reason.AWAY ? now : movedNanos;
            actions.add(new LeaseAction.End(feed.name(), reason));
            giveUp(proposer, leaseNanos, released, now);
            return false;
        }
        return claim(feed, time);
    }

    /** Returns whether the end of its last owner is proven: then no pause explains the owner's silence. */
    private boolean ownerHasEnded(FeedOnNode feed) {
        GrantedLease last = engine.last(feed.name());
        return last != null && members.hasEnded(last.node());
    }

    private boolean claim(FeedOnNode feed, StepTime time) {
        boolean claims = mayClaim(feed, time.nanos());
        if (claims) {
            feed.proposer().claim(time.epochMs(), time.nanos());
        }
        return claims;
    }

    private boolean mayClaim(FeedOnNode feed, long now) {
        GrantedLease last = engine.last(feed.name());
        if (!majority.isThere()
                || !engine.isReady(now)
                || !feed.proposer().isFree(now)
                || (last != null && last.isRunning(now))) {
            return false;
        }
        long delay = feed.claimDelayNanos(last, engine.members(), members, now);
        return now - majority.sinceNanos() >= delay && (last == null || now - last.untilNanos() >= delay);
    }

    private static void giveUp(LeaseClaim claim, long pauseNanos, List<LeaseRequest> released, long now) {
        LeaseRequest given = claim.giveUp(pauseNanos, now);
        if (given != null) {
            released.add(given);
        }
    }
}
