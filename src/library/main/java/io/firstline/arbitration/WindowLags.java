package io.firstline.arbitration;

import java.util.Arrays;
import org.HdrHistogram.Histogram;

/**
 * Counts lags in the buckets of an HdrHistogram of two digits: exact below 256, then within 1/128. Each copy is recorded
 * here, and HdrHistogram's calls are virtual for all kinds of histograms in the process: see src/docs/performance.md.
 * Grows with the longest lag: most lags are short, and lines are many.
 */
final class WindowLags {
    private static final int HALF_SHIFT = 7;
    private static final int HALF = 1 << HALF_SHIFT;

    private int[] counts = new int[2 * HALF];
    private int total;

    /**
     * Counts a lag.
     *
     * @param micros from 0
     */
    void record(long micros) {
        int at = index(micros);
        if (at >= counts.length) {
            counts = Arrays.copyOf(counts, (at | (HALF - 1)) + 1);
        }
        counts[at]++;
        total++;
    }

    private static int index(long micros) {
        int shift = Math.max(0, Long.SIZE - 1 - HALF_SHIFT - Long.numberOfLeadingZeros(micros));
        return (shift << HALF_SHIFT) + (int) (micros >>> shift);
    }

    private static int shift(int index) {
        return Math.max(0, (index >>> HALF_SHIFT) - 1);
    }

    /** Returns the smallest lag of a bucket. */
    private static long lowest(int index) {
        int shift = shift(index);
        return (long) (index - (shift << HALF_SHIFT)) << shift;
    }

    /** Returns the number of lags since the last {@link #reset}. */
    int count() {
        return total;
    }

    /** Returns the lag that this share of the lags does not exceed, the upper end of its bucket; 0 = there are none. */
    long atPercentile(double percentile) {
        long rank = Math.max(1, (long) Math.ceil(Math.nextDown(percentile) * total / 100));
        long seen = 0;
        for (int i = 0; i < counts.length; i++) {
            seen += counts[i];
            if (seen >= rank) {
                return lowest(i) + (1L << shift(i)) - 1;
            }
        }
        return 0;
    }

    void addTo(Histogram sum) {
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0) {
                sum.recordValueWithCount(lowest(i), counts[i]);
            }
        }
    }

    void reset() {
        Arrays.fill(counts, 0);
        total = 0;
    }
}
