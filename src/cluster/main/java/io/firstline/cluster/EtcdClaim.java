package io.firstline.cluster;

/** One node's lease of a feed in etcd, or its claim. Single-threaded; times are nanoseconds of the monotonic clock. */
final class EtcdClaim implements LeaseClaim {
    /** Allowed clock drift: the owner stops using a lease 1/{@value} of its length early. */
    private static final int DRIFT_PART = 20;

    private final String feed;
    private final EtcdLeases leases;
    private final long leaseNanos;

    /** The owned or claimed epoch; 0 = none. */
    private int epoch;

    private boolean won;
    private boolean lost;
    private long claimedNanos;
    /** The first round that carried the claim; 0 = none yet. */
    private long claimRound;

    private long untilNanos;
    private long notBeforeNanos;
    private int highestKnown;

    EtcdClaim(String feed, EtcdLeases leases, long leaseNanos, long nowNanos) {
        this.feed = feed;
        this.leases = leases;
        this.leaseNanos = leaseNanos;
        this.untilNanos = nowNanos;
        this.notBeforeNanos = nowNanos;
    }

    @Override
    public void heardOf(int otherEpoch) {
        highestKnown = Math.max(highestKnown, otherEpoch);
    }

    @Override
    public boolean owns(long nowNanos) {
        return won && !lost && nowNanos - untilNanos < 0;
    }

    @Override
    public long untilNanos() {
        return untilNanos;
    }

    @Override
    public int epoch() {
        return epoch;
    }

    @Override
    public boolean isClaiming() {
        return epoch != 0 && !won;
    }

    @Override
    public boolean isFree(long nowNanos) {
        return epoch == 0 && nowNanos - notBeforeNanos >= 0 && !leases.isMine(feed);
    }

    @Override
    public void claim(long epochMs, long nowNanos) {
        epoch = Math.max(highestKnown + 1, LeaseProposer.epochAt(epochMs));
        highestKnown = epoch;
        won = false;
        lost = false;
        claimRound = 0;
        claimedNanos = nowNanos;
        leases.hurry();
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
    void observe(EtcdRecord record, long round, long sentNanos, long nowNanos) {
        heardOf(record.epoch());
        if (epoch == 0) {
            return;
        }
        if (leases.isMine(feed) && record.epoch() == epoch) {
            won = true;
            long until = sentNanos + leaseNanos - leaseNanos / DRIFT_PART;
            untilNanos = until - untilNanos > 0 ? until : untilNanos;
        } else if (won || record.epoch() >= epoch || (claimRound != 0 && round >= claimRound)) {
            lost = true;
            untilNanos = nowNanos - untilNanos < 0 ? nowNanos : untilNanos;
        }
    }

    /** A lost record or claim is lost at once; an expired lease is kept for a while, for etcd may be back. */
    @Override
    public boolean isLost(long nowNanos) {
        return epoch != 0 && !owns(nowNanos) && (lost || nowNanos - (won ? untilNanos : claimedNanos) > leaseNanos);
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
        notBeforeNanos = nowNanos + pauseNanos;
        leases.hurry();
        return given;
    }

    /** Another member has released the feed: read etcd at once. */
    @Override
    public void releasedBy(String member) {
        leases.hurry();
    }
}
