package io.firstline.cluster;

/**
 * One node's lease of a feed, or its attempt to get it: the part of a {@link LeaseEngine} that decides for one feed.
 * Single-threaded; times are nanoseconds of this node's monotonic clock.
 */
interface LeaseClaim {
    /** Another node has, or had, the feed in this epoch. */
    void heardOf(int otherEpoch);

    /** Returns whether this node owns the feed until the end of the lease. */
    boolean owns(long nowNanos);

    /** Returns the end of the present or last lease. */
    long untilNanos();

    /** Returns the epoch that it has or claims; 0 = none. */
    int epoch();

    boolean isClaiming();

    /** Returns whether it may begin a claim. */
    boolean isFree(long nowNanos);

    /**
     * Begins to claim the feed, in an epoch that exceeds all known ones.
     *
     * @param epochMs milliseconds since 1970
     */
    void claim(long epochMs, long nowNanos);

    /** Returns whether its claim or lease is lost. The caller must then release it. */
    boolean isLost(long nowNanos);

    /**
     * Releases its lease or claim.
     *
     * @param pauseNanos the shortest pause before the next claim
     * @return the released lease or claim, for the other members; null = it had none
     */
    LeaseRequest giveUp(long pauseNanos, long nowNanos);

    // requests for votes of the members; the defaults are those of an engine outside the cluster

    /** Returns the request for votes in a round; null = none. */
    default LeaseRequest ask(long round, long nowNanos) {
        return null;
    }

    /** A member has voted on the request of a round. */
    default void voted(String voter, long round, LeaseVote vote) {}

    /**
     * Another member requests votes for the lease.
     *
     * @param pauseNanos how much longer than a lease that counts, because the member's process pauses at times
     */
    default void requestedBy(String member, int otherEpoch, long pauseNanos, long nowNanos) {}

    /** Another member has released the lease, or its claim. */
    default void releasedBy(String member) {}

    /** Returns the claim to release because another member's claim goes first; null = none. */
    default LeaseRequest giveWay(String competitor, int competitorEpoch, long pauseNanos, long nowNanos) {
        return null;
    }
}
