package io.firstline.arbitration;

/**
 * How far apart two messages of one stream have to be so that all lines bring them in the same order: learned from messages that no other
 * resembles. Where the owner tells streams apart that is no distance at all once lines have agreed on enough of them. Where messages of
 * different streams are taken for one stream, lines have to agree on enough of those that are so near to each other. Each time that they
 * disagree, they have to agree on twice as many.
 */
final class Agreement {
    private static final int ENOUGH = 64;
    private static final int MOST = 1 << 20;
    /** By the power of two of their distance in microseconds. */
    private static final int BUCKETS = 32;

    private final long mostNanos;
    private final boolean named;
    private final int[] near = new int[BUCKETS];
    private int needed;
    /** Distances of this bucket are far enough. */
    private int bucket = BUCKETS;
    /** How many copies came in order that were nearer. */
    private int nearer;

    /** How many copies came in order since no distance is too short. */
    private int complete;

    private long doubtful;
    /** The first copy out of order since then, until its message is published again; 0 = none. */
    private long suspected;

    private int bucketBeforeDoubt;

    /**
     * Nothing has been seen yet.
     *
     * @param mostNanos no line disagrees about messages that are further apart
     * @param named whether messages say which stream they belong to
     */
    Agreement(long mostNanos, boolean named) {
        this(mostNanos, named, ENOUGH);
    }

    /** The same, for an owner that wants more copies in order before the agreement counts. */
    Agreement(long mostNanos, boolean named, int enough) {
        this.mostNanos = mostNanos;
        this.named = named;
        this.needed = enough;
    }

    /** At this distance, in nanoseconds, and beyond it lines agree on the order. */
    long distanceNanos() {
        return bucket == 0 ? 0 : Math.min(mostNanos, 1_000L << bucket);
    }

    /** Whether no distance is too short. */
    boolean isComplete() {
        return bucket == 0;
    }

    /** Whether that has been so for twice as many copies as it takes. */
    boolean isLongComplete() {
        return bucket == 0 && complete >= Math.min(MOST, 2 * needed);
    }

    private static int bucketOf(long nanos) {
        return Math.min(BUCKETS - 1, Long.SIZE - Long.numberOfLeadingZeros(Math.max(0, nanos) / 1_000));
    }

    /** A copy came where it was expected; how far its message was from the one before it. */
    void kept(long nanos) {
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
        if (named) {
            bucket = 0;
            return;
        }
        while (sum + near[at] < needed) {
            sum += near[at++];
        }
        bucket = at;
        nearer = sum;
    }

    /**
     * A copy of an older message came after a younger one, unless it was another message of the same bytes that no line had brought yet.
     *
     * @param nanos how far apart they are
     */
    void broken(long messageHash, long nanos) {
        doubtful = messageHash;
        bucketBeforeDoubt = bucket;
        complete = 0;
        int at = named ? BUCKETS - 1 : bucketOf(nanos);
        for (int i = 0; i <= at; i++) {
            near[i] = 0;
        }
        bucket = Math.max(bucket, at + 1);
        nearer = 0;
        for (int i = at + 1; i < bucket; i++) {
            nearer += near[i];
        }
        needed = Math.min(MOST, Math.max(ENOUGH, 2 * needed));
    }

    /**
     * A copy came out of order although lines agree. One such copy proves nothing: it may be another message of the same bytes.
     *
     * @return false if an earlier one was not published again: lines disagree
     */
    boolean suspects(long messageHash) {
        if (suspected != 0 && suspected != messageHash) {
            suspected = 0;
            return false;
        }
        suspected = messageHash;
        return true;
    }

    /** This message is published again: if it broke the agreement, it was its first copy that did. */
    void repeated(long messageHash) {
        if (suspected == messageHash) {
            suspected = 0;
        }
        if (doubtful == messageHash && messageHash != 0) {
            doubtful = 0;
            needed = Math.max(ENOUGH, needed / 2);
            bucket = Math.min(bucket, bucketBeforeDoubt);
            nearer = 0;
            for (int i = 0; i < bucket; i++) {
                nearer += near[i];
            }
        }
    }
}
