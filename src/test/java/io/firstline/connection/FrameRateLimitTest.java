package io.firstline.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.Limit;
import io.firstline.config.Limit.Scope;
import io.firstline.config.Limit.What;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameRateLimitTest {
    private static final long MS = 1_000_000;

    private static FrameRateLimit limit(int perSecond) {
        return new FrameRateLimit(new Limit(What.FRAMES, perSecond, 1_000, Scope.CONNECTION));
    }

    @Test
    void shouldLetThroughAsManyAsAllowedAndThenOneAsEachLeavesTheWindow() {
        FrameRateLimit budget = limit(3);
        for (long ms = 0; ms < 30; ms += 10) {
            assertThat(budget.waitNanos(0, ms * MS)).isZero();
            budget.spend(ms * MS);
        }

        assertThat(budget.waitNanos(0, 30 * MS)).isEqualTo(FrameRateLimit.WINDOW_NANOS - 30 * MS);
        assertThat(budget.waitNanos(0, FrameRateLimit.WINDOW_NANOS)).isZero();
        budget.spend(FrameRateLimit.WINDOW_NANOS);
        assertThat(budget.waitNanos(0, FrameRateLimit.WINDOW_NANOS)).isEqualTo(10 * MS);
    }

    @Test
    void shouldKeepAReserve() {
        FrameRateLimit budget = limit(3);
        budget.spend(0);
        budget.spend(0);

        assertThat(budget.waitNanos(0, 0)).isZero();
        assertThat(budget.waitNanos(1, 0)).isEqualTo(FrameRateLimit.WINDOW_NANOS);
        assertThat(limit(1).waitNanos(1, 0)).as("a reserve never takes all").isZero();
    }

    @Test
    void shouldNeverLetMoreThroughInAnyWindow() {
        long seed = Long.getLong("firstline.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            int limit = 1 + random.nextInt(10);
            FrameRateLimit budget = limit(limit);
            Deque<Long> sent = new ArrayDeque<>();
            long now = random.nextLong(); // a monotonic clock may begin anywhere
            for (int i = 0; i < 200; i++) {
                now += random.nextInt(300) * MS;
                now += random.nextBoolean() ? budget.waitNanos(0, now) : 0;
                if (budget.waitNanos(0, now) == 0) {
                    budget.spend(now);
                    sent.add(now);
                }
                while (!sent.isEmpty() && sent.peek() - now + FrameRateLimit.WINDOW_NANOS <= 0) {
                    sent.remove();
                }
                assertThat(sent.size()).as("seed %d", seed).isLessThanOrEqualTo(limit);
            }
        }
    }
}
