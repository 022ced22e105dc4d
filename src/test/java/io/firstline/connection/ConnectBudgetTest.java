package io.firstline.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ConnectBudgetTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final ConnectBudget budget = new ConnectBudget();

    @Test
    void shouldNeverAllowMoreThanTheLimitInAnyFiveMinutes() {
        int limit = 30;
        long[] granted = new long[10_000];
        int count = 0;
        for (long now = -5 * SECOND; now < 1_800 * SECOND; now += SECOND / 2) {
            while (budget.take("venue", limit, now) == 0) {
                granted[count++] = now;
            }
        }

        assertThat(count).isBetween(6 * limit, 7 * limit);
        for (int i = limit; i < count; i++) {
            assertThat(granted[i] - granted[i - limit]).isGreaterThanOrEqualTo(ConnectBudget.WINDOW_NANOS);
        }
    }

    @Test
    void shouldSayHowLongToWaitAndThenAllow() {
        assertThat(budget.take("venue", 1, 0)).isZero();

        long waitMs = budget.take("venue", 1, 100 * SECOND);
        assertThat(waitMs).isBetween(200_000L, 200_001L);
        assertThat(budget.take("venue", 1, 100 * SECOND + TimeUnit.MILLISECONDS.toNanos(waitMs)))
                .isZero();
    }

    @Test
    void shouldCountHostsApartAndNothingWithoutALimit() {
        assertThat(budget.take("a", 1, 0)).isZero();
        assertThat(budget.take("b", 1, 0)).isZero();
        for (int i = 0; i < 1_000; i++) {
            assertThat(budget.take("unlimited", 0, 0)).isZero();
        }
        assertThat(budget.hasSpare("unlimited", 0, 0)).isTrue();
    }

    @Test
    void shouldKeepAQuarterForWhatCannotWait() {
        for (int i = 0; i < 75; i++) {
            assertThat(budget.hasSpare("venue", 100, i)).isTrue();
            budget.take("venue", 100, i);
        }

        assertThat(budget.hasSpare("venue", 100, 80)).isFalse();
        assertThat(budget.take("venue", 100, 80)).as("a lost connection").isZero();
        assertThat(budget.hasSpare("venue", 100, ConnectBudget.WINDOW_NANOS + 80))
                .isTrue();
    }

    @Test
    void shouldLeaveAHostAloneForAsLongAsItAsked() {
        budget.pause("venue", 5_000, 0);
        budget.pause("venue", 1_000, 0);

        assertThat(budget.take("venue", 0, SECOND)).isEqualTo(4_001);
        assertThat(budget.hasSpare("venue", 0, SECOND)).isFalse();
        assertThat(budget.take("other", 0, SECOND)).isZero();
        assertThat(budget.take("venue", 0, 5 * SECOND)).isZero();
        assertThat(budget.hasSpare("venue", 0, 5 * SECOND)).isTrue();
    }

    @Test
    void shouldBeSharedByAllFeedsOfAVertx() {
        Vertx vertx = Vertx.vertx();
        try {
            assertThat(ConnectBudget.of(vertx)).isSameAs(ConnectBudget.of(vertx));
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }
}
