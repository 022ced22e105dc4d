package io.firstline.feed.clock;

import org.HdrHistogram.Histogram;

/**
 * Percentiles of values that may be negative, in bounded memory: a second histogram holds the negative values. Pure,
 * not thread-safe.
 */
final class SignedHistogram {
    /** Limit of the absolute value: an hour, in microseconds. */
    static final long MAX = 3_600_000_000L;

    private final Histogram positive = new Histogram(2);
    private final Histogram negative = new Histogram(2);

    public void record(long value) {
        if (value >= 0) {
            positive.recordValue(Math.min(MAX, value));
        } else {
            negative.recordValue(value == Long.MIN_VALUE ? MAX : Math.min(MAX, -value));
        }
    }

    public long count() {
        return positive.getTotalCount() + negative.getTotalCount();
    }

    /** Returns the value at a percentile; 0 if there are none. */
    public long percentile(double percent) {
        long below = negative.getTotalCount();
        double rank = percent / 100 * count();
        if (rank <= below && below > 0) {
            return -negative.getValueAtPercentile(100 * (below - rank) / below);
        }
        return positive.getTotalCount() == 0
                ? 0
                : positive.getValueAtPercentile(100 * (rank - below) / positive.getTotalCount());
    }

    public void reset() {
        positive.reset();
        negative.reset();
    }
}
