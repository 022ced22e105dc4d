package io.firstline.bus;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Which numbers of a feed a standby knows to have been published and does not have: what to ask the owner for, and from where on it must
 * publish again if it becomes the owner, because it may take for unpublished what consumers have.
 *
 * <p>What the owner does not keep any more stays lacking until nothing waits for its publication that is older than the answer. Pure and
 * single-threaded; bounded: of what comes while a range is asked for all is taken together.
 */
final class Lacking {
    /** Nothing is lacking from there on. */
    static final long NOTHING = Long.MAX_VALUE;

    private final Deque<Range> ranges = new ArrayDeque<>();
    private long askedHole = NOTHING;
    /** The epoch of the owner that was asked for that. */
    private int askedOwner;

    private long notKeptFrom = NOTHING;
    private long notKeptNanos;

    record Range(long from, long to) {}

    /** These numbers have not come; none if they are upside down. */
    void add(long from, long to) {
        if (from <= to) {
            Range last = ranges.size() > 1 ? ranges.removeLast() : new Range(from, to);
            ranges.add(new Range(Math.min(from, last.from()), Math.max(to, last.to())));
        }
    }

    /** What to ask for; null = nothing. */
    Range next() {
        return ranges.peekFirst();
    }

    /**
     * The owner has answered.
     *
     * @param asked what {@link #next} has said
     * @param hole the first number that is lacking still, by what the owner says of those before it
     */
    void answered(Range asked, Resent answer, long hole, long nowNanos) {
        ranges.remove(asked);
        int owner = answer.epochs().newest();
        if (hole < asked.from() && (hole != askedHole || owner != askedOwner)) {
            askedHole = hole; // once of each owner: what nobody keeps any more stays a hole
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
     * What this node has received itself has been compared with what was published.
     *
     * @param waitsSinceNanos since when the oldest waits that was not published yet
     * @return whether nothing is lacking any more
     */
    boolean compared(long waitsSinceNanos) {
        if (notKeptFrom == NOTHING || waitsSinceNanos - notKeptNanos <= 0) {
            return false;
        }
        notKeptFrom = NOTHING;
        return isEmpty();
    }

    /** The first number of all; {@link #NOTHING} = none is lacking. */
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
