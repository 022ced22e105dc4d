package io.firstline.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class SchedulerTest {
    private static final int TIMERS = 40;
    private static final long PERIOD_MS = 600;

    /** The event loop of a busy machine may be late, but hardly by three quarters of the period. */
    @Test
    void shouldSpreadTimersThatBeginTogetherOverTheirPeriod(Vertx vertx) throws Exception {
        Scheduler scheduler = Scheduler.of(vertx);
        List<Long> firstMs = new CopyOnWriteArrayList<>();
        CountDownLatch twice = new CountDownLatch(2 * TIMERS);
        long start = System.nanoTime();
        vertx.runOnContext(v -> {
            List<Long> timers = new ArrayList<>();
            for (int i = 0; i < TIMERS; i++) {
                int timer = i;
                boolean[] ran = new boolean[1];
                timers.add(scheduler.everyStaggered(PERIOD_MS, () -> {
                    if (!ran[0]) {
                        firstMs.add((System.nanoTime() - start) / 1_000_000);
                        ran[0] = true;
                    } else {
                        scheduler.cancel(timers.get(timer));
                    }
                    twice.countDown();
                }));
            }
        });

        assertThat(twice.await(10, TimeUnit.SECONDS)).as("each runs again").isTrue();
        assertThat(firstMs).hasSize(TIMERS);
        assertThat(firstMs.get(TIMERS - 1) - firstMs.get(0)).isGreaterThan(PERIOD_MS / 4);
    }
}
