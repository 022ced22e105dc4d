package io.firstline.cluster;

/**
 * One node's lease of a feed that a service beside the cluster keeps, or its claim. Single-threaded; times are
 * nanoseconds of the monotonic clock.
 */
final class RecordedClaim extends EpochClaim {
    private final RecordedLeases leases;
    /** The first round that carried the claim; 0 = none yet. */
    private long claimRound;

    RecordedClaim(String feed, RecordedLeases leases, long leaseNanos, long nowNanos) {
        super(feed, leaseNanos, leaseNanos, nowNanos);
        this.leases = leases;
    }

    @Override
    public boolean isFree(long nowNanos) {
        return super.isFree(nowNanos) && !leases.isMine(feed());
    }

    @Override
    public void claim(long epochMs, long nowNanos) {
        super.claim(epochMs, nowNanos);
        claimRound = 0;
        leases.hurry();
    }

    /** Returns whether a round may carry its claim: it is not lost, even if nobody has given it up yet. */
    boolean isOpen() {
        return isClaiming() && !isRefused();
    }

    /** Its claim is part of a round. */
    void sent(long round) {
        claimRound = claimRound == 0 ? round : claimRound;
    }

    /**
     * Takes the record that a round has read.
     *
     * @param sentNanos when the round was sent: the lease counts from then
     */
    void observe(LeaseRecord record, long round, long sentNanos, long nowNanos) {
        heardOf(record.epoch());
        if (epoch() == 0) {
            return;
        }
        if (leases.isMine(feed()) && record.epoch() == epoch()) {
            granted(sentNanos);
        } else if (isWon() || record.epoch() >= epoch() || (claimRound != 0 && round >= claimRound)) {
            replaced(nowNanos);
        }
    }

    @Override
    public LeaseRequest giveUp(long pauseNanos, long nowNanos) {
        LeaseRequest given = super.giveUp(pauseNanos, nowNanos);
        if (given != null) {
            leases.hurry();
        }
        return given;
    }

    /** Another member has released the feed: read the records at once. */
    @Override
    public void releasedBy(String member) {
        leases.hurry();
    }
}
