package io.firstline.arbitration;

/**
 * How far apart two messages must be so that all lines deliver them in the same order. This is learned from messages of
 * unique bytes: lines must agree on enough messages at each distance, where 0 is the distance of messages of one stream.
 * After each disagreement they must agree on twice as many.
 */
final class OrderAgreement {
    static final int ENOUGH = 64;
    private static final int NEVER = Integer.MAX_VALUE;
    private static final int MOST = 1 << 20;
    /** By the power of two of their distance in microseconds. */
    private static final int BUCKETS = 32;

    private final long mostNanos;
    private final int[] near = new int[BUCKETS];
    private int needed;
    /** Distances of this bucket are far enough. */
    private int bucket = BUCKETS;
    /** How many nearer copies came in order. */
    private int nearer;

    /** How many copies came in order since every distance is enough. */
    private int complete;

    private long doubtful;
    /** The first copy out of order since then, until its message is published again; 0 = none. */
    private long suspected;

    private int bucketBeforeDoubt;

    /**
     * Starts without any copies.
     *
     * @param mostNanos lines always agree on messages that are further apart
     * @param enough so many copies must come in order at first
     */
    OrderAgreement(long mostNanos, int enough) {
        this.mostNanos = mostNanos;
        this.needed = enough;
    }

    /** Lines do not agree on the order at any distance, whatever they deliver. */
    static OrderAgreement none() {
        return new OrderAgreement(Long.MAX_VALUE / 4, NEVER);
    }

    /** At this distance, in nanoseconds, and beyond it lines agree on the order. */
    long distanceNanos() {
        return bucket == 0 ? 0 : needed == NEVER ? mostNanos : Math.min(mostNanos, 1_000L << bucket);
    }

    /** Whether every distance is enough. */
    boolean isComplete() {
        return bucket == 0;
    }

    /** Whether every distance has been enough for twice the needed number of copies. */
    boolean isLongComplete() {
        return complete >= Math.min(MOST, 2 * needed);
    }

    private static int bucketOf(long nanos) {
        return Math.min(BUCKETS - 1, Long.SIZE - Long.numberOfLeadingZeros(Math.max(0, nanos) / 1_000));
    }

    /** A copy came in order; its message was this far from the one before it. */
    void kept(long nanos) {
        if (needed == NEVER) {
            return;
        }
        if (bucket == 0) {
            complete = Math.min(MOST, complete + 1);
            return;
        }
        int at = bucketOf(nanos);
        if (at < bucket) {
            near[at]++;
            if (++nearer >= needed) {
                narrow();
            }
        }
    }

    private void narrow() {
        int sum = 0;
        int at = 0;
        while (sum + near[at] < needed) {
            sum += near[at++];
        }
        bucket = at;
        nearer = sum;
    }

    private void countNearer() {
        nearer = 0;
        for (int i = 0; i < bucket; i++) {
            nearer += near[i];
        }
    }

    /**
     * A copy of an older message came after a younger one. Or it was another message of the same bytes that no line had
     * delivered yet.
     *
     * @param nanos how far apart they are
     */
    void broken(long messageHash, long nanos) {
        if (needed == NEVER) {
            return;
        }
        doubtful = messageHash;
        bucketBeforeDoubt = bucket;
        complete = 0;
        int at = bucketOf(nanos);
        for (int i = 0; i <= at; i++) {
            near[i] = 0;
        }
        bucket = Math.max(bucket, at + 1);
        countNearer();
        needed = Math.min(MOST, 2 * needed);
    }

    /**
     * A copy came out of order although lines agree. One such copy proves nothing: it may be another message of the
     * same bytes.
     *
     * @return false if the message of an earlier such copy was not published again: lines disagree
     */
    boolean suspects(long messageHash) {
        if (suspected != 0 && suspected != messageHash) {
            suspected = 0;
            return false;
        }
        suspected = messageHash;
        return true;
    }

    /** This message is published again: if a copy of it came out of order, that copy was another message. */
    void repeated(long messageHash) {
        if (suspected == messageHash) {
            suspected = 0;
        }
        if (doubtful == messageHash && messageHash != 0) {
            doubtful = 0;
            needed /= 2;
            bucket = Math.min(bucket, bucketBeforeDoubt);
            countNearer();
        }
    }
}
