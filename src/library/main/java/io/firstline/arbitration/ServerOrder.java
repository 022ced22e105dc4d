package io.firstline.arbitration;

import java.util.Arrays;

/**
 * The server's order of each stream, as far as lines have proven it: the entries of a stream are linked, and each has a
 * label that grows along the order. By stream: the last entry.
 */
final class ServerOrder {
    /** Between the labels of neighbours that are in order from the start. */
    static final long GAP = 1L << 20;

    private static final long STEP = 1L << 10;
    /** The search for a proof that a line lacks an entry checks at most this many younger ones. */
    static final int LOOK_AHEAD = 512;

    private final MessageEntries entries;
    /** By stream; grows with the streams. */
    private long[] last = {0};

    ServerOrder(MessageEntries entries) {
        this.entries = entries;
    }

    /** Adds an entry of a stream at the end. */
    void append(long sequence, int stream) {
        if (stream >= last.length) {
            last = Arrays.copyOf(last, 2 * stream);
        }
        long before = last[stream];
        entries.previous(sequence, before);
        entries.next(sequence, 0);
        entries.label(sequence, before == 0 ? GAP : entries.label(before) + GAP);
        if (before != 0) {
            entries.next(before, sequence);
        }
        last[stream] = sequence;
    }

    private void insert(long sequence, long before, long behind) {
        entries.previous(sequence, before);
        entries.next(sequence, behind);
        entries.next(before, sequence);
        entries.previous(behind, sequence);
        long from = entries.label(before);
        long step = Math.max(1, Math.min(STEP, (entries.label(behind) - from) / 2));
        entries.label(sequence, from + step);
        long lower = sequence;
        for (long each = behind; each != 0 && entries.label(each) <= entries.label(lower); each = entries.next(each)) {
            entries.label(each, entries.label(lower) + 1);
            lower = each;
        }
    }

    /** The oldest entry is about to be forgotten. */
    void forget(long sequence) {
        long before = entries.previous(sequence);
        long behind = entries.next(sequence);
        if (before != 0 || behind == 0) {
            remove(sequence, before, behind);
        } // otherwise nothing changes: nobody is before the entry behind it
    }

    void remove(long sequence) {
        remove(sequence, entries.previous(sequence), entries.next(sequence));
    }

    private void remove(long sequence, long before, long behind) {
        if (before != 0) {
            entries.next(before, behind);
        }
        if (behind != 0) {
            entries.previous(behind, before);
        } else {
            last[entries.stream(sequence)] = before;
        }
    }

    /** Puts an entry after another of its stream; 0 = after all others. */
    void placeAfter(long sequence, long after) {
        int stream = entries.stream(sequence);
        boolean known = after >= entries.oldest() && entries.stream(after) == stream;
        long before = known ? after : last[stream];
        if (before == sequence || entries.previous(sequence) == before) {
            return;
        }
        remove(sequence);
        long behind = entries.next(before);
        if (behind == 0) {
            append(sequence, stream);
        } else {
            insert(sequence, before, behind);
        }
    }

    /** Whether an entry comes before another of its stream, as known so far. */
    boolean isBefore(long sequence, long other) {
        return entries.label(sequence) < entries.label(other);
    }

    /** The entry before one in its stream; 0 = none. */
    long predecessor(long sequence) {
        return entries.previous(sequence);
    }

    /** The entry after one in its stream, if that is still remembered; 0 = none. */
    long successor(long sequence) {
        return sequence < entries.oldest() ? 0 : entries.next(sequence);
    }

    /** A line in step has delivered an entry: it comes after those that the line delivered before. */
    void markPlaced(long sequence, int slot) {
        entries.markPlaced(sequence, slot);
    }

    /**
     * The first entry between two of a stream that a line lacks, though others delivered it before the second of them;
     * or 0.
     */
    long lackedBetween(long from, long until, int slot) {
        return lackedBetween(from, until, slot, true, 0);
    }

    /** The same, of this hash. */
    long lackedBetween(long from, long until, int slot, long hash) {
        return lackedBetween(from, until, slot, false, hash);
    }

    private long lackedBetween(long from, long until, int slot, boolean any, long hash) {
        if (entries.stream(from) != entries.stream(until)) {
            return 0;
        }
        long proof = entries.placedBy(until);
        long each = entries.next(from);
        for (int looked = 0; each != until && each != 0 && looked < LOOK_AHEAD; looked++) {
            if ((any || entries.hash(each) == hash)
                    && (entries.placedBy(each) & proof) != 0
                    && !entries.isDeliveredBy(each, slot)) {
                return each;
            }
            each = entries.next(each);
        }
        return 0;
    }

    /**
     * Whether a line will not deliver an entry any more: it has delivered one that came later on a line that delivered
     * both. An entry that a line has published after a long silence stands far before others, without such a proof.
     *
     * @param place where the line is in the stream
     */
    boolean isPassed(long sequence, long place, int slot) {
        if (place < entries.oldest()
                || entries.stream(place) != entries.stream(sequence)
                || !isBefore(sequence, place)) {
            return false;
        }
        long bit = 1L << slot;
        long known = entries.placedBy(sequence);
        long each = sequence;
        for (int looked = 0; each != place && looked < LOOK_AHEAD; looked++) {
            each = entries.next(each);
            long by = entries.placedBy(each);
            if ((by & known) != 0) {
                if ((by & bit) != 0) {
                    return true;
                }
                known |= by;
            }
        }
        return false;
    }

    /**
     * Moves an entry behind a younger one that a line delivered before it, together with the entries known to come
     * after it.
     */
    void moveAfter(long sequence, long place, int slot) {
        long known = 0;
        long target = place;
        long each = sequence;
        for (int looked = 0; each != place && each != 0 && looked < LOOK_AHEAD; looked++) {
            long next = entries.next(each);
            if (each == sequence || (entries.placedBy(each) & known) != 0) {
                known |= entries.placedBy(each) & ~(1L << slot);
                placeAfter(each, target);
                target = each;
            }
            each = next;
        }
    }

    /** Whether the next entry after the place of a line, among those that it has not delivered, has this hash. */
    boolean isNextAfter(long place, int slot, long hash) {
        if (place < entries.oldest()) {
            return false;
        }
        long each = entries.next(place);
        while (each != 0 && entries.isDeliveredBy(each, slot)) {
            each = entries.next(each);
        }
        return each != 0 && entries.hash(each) == hash;
    }
}
