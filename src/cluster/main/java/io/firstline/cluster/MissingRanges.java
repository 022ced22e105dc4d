package io.firstline.cluster;

import io.firstline.replay.retention.ReplayResponse;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The numbers that a standby knows to be published and does not have. It requests them from the owner. If it becomes
 * the owner first, it publishes from the first of them again: it may take for unpublished what consumers have.
 *
 * <p>Numbers that the owner no longer keeps stay missing until no message that is older than the answer waits for
 * publication. Pure and single-threaded; bounded, because ranges that are added during a request are joined.
 */
final class MissingRanges {
    /** No number is missing. */
    static final long NOTHING = Long.MAX_VALUE;

    private final Deque<Range> ranges = new ArrayDeque<>();
    private long askedHole = NOTHING;
    /** The epoch of the owner that was asked for that hole. */
    private int askedOwner;

    private long notKeptFrom = NOTHING;
    private long notKeptNanos;

    record Range(long from, long to) {}

    /** These numbers have not arrived; an empty range adds none. */
    void add(long from, long to) {
        if (from <= to) {
            Range last = ranges.size() > 1 ? ranges.removeLast() : new Range(from, to);
            ranges.add(new Range(Math.min(from, last.from()), Math.max(to, last.to())));
        }
    }

    /** Returns the range to request; null = none. */
    Range next() {
        return ranges.peekFirst();
    }

    /**
     * The owner has answered.
     *
     * @param asked the requested range
     * @param hole the first number that is still missing before the range, by the owner's list of epochs
     */
    void answered(Range asked, ReplayResponse answer, long hole, long nowNanos) {
        ranges.remove(asked);
        int owner = answer.epochs().newest();
        if (hole < asked.from() && (hole != askedHole || owner != askedOwner)) {
            askedHole = hole; // once of each owner: numbers that no node keeps stay a hole
            askedOwner = owner;
            ranges.addFirst(new Range(hole, asked.from() - 1));
        }
        if (answer.more()) {
            ranges.addFirst(new Range(answer.to() + 1, asked.to()));
        }
        if (answer.missing() > 0) {
            notKeptFrom = Math.min(notKeptFrom, asked.from());
            notKeptNanos = nowNanos;
        }
    }

    /**
     * Messages that arrived here until now may be old, so they may be among the published ones that are no longer kept.
     *
     * @param from from this number on the published messages are not known here either; {@link #NOTHING} = they are
     */
    void comesLate(long from, long nowNanos) {
        notKeptFrom = Math.min(notKeptFrom, from);
        notKeptNanos = nowNanos;
    }

    /**
     * Messages received by this node were compared with published ones.
     *
     * @param waitsSinceNanos since when the oldest unpublished message waits
     */
    void compared(long waitsSinceNanos) {
        if (waitsSinceNanos - notKeptNanos > 0) {
            notKeptFrom = NOTHING;
        }
    }

    /** Returns the first missing number; {@link #NOTHING} = none. */
    long first() {
        return Math.min(
                notKeptFrom, ranges.stream().mapToLong(Range::from).min().orElse(NOTHING));
    }

    boolean isEmpty() {
        return ranges.isEmpty() && notKeptFrom == NOTHING;
    }

    void clear() {
        ranges.clear();
        askedHole = NOTHING;
        notKeptFrom = NOTHING;
    }
}
