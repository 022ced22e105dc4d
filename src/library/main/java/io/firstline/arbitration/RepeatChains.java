package io.firstline.arbitration;

import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * The chains of more than one message of equal bytes. By entry: the next of the chain. By the table's place: the last
 * of the chain and the position of each line.
 */
final class RepeatChains {
    private final MessageEntries entries;
    private long[] nextAlike;
    /** By entry: there was another message of its bytes when it was published, or later. */
    private boolean[] repeated;

    private final long[] newestAlike;
    private final long[][] cursors;
    private final ArrayDeque<long[]> freeCursors = new ArrayDeque<>();

    /** Starts with the chains of a table, which have one entry each. */
    RepeatChains(MessageEntries entries, ChainTable chains) {
        this(entries, new long[entries.size()], new boolean[entries.size()], chains.length());
        for (int at = 0; at < newestAlike.length; at++) {
            newestAlike[at] = chains.oldest(at);
        }
    }

    private RepeatChains(MessageEntries entries, long[] nextAlike, boolean[] repeated, int length) {
        this.entries = entries;
        this.nextAlike = nextAlike;
        this.repeated = repeated;
        this.newestAlike = new long[length];
        this.cursors = new long[length][];
    }

    /** The same for another table; {@link #take} moves the chains. */
    RepeatChains withTable(int length) {
        return new RepeatChains(entries, nextAlike, repeated, length);
    }

    /** The entries have got more room. */
    void growEntries() {
        int oldMask = nextAlike.length - 1;
        nextAlike = entries.moved(nextAlike, oldMask, new long[entries.size()]);
        repeated = entries.moved(repeated, oldMask, new boolean[entries.size()]);
    }

    /** The next entry of the chain; 0 = none. */
    long next(long sequence) {
        return nextAlike[entries.index(sequence)];
    }

    /** Whether an entry is, or was, in a chain of more than one. */
    boolean isRepeated(long sequence) {
        return repeated[entries.index(sequence)];
    }

    /** The last entry that each line has passed, by slot; null = the chain never had more than one entry. */
    long[] cursors(int at) {
        return cursors[at];
    }

    /**
     * Adds an entry at the end of a chain.
     *
     * @param again the chain has entries already
     */
    void add(int at, long sequence, boolean again) {
        int index = entries.index(sequence);
        nextAlike[index] = 0;
        repeated[index] = again;
        if (again) {
            int before = entries.index(newestAlike[at]);
            nextAlike[before] = sequence;
            repeated[before] = true;
            if (cursors[at] == null) {
                cursors[at] = freeCursors.isEmpty() ? new long[SeenMessages.MAX_LINES] : freeCursors.pop();
            }
        }
        newestAlike[at] = sequence;
    }

    void release(int slot) {
        for (long[] cursor : cursors) {
            if (cursor != null) {
                cursor[slot] = 0;
            }
        }
    }

    void ended(int at) {
        if (cursors[at] != null) {
            Arrays.fill(cursors[at], 0);
            freeCursors.push(cursors[at]);
            cursors[at] = null;
        }
    }

    void moved(int from, int to) {
        take(to, this, from);
        cursors[from] = null;
    }

    void take(int to, RepeatChains other, int from) {
        newestAlike[to] = other.newestAlike[from];
        cursors[to] = other.cursors[from];
    }
}
