package io.firstline.arbitration;

/**
 * What one line was worth for one stream, a cell of the arrival matrix, and how far the line has come in it. Touched only on the
 * arbiter's thread.
 */
public final class StreamFigures {
    /** Counts lags of up to a microsecond, two, four … 2^24 (16 seconds and more). */
    public static final int BUCKETS = 25;

    private final long[] lags = new long[BUCKETS];
    long wins;
    long losses;
    long saves;
    private long trustedLosses;
    private long trustedSaves;

    /** The youngest message of the stream that it has delivered. */
    long reached;
    /** The youngest that it published late: that alone does not say that it has caught up. */
    long lateReached;
    /** {@link Line#lateEpoch} at that time. */
    int lateEpoch;
    /** The last message that it matched beyond doubt. */
    long matched;
    /** The youngest message published, in any stream, when it did. */
    long matchedAfter;

    /** The line's own time when it did. */
    long matchedOwnNanos;

    /** The last one of a named stream that it has brought, in the server's order; 0 = none. */
    long place;
    /** The first message that a line which joined has brought beyond doubt; 0 = none. */
    long begun;

    StreamFigures() {}

    void trust() {
        trustedLosses = losses;
        trustedSaves = saves;
    }

    void distrust() {
        losses = Math.min(losses, trustedLosses);
        saves = Math.min(saves, trustedSaves);
    }

    void lag(long lagNanos) {
        long micros = Math.max(0, lagNanos / 1_000);
        lags[Math.min(BUCKETS - 1, Long.SIZE - Long.numberOfLeadingZeros(micros))]++;
    }

    /** Messages whose first copy it delivered. */
    public long wins() {
        return wins;
    }

    /** Messages that others delivered while it was in step and that it has not delivered within two seconds. */
    public long losses() {
        return losses;
    }

    /** Messages that it alone delivered. */
    public long saves() {
        return saves;
    }

    /** Copies it brought, first ones included. */
    public long copies() {
        long copies = 0;
        for (long count : lags) {
            copies += count;
        }
        return copies;
    }

    /** How many copies had which lag behind the first: below 1 µs, below 2, below 4 … and in the last place all that is longer. */
    public long[] lags() {
        return lags.clone();
    }

    /** A lag that so many per cent of the copies did not exceed, in microseconds and rounded up to a power of two; -1 = no copy. */
    public long lagMicros(double percentile) {
        long rank = (long) Math.ceil(copies() * percentile / 100);
        long seen = 0;
        for (int bucket = 0; bucket < BUCKETS && rank > 0; bucket++) {
            seen += lags[bucket];
            if (seen >= rank) {
                return bucket == 0 ? 0 : 1L << bucket;
            }
        }
        return -1;
    }
}
