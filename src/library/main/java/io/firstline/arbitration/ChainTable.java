package io.firstline.arbitration;

/**
 * Finds the chain of a hash: an open-addressing table with linear probing (Knuth, TAOCP 3, 6.4, algorithms L and
 * R) in four bytes a place. Each has the lower bits of the oldest entry's sequence, the distance from the place where a
 * search for its hash begins, and some bits of the hash: most searches read nothing else.
 */
final class ChainTable {
    private static final int DISTANCE_BITS = 6;
    /** This far, or farther: the hash tells. */
    private static final int FAR = (1 << DISTANCE_BITS) - 1;
    /** Spreads consecutive hashes (Knuth, TAOCP 3, 6.4: Fibonacci hashing). */
    private static final int GOLDEN = 0x9E37_79B9;

    private static final int USED = Integer.MIN_VALUE;
    /** The largest size of the entries. */
    static final int MAX_SIZE = 1 << (Integer.SIZE - 1 - DISTANCE_BITS);

    private final MessageEntries entries;
    private final int[] places;
    private final int sequenceMask;
    private final int distanceShift;
    private int chains;

    /** The result of the last search, if still valid: the same hash is searched several times for one copy. */
    private long foundHash;

    private int foundAt = -1;

    ChainTable(MessageEntries entries, int length) {
        this.entries = entries;
        this.places = new int[length];
        this.sequenceMask = entries.size() - 1;
        this.distanceShift = Integer.bitCount(sequenceMask);
    }

    int length() {
        return places.length;
    }

    /**
     * Whether it should be larger before another chain is added.
     *
     * @param sparse half of the places stay empty, not a quarter: searches end sooner
     * @param more chains that are expected before
     */
    boolean isFull(boolean sparse, int more) {
        return chains + more >= places.length - places.length / (sparse ? 2 : 4);
    }

    /** The place for a hash: the place of its chain, or the empty place where it would begin. */
    int find(long hash) {
        if (foundAt < 0 || foundHash != hash) {
            foundAt = search(hash);
            foundHash = hash;
        }
        return foundAt;
    }

    /** The same for a hash that is not searched again: the last result stays known. */
    int search(long hash) {
        int wanted = known(hash);
        int at = home(hash);
        int distance = 0;
        while (places[at] != 0
                && ((places[at] & ~sequenceMask) != (wanted | distanceBits(distance))
                        || entries.hash(oldest(at)) != hash)) {
            at = following(at);
            distance++;
        }
        return at;
    }

    /** The oldest entry of the chain at a place; 0 = none begins there. */
    long oldest(int at) {
        long first = entries.oldest();
        return places[at] == 0 ? 0 : first + ((places[at] - (int) first) & sequenceMask);
    }

    /** A chain begins at the place that was found for its hash. */
    void begin(int at, long hash, long sequence) {
        places[at] = known(hash) | distanceBits(from(home(hash), at)) | ((int) sequence & sequenceMask);
        chains++;
    }

    /** A chain continues without its oldest entry. */
    void shorten(int at, long sequence) {
        places[at] = (places[at] & ~sequenceMask) | ((int) sequence & sequenceMask);
    }

    /**
     * A chain ends. Moves later chains of the same run back, so that no search ends early at the hole.
     *
     * @param repeats what is kept by place besides; null = nothing
     */
    void end(int emptied, RepeatChains repeats) {
        chains--;
        places[emptied] = 0;
        int hole = emptied;
        int at = following(hole);
        for (; places[at] != 0; at = following(at)) {
            int distance = distance(at);
            int back = from(hole, at);
            if (distance >= back) {
                places[hole] = (places[at] & ~(FAR << distanceShift)) | distanceBits(distance - back);
                places[at] = 0;
                if (repeats != null) {
                    repeats.moved(at, hole);
                }
                hole = at;
            }
        }
        if (foundAt >= 0 && from(emptied, foundAt) <= from(emptied, at)) {
            foundAt = -1; // in the run that has changed, or at its end
        }
    }

    /** How far the chain at a place is from where the search for it begins. */
    private int distance(int at) {
        int distance = (places[at] >>> distanceShift) & FAR;
        return distance < FAR ? distance : from(home(entries.hash(oldest(at))), at);
    }

    private int distanceBits(int distance) {
        return Math.min(FAR, distance) << distanceShift;
    }

    private int from(int earlier, int later) {
        return later >= earlier ? later - earlier : later - earlier + places.length;
    }

    private int following(int at) {
        return at + 1 == places.length ? 0 : at + 1;
    }

    private int home(long hash) {
        return (int) (((mixed(hash) & 0xffff_ffffL) * places.length) >>> Integer.SIZE);
    }

    /** The bits of a hash that a place has room for. */
    private int known(long hash) {
        return USED | ((mixed(hash) << (distanceShift + DISTANCE_BITS)) & ~USED);
    }

    private static int mixed(long hash) {
        return (int) (hash ^ (hash >>> Integer.SIZE)) * GOLDEN;
    }
}
