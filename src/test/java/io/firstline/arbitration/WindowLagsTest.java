package io.firstline.arbitration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class WindowLagsTest {
    @Test
    void shouldCountLikeAnHdrHistogramOfTwoDigits() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int run = 0; run < 200; run++) {
            WindowLags lags = new WindowLags();
            Histogram wanted = new Histogram(2);
            lags.record(1_000_000);
            lags.reset();
            for (int i = random.nextInt(300); i >= 0; i--) {
                long micros = random.nextLong(1L << random.nextInt(1, 26));
                lags.record(micros);
                wanted.recordValue(micros);
            }
            Histogram sum = new Histogram(2);
            lags.addTo(sum);
            double percentile = 100 * random.nextDouble();
            assertThat(lags.count()).as("seed %d", seed).isEqualTo((int) wanted.getTotalCount());
            assertThat(lags.atPercentile(99)).as("seed %d", seed).isEqualTo(wanted.getValueAtPercentile(99));
            assertThat(lags.atPercentile(100)).as("seed %d", seed).isEqualTo(wanted.getValueAtPercentile(100));
            assertThat(lags.atPercentile(percentile))
                    .as("seed %d, percentile %s", seed, percentile)
                    .isEqualTo(wanted.getValueAtPercentile(percentile));
            assertThat(sum.getValueAtPercentile(percentile)).isEqualTo(wanted.getValueAtPercentile(percentile));
            assertThat(sum.getMaxValue()).isEqualTo(wanted.getMaxValue());
        }
    }
}
