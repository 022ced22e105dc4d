package io.firstline.pool;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * How old a feed's messages were when their first copies came, by the exchange's own stamps. For people only: nothing is ranked by it. A
 * clock that is not known, or less exactly than messages travel, makes figures that are wrong by its error, also negative ones.
 *
 * @param p50Micros half of the messages were no older; microseconds
 * @param p99Micros 99 of a hundred were no older
 * @param offsetMicros how much the exchange's clock is ahead of ours, which the ages above allow for; null = not known, they do not
 * @param errorMicros by how much that may be wrong; null = the clock is not known
 * @param samples how many messages
 * @param clockFailures how often the exchange was asked for its time in vain
 */
public record ExchangeLatency(
        long p50Micros, long p99Micros, Long offsetMicros, Long errorMicros, long samples, long clockFailures) {

    /** What several pools that carry one feed have to report: the worst of each figure, the clock of the one that knows it worst. */
    static ExchangeLatency together(List<ExchangeLatency> pools) {
        List<ExchangeLatency> known = pools.stream().filter(Objects::nonNull).toList();
        if (known.isEmpty()) {
            return null;
        }
        ExchangeLatency vaguest = known.stream()
                .max(Comparator.comparing(
                        ExchangeLatency::errorMicros, Comparator.nullsLast(Comparator.naturalOrder())))
                .get();
        return new ExchangeLatency(
                known.stream().mapToLong(ExchangeLatency::p50Micros).max().getAsLong(),
                known.stream().mapToLong(ExchangeLatency::p99Micros).max().getAsLong(),
                vaguest.offsetMicros(),
                vaguest.errorMicros(),
                known.stream().mapToLong(ExchangeLatency::samples).sum(),
                known.stream().mapToLong(ExchangeLatency::clockFailures).sum());
    }
}
