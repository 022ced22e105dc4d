package io.firstline.cluster;

/**
 * What claims have in common, whoever grants the leases: their epochs, when a lease ends, and when a claim or a lease is
 * lost. Single-threaded; times are nanoseconds of this node's monotonic clock.
 */
abstract class EpochClaim implements LeaseClaim {
    /** Allowed clock drift: the owner stops using a lease 1/{@value} of its length early. */
    private static final int DRIFT_PART = 20;
    /** Epochs follow the time of day, in steps of this many milliseconds since the beginning of 2026. */
    static final long EPOCH_MS = 250;

    private static final long EPOCHS_FROM_MS = 1_767_225_600_000L;

    private final String feed;
    private final long leaseNanos;
    private final long claimNanos;

    /** The owned or claimed epoch; 0 = none. */
    private int epoch;
    /** Whether the claim has become a lease. */
    private boolean won;
    /** Whether somebody else has the feed. */
    private boolean lost;

    private long claimedNanos;
    private long untilNanos;
    /** The next claim begins no earlier than this. */
    private long notBeforeNanos;

    private int highestKnown;

    /**
     * Starts without a lease.
     *
     * @param claimNanos how long a claim may take
     */
    EpochClaim(String feed, long leaseNanos, long claimNanos, long nowNanos) {
        this.feed = feed;
        this.leaseNanos = leaseNanos;
        this.claimNanos = claimNanos;
        this.untilNanos = nowNanos;
        this.notBeforeNanos = nowNanos;
    }

    final String feed() {
        return feed;
    }

    @Override
    public final void heardOf(int otherEpoch) {
        highestKnown = Math.max(highestKnown, otherEpoch);
    }

    @Override
    public final boolean owns(long nowNanos) {
        return won && nowNanos - untilNanos < 0;
    }

    @Override
    public final long untilNanos() {
        return untilNanos;
    }

    @Override
    public final int epoch() {
        return epoch;
    }

    @Override
    public final boolean isClaiming() {
        return epoch != 0 && !won;
    }

    @Override
    public boolean isFree(long nowNanos) {
        return epoch == 0 && nowNanos - notBeforeNanos >= 0;
    }

    /**
     * Begins to claim the feed. Its epoch is greater than all known ones, and no less than the epoch of the time of
     * day. So epochs ascend even if all nodes were stopped, or all that knew the last one.
     *
     * @param epochMs milliseconds since 1970
     */
    @Override
    public void claim(long epochMs, long nowNanos) {
        epoch = Math.max(highestKnown + 1, epochAt(epochMs));
        highestKnown = epoch;
        won = false;
        lost = false;
        claimedNanos = nowNanos;
    }

    /** Returns the least epoch of a claim at a time; valid until 2043. */
    static int epochAt(long epochMs) {
        return (int) Math.max(1, Math.min((epochMs - EPOCHS_FROM_MS) / EPOCH_MS, Integer.MAX_VALUE / 2));
    }

    /** Continues the claim in a greater epoch. */
    final void raise() {
        epoch = highestKnown + 1;
        highestKnown = epoch;
    }

    /** The lease counts from the sending of the request that was granted. */
    final void granted(long sentNanos) {
        won = true;
        long until = sentNanos + leaseNanos - leaseNanos / DRIFT_PART;
        untilNanos = until - untilNanos > 0 ? until : untilNanos;
    }

    /** The claim failed, or the lease will not be renewed; the rest of it may still be used. */
    final void refused() {
        lost = true;
    }

    /** Somebody else has the feed: the lease ends now. */
    final void replaced(long nowNanos) {
        lost = true;
        untilNanos = nowNanos - untilNanos < 0 ? nowNanos : untilNanos;
    }

    final boolean isRefused() {
        return lost;
    }

    final boolean isWon() {
        return won;
    }

    /** An expired lease is kept for a while: the network may have been down, and no other node has the lease. */
    @Override
    public final boolean isLost(long nowNanos) {
        boolean late = nowNanos - (won ? untilNanos : claimedNanos) > (won ? leaseNanos : claimNanos);
        return epoch != 0 && !owns(nowNanos) && (lost || late);
    }

    @Override
    public LeaseRequest giveUp(long pauseNanos, long nowNanos) {
        if (epoch == 0) {
            return null;
        }
        LeaseRequest given = new LeaseRequest(feed, epoch);
        epoch = 0;
        won = false;
        lost = false;
        untilNanos = nowNanos;
        notBeforeNanos = nowNanos + Math.max(pauseNanos, shortestPauseNanos(nowNanos - claimedNanos));
        return given;
    }

    /** Returns the shortest pause before the next claim, after a claim that began this long ago. */
    long shortestPauseNanos(long sinceClaimNanos) {
        return 0;
    }
}
