package io.firstline.cluster;

import java.util.concurrent.TimeUnit;

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
 * @param behind whether the owner has published messages, and this node has received none for a while. If it is not warm for
 *     this alone, it loses nothing as the next owner, but publishes late
 * @param sequence the number of the last message that was published, as far as the node knows
 * @param lookedNanos when the feed's event loop last had time for its periodic work
 * @param lookedOnTime whether it came to that work in time
 */
public record StandbyState(
        boolean warm,
        boolean receives,
        boolean unanswered,
        long lastNanos,
        int heardEpoch,
        boolean ahead,
        boolean behind,
        long sequence,
        long lookedNanos,
        boolean lookedOnTime) {
    /** How often the feed looks at its pools. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    /** An event loop is late if the feed has waited this much longer for it. */
    private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** The state of a feed that has just looked at its pools. */
    public StandbyState(
            boolean warm,
            boolean receives,
            boolean unanswered,
            long lastNanos,
            int heardEpoch,
            boolean ahead,
            long sequence) {
        this(warm, receives, unanswered, lastNanos, heardEpoch, ahead, false, sequence, lastNanos, true);
    }

    /** The state of a feed that has just been started. */
    public static StandbyState atStart(long nowNanos) {
        return new StandbyState(false, false, false, nowNanos, 0, false, 0);
    }

    /** Returns how long nothing has arrived. */
    public long silentNanos(long nowNanos) {
        return Math.max(0, nowNanos - lastNanos);
    }

    /** Returns how long the feed has waited for its event loop. */
    long lateNanos(long nowNanos) {
        return Math.max(0, nowNanos - lookedNanos - LOOK_NANOS);
    }

    /**
     * Returns whether the feed's event loop is on time, and was already at the last look. Then it has read what had
     * arrived while it was late.
     */
    boolean isOnTime(long nowNanos) {
        return lookedOnTime && lateNanos(nowNanos) < LATE_NANOS;
    }

    StandbyState withWarm(boolean isWarm, boolean isBehind) {
        return with(isWarm, ahead, isBehind);
    }

    StandbyState withAhead(boolean isAhead) {
        return with(warm, isAhead, behind);
    }

    private StandbyState with(boolean isWarm, boolean isAhead, boolean isBehind) {
        return isWarm == warm && isAhead == ahead && isBehind == behind
                ? this
                : new StandbyState(
                        isWarm,
                        receives,
                        unanswered,
                        lastNanos,
                        heardEpoch,
                        isAhead,
                        isBehind,
                        sequence,
                        lookedNanos,
                        lookedOnTime);
    }

    StandbyState withLooked(long nanos) {
        boolean onTime = lateNanos(nanos) < LATE_NANOS;
        return new StandbyState(
                warm, receives, unanswered, lastNanos, heardEpoch, ahead, behind, sequence, nanos, onTime);
    }

    StandbyState withReceiving(boolean isReceived, boolean isUnanswered, long arrivedNanos) {
        return new StandbyState(
                warm,
                isReceived,
                isUnanswered,
                arrivedNanos,
                heardEpoch,
                ahead,
                behind,
                sequence,
                lookedNanos,
                lookedOnTime);
    }

    StandbyState withHeardEpoch(int epoch) {
        return new StandbyState(
                warm, receives, unanswered, lastNanos, epoch, ahead, behind, sequence, lookedNanos, lookedOnTime);
    }

    StandbyState withSequence(long number) {
        return new StandbyState(
                warm, receives, unanswered, lastNanos, heardEpoch, ahead, behind, number, lookedNanos, lookedOnTime);
    }
}
