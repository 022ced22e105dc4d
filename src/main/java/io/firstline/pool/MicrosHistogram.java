package io.firstline.pool;

import java.util.Arrays;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/**
 * How often something took how long, from the beginning: a count for each of a few fixed lengths, so that those of several connections
 * can be added up.
 *
 * @param counts how many were no longer than the first of {@link #BOUNDS_MICROS}, then than the second … and in the last place all that
 *     were longer; what lies within a hundredth below a bound may count as longer
 * @param sumMicros all together, to a hundredth
 */
public record MicrosHistogram(List<Long> counts, long sumMicros) {
    /** The lengths that are told apart, in microseconds: copies on one machine, across a continent, of a connection that hangs. */
    public static final List<Long> BOUNDS_MICROS = List.of(
            10L,
            100L,
            250L,
            500L,
            1_000L,
            2_500L,
            5_000L,
            10_000L,
            25_000L,
            50_000L,
            100_000L,
            250_000L,
            500_000L,
            1_000_000L,
            10_000_000L);

    /** The same in a few counts, which are kept for each connection that has left. */
    static MicrosHistogram of(Histogram micros) {
        long[] counts = new long[BOUNDS_MICROS.size() + 1];
        long sumMicros = 0;
        int place = 0;
        for (HistogramIterationValue step : micros.recordedValues()) {
            // whole microseconds: what is recorded as 9 was less than 10
            while (place < BOUNDS_MICROS.size() && step.getValueIteratedTo() >= BOUNDS_MICROS.get(place)) {
                place++;
            }
            counts[place] += step.getCountAtValueIteratedTo();
            sumMicros += step.getCountAtValueIteratedTo() * micros.medianEquivalentValue(step.getValueIteratedTo());
        }
        return new MicrosHistogram(Arrays.stream(counts).boxed().toList(), sumMicros);
    }
}
