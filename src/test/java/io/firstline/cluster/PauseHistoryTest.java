package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Times are milliseconds since the start, on a clock that is about to overflow. */
class PauseHistoryTest {
    private static final long START_NANOS = Math.subtractExact(Long.MAX_VALUE, 3L);
    private static final int PERIOD_MS = 20;

    private final PauseHistory pauses = new PauseHistory(nanos(PERIOD_MS), START_NANOS);
    private long nowMs;

    private static long nanos(long ms) {
        return TimeUnit.MILLISECONDS.toNanos(ms);
    }

    private long now() {
        return START_NANOS + nanos(nowMs);
    }

    /** The next call comes this late; returns how late it counts. */
    private long late(long ms) {
        nowMs += PERIOD_MS + ms;
        return TimeUnit.NANOSECONDS.toMillis(pauses.called(now()));
    }

    /** All calls are on time for a while. */
    private void calm(long ms) {
        for (long until = nowMs + ms; nowMs < until; ) {
            assertThat(late(0)).isZero();
        }
    }

    private long expectedMs() {
        return TimeUnit.NANOSECONDS.toMillis(pauses.expectedNanos(now()));
    }

    @Test
    void shouldExpectPausesLikeTheLongestOfAMinuteIfAnotherWasAtLeastHalfAsLong() {
        assertThat(late(49)).as("usual").isZero();
        assertThat(late(900)).isEqualTo(900);
        assertThat(expectedMs()).as("a single one").isZero();
        assertThat(late(400)).isEqualTo(400);
        assertThat(expectedMs()).isEqualTo(800);
        calm(20_000);
        late(600);
        assertThat(expectedMs()).as("the longest of all parts").isEqualTo(900);
        late(500);
        assertThat(expectedMs()).isEqualTo(900);
        calm(39_000);
        assertThat(expectedMs()).as("the longest is forgotten").isEqualTo(600);
        calm(20_000);
        assertThat(expectedMs()).isZero();
        late(700);
        calm(61_000);
        late(700);
        assertThat(expectedMs()).as("more than a minute apart").isZero();
    }

    @Test
    void shouldKnowThatALongPauseHasJustEnded() {
        assertThat(pauses.hasJustEnded(nanos(100), now())).isFalse();
        late(99);
        assertThat(pauses.hasJustEnded(nanos(100), now())).as("too short").isFalse();
        late(100);
        assertThat(pauses.hasJustEnded(nanos(100), now() + nanos(99))).isTrue();
        assertThat(pauses.hasJustEnded(nanos(100), now() + nanos(100))).isFalse();
    }
}
