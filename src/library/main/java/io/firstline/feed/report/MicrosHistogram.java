package io.firstline.feed.report;

import java.util.Arrays;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/**
 * A histogram of durations with a few fixed bounds, so that those of several connections can be summed.
 *
 * @param counts number of values up to the first of {@link #BOUNDS_MICROS}, then up to the second …; the last element
 *     counts all longer ones; a value within one per cent below a bound may count as longer
 * @param sumMicros sum of all values, to one per cent
 */
public record MicrosHistogram(List<Long> counts, long sumMicros) {
    /** The bounds in microseconds: from copies on one machine through other continents to a connection that hangs. */
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

    /** Reduces a histogram to these few counts, which are kept for each connection that has ended. */
    @SuppressWarnings("exports") // for the packages of the library
    public static MicrosHistogram of(Histogram micros) {
        long[] counts = new long[BOUNDS_MICROS.size() + 1];
        long sumMicros = 0;
        int place = 0;
        for (HistogramIterationValue step : micros.recordedValues()) {
            // whole microseconds: a recorded 9 was less than 10
            while (place < BOUNDS_MICROS.size() && step.getValueIteratedTo() >= BOUNDS_MICROS.get(place)) {
                place++;
            }
            counts[place] += step.getCountAtValueIteratedTo();
            sumMicros += step.getCountAtValueIteratedTo() * micros.medianEquivalentValue(step.getValueIteratedTo());
        }
        return new MicrosHistogram(Arrays.stream(counts).boxed().toList(), sumMicros);
    }
}
