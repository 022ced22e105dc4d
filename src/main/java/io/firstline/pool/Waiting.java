package io.firstline.pool;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Messages of one stream that came before those that they follow, in the order of their numbers. Pure; times are nanoseconds of the
 * monotonic clock.
 */
final class Waiting {
    private record Item(Copy copy, long sinceNanos, long arrived) {}

    private final PriorityQueue<Item> items = new PriorityQueue<>(
            Comparator.comparingLong((Item item) -> item.copy().first()).thenComparingLong(Item::arrived));
    private long arrived;
    private boolean watched;

    /** Whether nobody has looked after what waits so far: so the caller does, with one timer, until {@link #endWatch()}. */
    boolean beginWatch() {
        boolean begins = !watched;
        watched = true;
        return begins;
    }

    void endWatch() {
        watched = false;
    }

    void add(Copy copy, long nowNanos) {
        items.add(new Item(copy, nowNanos, arrived++));
    }

    int size() {
        return items.size();
    }

    boolean isEmpty() {
        return items.isEmpty();
    }

    /** Takes out the first if it follows a number, or is older; null if it does not, or nothing waits. */
    Copy next(long newest) {
        return !items.isEmpty() && items.peek().copy().first() <= newest + 1
                ? items.poll().copy()
                : null;
    }

    /** Takes out the first. */
    Copy first() {
        return items.poll().copy();
    }

    /** Takes out all, in order. */
    List<Copy> drain() {
        List<Copy> all = new ArrayList<>();
        while (!items.isEmpty()) {
            all.add(first());
        }
        return all;
    }

    /** Since when the one has waited that has waited longest; only asked if something waits. */
    long oldestNanos() {
        long oldest = Long.MAX_VALUE;
        for (Item item : items) {
            oldest = Math.min(oldest, item.sinceNanos());
        }
        return oldest;
    }
}
