package io.firstline.feed.message;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Messages of one stream that arrived before their predecessors, ordered by number. Pure; times are nanoseconds of
 * the monotonic clock.
 */
final class ReorderBuffer {
    private record Item(OutgoingCopy copy, long sinceNanos, long arrived) {}

    private final PriorityQueue<Item> items = new PriorityQueue<>(
            Comparator.comparingLong((Item item) -> item.copy().first()).thenComparingLong(Item::arrived));
    private long arrived;
    private boolean watched;

    /** Returns whether the caller must start the timer that watches waiting messages until {@link #endWatch()}. */
    boolean beginWatch() {
        boolean begins = !watched;
        watched = true;
        return begins;
    }

    void endWatch() {
        watched = false;
    }

    public void add(OutgoingCopy copy, long nowNanos) {
        items.add(new Item(copy, nowNanos, arrived++));
    }

    public int size() {
        return items.size();
    }

    public boolean isEmpty() {
        return items.isEmpty();
    }

    /** Removes and returns the first message if it follows this number or is older; otherwise null. */
    public OutgoingCopy next(long newest) {
        return !items.isEmpty() && items.peek().copy().first() <= newest + 1
                ? items.poll().copy()
                : null;
    }

    /** Removes and returns the first message. */
    public OutgoingCopy first() {
        return items.poll().copy();
    }

    /** Removes and returns all messages, in order. */
    List<OutgoingCopy> drain() {
        List<OutgoingCopy> all = new ArrayList<>();
        while (!items.isEmpty()) {
            all.add(first());
        }
        return all;
    }

    /** Returns since when the longest waiting message has waited; only called if there is one. */
    long oldestNanos() {
        long oldest = Long.MAX_VALUE;
        for (Item item : items) {
            oldest = Math.min(oldest, item.sinceNanos());
        }
        return oldest;
    }
}
