package io.firstline.feed.clock;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.testkit.HandClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EpochClockTest {
    private static final long TENTH_NANOS = 100_000_000;

    private final HandClock time = new HandClock();
    private final EpochClock clock = new EpochClock(time);

    @Test
    void shouldTellASetClockFromOneThatDrifts() {
        time.passMs(2_000);
        clock.micros(time.nowNanos());
        assertThat(clock.steps()).isZero();

        time.stepWallClockMs(-11); // over two seconds, 10 ms and 2 ms may be drift
        time.passMs(2_000);
        clock.micros(time.nowNanos());
        assertThat(clock.steps()).isZero();
        time.stepWallClockMs(13);
        time.passMs(2_000);
        clock.micros(time.nowNanos());
        assertThat(clock.steps()).isEqualTo(1);
        time.stepWallClockMs(-3_600_000);
        time.passMs(2_000);
        clock.micros(time.nowNanos());
        assertThat(clock.steps()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(longs = {300_000, -300_000})
    void shouldRunEvenlyAndFollowAStepOfTheWallClockWithinASecond(long stepMs) {
        long nanos = time.nowNanos();
        long before = clock.micros(nanos);

        time.passMs(500);
        time.stepWallClockMs(stepMs);

        assertThat(clock.micros(nanos + TENTH_NANOS)).isEqualTo(before + 100_000);
        assertThat(clock.micros(nanos - TENTH_NANOS)).as("waited to be told").isEqualTo(before - 100_000);
        time.passMs(501);
        assertThat(clock.micros(time.nowNanos())).isEqualTo(time.epochMicros());
        assertThat(clock.micros(nanos)).isEqualTo(before + stepMs * 1_000);
    }
}
