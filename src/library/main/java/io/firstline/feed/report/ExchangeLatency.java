package io.firstline.feed.report;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * The age of a feed's messages at the arrival of their first copies, by the exchange's timestamps. For display only:
 * nothing is ranked by it. The figures are wrong by the clock error, and negative if the clock error exceeds the
 * travel time.
 *
 * @param p50Micros median age, microseconds
 * @param p99Micros 99th percentile of the age, microseconds
 * @param offsetMicros how far the exchange's clock is ahead of ours; the ages are corrected by it; null = not known,
 *     no correction
 * @param errorMicros the largest error of that offset; null = the clock is not known
 * @param samples number of measured messages
 * @param clockFailures number of failed requests for the exchange's time
 */
public record ExchangeLatency(
        long p50Micros, long p99Micros, Long offsetMicros, Long errorMicros, long samples, long clockFailures) {

    /** Combines the reports of several pools of one feed: the worst of each figure, and the least certain clock. */
    public static ExchangeLatency together(List<ExchangeLatency> pools) {
        List<ExchangeLatency> known = pools.stream().filter(Objects::nonNull).toList();
        if (known.isEmpty()) {
            return null;
        }
        ExchangeLatency leastCertain = known.stream()
                .max(Comparator.comparing(
                        ExchangeLatency::errorMicros, Comparator.nullsLast(Comparator.naturalOrder())))
                .get();
        return new ExchangeLatency(
                known.stream().mapToLong(ExchangeLatency::p50Micros).max().getAsLong(),
                known.stream().mapToLong(ExchangeLatency::p99Micros).max().getAsLong(),
                leastCertain.offsetMicros(),
                leastCertain.errorMicros(),
                known.stream().mapToLong(ExchangeLatency::samples).sum(),
                known.stream().mapToLong(ExchangeLatency::clockFailures).sum());
    }
}
