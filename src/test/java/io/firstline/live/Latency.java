package io.firstline.live;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A latency distribution in milliseconds: from the exchange's event time to arrival, so with both clocks' difference in it. */
record Latency(int count, double mean, double p50, double p90, double p99, double min, double max) {
    static final String HEADING = String.format(
            "%-8s %9s %9s %9s %9s %9s %9s %9s", "ms", "messages", "mean", "p50", "p90", "p99", "min", "max");

    static Latency of(List<Long> micros) {
        long[] sorted = micros.stream().mapToLong(Long::longValue).sorted().toArray();
        return new Latency(
                sorted.length,
                Arrays.stream(sorted).average().orElse(Double.NaN) / 1_000,
                percentile(sorted, 50),
                percentile(sorted, 90),
                percentile(sorted, 99),
                percentile(sorted, 0),
                percentile(sorted, 100));
    }

    /** Nearest rank. */
    private static double percentile(long[] sorted, int percent) {
        int rank = (int) Math.ceil(percent / 100.0 * sorted.length);
        return sorted[Math.max(0, rank - 1)] / 1_000.0;
    }

    String row(String name) {
        return String.format(
                Locale.ROOT,
                "%-8s %,9d %9.3f %9.3f %9.3f %9.3f %9.3f %9.3f",
                name,
                count,
                mean,
                p50,
                p90,
                p99,
                min,
                max);
    }
}
