package io.firstline.feed.clock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class SignedHistogramTest {
    private final SignedHistogram histogram = new SignedHistogram();

    @RepeatedTest(200)
    void shouldFindPercentilesOnBothSidesOfZero() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        long middle = random.nextLong(-100_000, 100_000);
        long[] values = random.longs(1_000, middle - 50_000, middle + 50_000).toArray();
        Arrays.stream(values).forEach(histogram::record);
        Arrays.sort(values);

        assertThat(histogram.count()).isEqualTo(1_000);
        for (int percent : new int[] {1, 25, 50, 75, 99}) {
            int rank = percent * 10 - 1;
            // that value or a neighbour: the rank is rounded, and a bucket is a hundredth wide
            long least = values[Math.max(0, rank - 1)];
            long most = values[Math.min(values.length - 1, rank + 1)];
            assertThat(histogram.percentile(percent))
                    .as("%s %% of 1,000 around %s, seed %s", percent, middle, seed)
                    .isBetween(least - Math.abs(least) / 100 - 1, most + Math.abs(most) / 100 + 1);
        }
    }

    @Test
    void shouldCutWhatIsTooFarFromZero() {
        assertThat(histogram.percentile(50)).isZero();
        histogram.record(Long.MIN_VALUE);
        assertThat(histogram.percentile(50)).isCloseTo(-SignedHistogram.MAX, within(SignedHistogram.MAX / 50));
        histogram.reset();
        histogram.record(Long.MAX_VALUE);
        assertThat(histogram.percentile(50)).isCloseTo(SignedHistogram.MAX, within(SignedHistogram.MAX / 50));
        assertThat(histogram.count()).isEqualTo(1);
    }

    @Test
    void shouldFindTheExtremes() {
        histogram.record(-10);
        histogram.record(0);
        histogram.record(10);

        assertThat(histogram.percentile(0)).isEqualTo(-10);
        assertThat(histogram.percentile(50)).isZero();
        assertThat(histogram.percentile(100)).isEqualTo(10);
    }
}
