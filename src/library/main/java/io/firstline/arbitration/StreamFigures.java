package io.firstline.arbitration;

/**
 * The figures of one line for one stream (a cell of the arrival matrix), and the line's place in the stream. Used only
 * on the arbiter's thread.
 */
public final class StreamFigures {
    /** Counts lags of up to a microsecond, two, four … 2^24 (16 seconds and more). */
    public static final int BUCKETS = 25;

    private final long[] lags = new long[BUCKETS];
    long wins;
    long losses;
    long lossesToOne;
    long saves;
    private long trustedLosses;
    private long trustedSaves;

    /** The youngest message of the stream that it has delivered. */
    long reached;
    /** The youngest message that it published late: that alone does not prove that it has caught up. */
    long lateReached;
    /** {@link Line#lateEpoch} at that time. */
    int lateEpoch;
    /** The last message that it matched beyond doubt. */
    long matched;
    /** The youngest message published, in any stream, at that time. */
    long matchedAfter;

    /** The line's own time then. */
    long matchedOwnNanos;

    /** The last message that it has delivered, in the server's order; 0 = none. */
    long place;
    /** The first message that it has delivered beyond doubt, if it joined later; 0 = none. */
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

    /** How many of these only one other line has delivered. */
    public long lossesToOne() {
        return lossesToOne;
    }

    /** Messages that it alone delivered. */
    public long saves() {
        return saves;
    }

    /** Copies it delivered, first ones included. */
    public long copies() {
        long copies = 0;
        for (long count : lags) {
            copies += count;
        }
        return copies;
    }

    /** Whether it has delivered any message. */
    public boolean hasCopies() {
        for (long count : lags) {
            if (count > 0) {
                return true;
            }
        }
        return false;
    }

    /** Copies by their lag: below 1 µs, below 2, below 4 …; the last place counts all longer lags. */
    public long[] lags() {
        return lags.clone();
    }

    /** A percentile of the lag, in microseconds, rounded up to a power of two; -1 = no copy. */
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
