package io.firstline.bench;

import java.util.HashSet;
import java.util.Set;

/**
 * Tracks which of the messages 1, 2, 3 … have arrived. Cheap while they arrive in order; missing numbers are remembered
 * up to a bound.
 */
final class SequenceLedger {
    private static final int MAX_MISSING = 1 << 20;

    private final Set<Long> missing = new HashSet<>();
    private long newest;
    private long unique;
    private long twice;

    void received(long sequence) {
        if (sequence == newest + 1) {
            newest = sequence;
            unique++;
        } else if (sequence > newest) {
            for (long left = newest + 1; left < sequence && missing.size() < MAX_MISSING; left++) {
                missing.add(left);
            }
            newest = sequence;
            unique++;
        } else if (missing.remove(sequence)) {
            unique++;
        } else {
            twice++;
        }
    }

    /** Whether this number would be the highest so far. */
    boolean isNews(long sequence) {
        return sequence > newest;
    }

    long unique() {
        return unique;
    }

    long twice() {
        return twice;
    }
}
