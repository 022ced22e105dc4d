package io.firstline.cluster;

/**
 * The facts that the lease code needs of a feed on a node that receives it. Immutable; times are nanoseconds of the
 * node's monotonic clock.
 *
 * @param warm whether the node could take over without a loss
 * @param receives whether every pool of the feed that ever had a connection here has one that answers
 * @param unanswered whether all pools are connected, but one is not answered: its connections are half-open, or their
 *     path stalls
 * @param lastNanos when anything arrived the last time on the connections of a pool, or up to half a second earlier
 * @param heardEpoch the highest epoch in which a message was published; 0 = none
 * @param ahead whether the node receives messages, and the owner has published none of them for a while
 * @param sequence the number of the last message that was published, as far as the node knows
 */
public record StandbyState(
        boolean warm,
        boolean receives,
        boolean unanswered,
        long lastNanos,
        int heardEpoch,
        boolean ahead,
        long sequence) {

    /** The state of a feed that has just been started. */
    public static StandbyState atStart(long nowNanos) {
        return new StandbyState(false, false, false, nowNanos, 0, false, 0);
    }

    /** Returns how long nothing has arrived. */
    public long silentNanos(long nowNanos) {
        return Math.max(0, nowNanos - lastNanos);
    }

    StandbyState withWarm(boolean isWarm) {
        return isWarm == warm
                ? this
                : new StandbyState(isWarm, receives, unanswered, lastNanos, heardEpoch, ahead, sequence);
    }

    StandbyState withReceiving(boolean isReceived, boolean isUnanswered, long arrivedNanos) {
        return new StandbyState(warm, isReceived, isUnanswered, arrivedNanos, heardEpoch, ahead, sequence);
    }

    StandbyState withHeardEpoch(int epoch) {
        return new StandbyState(warm, receives, unanswered, lastNanos, epoch, ahead, sequence);
    }

    StandbyState withAhead(boolean isAhead) {
        return isAhead == ahead
                ? this
                : new StandbyState(warm, receives, unanswered, lastNanos, heardEpoch, isAhead, sequence);
    }

    StandbyState withSequence(long number) {
        return new StandbyState(warm, receives, unanswered, lastNanos, heardEpoch, ahead, number);
    }
}
