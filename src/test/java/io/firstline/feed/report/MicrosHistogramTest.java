package io.firstline.feed.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class MicrosHistogramTest {
    private final Histogram micros = new Histogram(2);

    @Test
    void shouldBeginWithNothing() {
        MicrosHistogram nothing = MicrosHistogram.of(micros);

        assertThat(nothing.counts())
                .hasSize(MicrosHistogram.BOUNDS_MICROS.size() + 1)
                .containsOnly(0L);
        assertThat(nothing.sumMicros()).isZero();
    }

    @Test
    void shouldCountWhatIsNoLongerThanABound() {
        for (long value : new long[] {0, 0, 9, 10, 999, 1_000, 60_000_000}) {
            micros.recordValue(value);
        }

        assertThat(MicrosHistogram.of(micros).counts())
                .containsExactly(3L, 1L, 0L, 0L, 1L, 1L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 1L);
    }

    @Test
    void shouldAgreeWithTheValuesToAHundredth() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        long[] values =
                random.doubles(10_000, 0, 17).mapToLong(e -> (long) Math.exp(e)).toArray();
        long sum = 0;
        for (long value : values) {
            micros.recordValue(value);
            sum += value;
        }

        MicrosHistogram histogram = MicrosHistogram.of(micros);

        assertThat(histogram.sumMicros()).as("seed %d", seed).isCloseTo(sum, within(sum / 100));
        long counted = 0;
        for (int i = 0; i < MicrosHistogram.BOUNDS_MICROS.size(); i++) {
            counted += histogram.counts().get(i);
            long bound = MicrosHistogram.BOUNDS_MICROS.get(i);
            assertThat(counted)
                    .as("seed %d, up to %d µs", seed, bound)
                    .isBetween(countBelow(values, bound * 99 / 100), countBelow(values, bound));
        }
        assertThat(counted + histogram.counts().get(MicrosHistogram.BOUNDS_MICROS.size()))
                .isEqualTo(values.length);
    }

    private static long countBelow(long[] values, long bound) {
        long count = 0;
        for (long value : values) {
            count += value < bound ? 1 : 0;
        }
        return count;
    }
}
