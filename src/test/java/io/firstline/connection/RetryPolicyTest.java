package io.firstline.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.RetryConfig;
import java.util.LongSummaryStatistics;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {
    private static final int DRAWS = 2_000;

    private final long seed = System.nanoTime();
    private final RetryConfig config = new RetryConfig(100, 5_000, 10_000);
    private final RetryPolicy policy = new RetryPolicy(config, new SplittableRandom(seed));

    private LongSummaryStatistics draws(int attempt) {
        return LongStream.generate(() -> policy.delayMs(attempt)).limit(DRAWS).summaryStatistics();
    }

    @Test
    void shouldStayInBoundsAndUseTheWholeRange() {
        for (int attempt = 0; attempt < 100; attempt++) {
            long ceiling = attempt > 6 ? 5_000 : Math.min(5_000, 100L << attempt);
            LongSummaryStatistics draws = draws(attempt);

            String where = "attempt " + attempt + ", seed " + seed;
            assertThat(draws.getMin()).as(where).isBetween(0L, ceiling / 20);
            assertThat(draws.getMax()).as(where).isBetween(ceiling - ceiling / 20, ceiling);
            assertThat(draws.getAverage()).as(where).isBetween(ceiling * 0.44, ceiling * 0.56);
        }
    }

    @Test
    void shouldDrawBothBoundsToo() {
        RetryPolicy quick = new RetryPolicy(new RetryConfig(1, 1, 0), new SplittableRandom(seed));
        assertThat(LongStream.generate(() -> quick.delayMs(0)).limit(100))
                .as("seed %d", seed)
                .contains(0L, 1L)
                .allMatch(ms -> ms <= 1);
    }

    @Test
    void shouldNeverOverflow() {
        RetryPolicy slow = new RetryPolicy(new RetryConfig(60_000, 3_600_000, 0), new SplittableRandom(seed));
        for (int attempt : new int[] {0, 5, 30, 31, 62, 63, 64, 1_000_000, Integer.MAX_VALUE}) {
            assertThat(slow.delayMs(attempt)).as("attempt %s", attempt).isBetween(0L, 3_600_000L);
        }
    }

    @Test
    void shouldStartAnewOnlyAfterAStableConnection() {
        assertThat(policy.attemptAfter(7, 9_999)).isEqualTo(7);
        assertThat(policy.attemptAfter(7, 10_000)).isZero();
        assertThat(policy.attemptAfter(7, 0)).isEqualTo(7);
        assertThat(policy.attemptAfter(0, 0)).isZero();
    }
}
