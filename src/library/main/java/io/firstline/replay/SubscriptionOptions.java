package io.firstline.replay;

import io.firstline.stream.FeedStream;
import io.firstline.stream.Overflow;

/**
 * The options of a {@link FeedSubscription}. Immutable.
 *
 * @param lastValues whether it begins with the last message of each stream, if the feed keeps them; default false
 * @param gapTimeoutMs how long younger messages wait for a missing one before it is reported as lost, milliseconds;
 *     default 5,000
 * @param capacity the number of messages that wait for a paused consumer; default 16,384
 * @param overflow what is dropped when the buffer is full; default the oldest
 * @param failover how it continues when a node fails; default {@link Failover#LEASED}. Outside a cluster there is no
 *     difference
 */
public record SubscriptionOptions(
        boolean lastValues, int gapTimeoutMs, int capacity, Overflow overflow, Failover failover) {
    public static final int DEFAULT_GAP_TIMEOUT_MS = 5_000;

    public static final SubscriptionOptions DEFAULT = new SubscriptionOptions(
            false, DEFAULT_GAP_TIMEOUT_MS, FeedStream.DEFAULT_CAPACITY, Overflow.DROP_OLDEST, Failover.LEASED);

    public SubscriptionOptions {
        if (gapTimeoutMs < 1 || capacity < 1) {
            throw new IllegalArgumentException(
                    "gapTimeoutMs " + gapTimeoutMs + " and capacity " + capacity + " must be at least 1");
        }
        if (lastValues && failover == Failover.MERGED) {
            throw new IllegalArgumentException("lastValues needs the failover LEASED");
        }
    }

    public SubscriptionOptions withLastValues(boolean newLastValues) {
        return new SubscriptionOptions(newLastValues, gapTimeoutMs, capacity, overflow, failover);
    }

    public SubscriptionOptions withGapTimeoutMs(int newGapTimeoutMs) {
        return new SubscriptionOptions(lastValues, newGapTimeoutMs, capacity, overflow, failover);
    }

    public SubscriptionOptions withBuffer(int newCapacity, Overflow newOverflow) {
        return new SubscriptionOptions(lastValues, gapTimeoutMs, newCapacity, newOverflow, failover);
    }

    public SubscriptionOptions withFailover(Failover newFailover) {
        return new SubscriptionOptions(lastValues, gapTimeoutMs, capacity, overflow, newFailover);
    }
}
