package io.firstline.bus;

import io.firstline.stream.FeedStream;
import io.firstline.stream.Overflow;

/**
 * How a {@link FeedSubscription} treats its consumer. Immutable.
 *
 * @param lastValues whether it begins with the last message of each stream, as far as the feed keeps them; default no
 * @param patienceMs how long younger messages wait for one that is missing before it is told as lost, milliseconds; default 5,000
 * @param capacity how many messages wait for a consumer that is paused; default 16,384
 * @param overflow what becomes of those that have no room; default the oldest goes
 */
public record SubscriptionOptions(boolean lastValues, int patienceMs, int capacity, Overflow overflow) {
    public static final int DEFAULT_PATIENCE_MS = 5_000;

    public static final SubscriptionOptions DEFAULT =
            new SubscriptionOptions(false, DEFAULT_PATIENCE_MS, FeedStream.DEFAULT_CAPACITY, Overflow.DROP_OLDEST);

    public SubscriptionOptions {
        if (patienceMs < 1 || capacity < 1) {
            throw new IllegalArgumentException(
                    "patienceMs " + patienceMs + " and capacity " + capacity + " must be at least 1");
        }
    }

    public SubscriptionOptions withLastValues(boolean newLastValues) {
        return new SubscriptionOptions(newLastValues, patienceMs, capacity, overflow);
    }

    public SubscriptionOptions withPatienceMs(int newPatienceMs) {
        return new SubscriptionOptions(lastValues, newPatienceMs, capacity, overflow);
    }

    public SubscriptionOptions withBuffer(int newCapacity, Overflow newOverflow) {
        return new SubscriptionOptions(lastValues, patienceMs, newCapacity, newOverflow);
    }
}
