package io.firstline.feed.clock;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class ServerClockTest {
    private static final long MS = 1_000_000;
    private static final long START_MICROS = 1_700_000_000_000_000L;

    private final ServerClock clock = new ServerClock();
    /** A monotonic clock may begin anywhere, even where offsets overflow. */
    private final long zeroNanos = Long.MAX_VALUE - 7 * MS;

    /** How far the server's clock is ahead of ours. */
    private long aheadMicros = 1_300_000;

    private long micros(long nanos) {
        return START_MICROS + (nanos - zeroNanos) / 1_000 + aheadMicros;
    }

    /** Sends a request at an instant; the answer takes these times there and back. */
    private void ask(long atMs, long thereNanos, long backNanos) {
        long asked = zeroNanos + atMs * MS;
        clock.answered(asked, asked + thereNanos + backNanos, micros(asked + thereNanos), 0);
    }

    private long wrongByMicros(long atMs) {
        long now = zeroNanos + atMs * MS;
        return Math.abs(clock.micros(now) - micros(now));
    }

    private long errorMicros(long atMs) {
        return clock.errorMicros(zeroNanos + atMs * MS);
    }

    @Test
    void shouldKnowTheClockByHalfTheRoundTrip() {
        assertThat(clock.isKnown()).isFalse();
        ask(0, 9 * MS, MS);

        assertThat(clock.isKnown()).isTrue();
        assertThat(wrongByMicros(10)).isEqualTo(4_000);
        assertThat(errorMicros(10)).isEqualTo(5_001);
    }

    @Test
    void shouldTrustTheShortestRoundTripOfTheLast() {
        ask(0, 20 * MS, 10 * MS);
        ask(1_000, MS, MS);
        for (int i = 2; i <= ServerClock.WINDOW; i++) {
            ask(i * 1_000L, 50 * MS, 0);
        }
        assertThat(wrongByMicros(17_000)).isZero();
        assertThat(errorMicros(17_000)).isBetween(1_000L, 1_300L);

        ask(20_000, 50 * MS, 0);
        assertThat(wrongByMicros(20_050)).as("the good one has left the window").isEqualTo(25_000);
    }

    @Test
    void shouldTrustAnAnswerLessTheOlderItIs() {
        ask(0, MS, MS);
        assertThat(errorMicros(100_002)).isEqualTo(1_001 + 1_500);

        ask(1_000_000, 5 * MS, 5 * MS);
        assertThat(errorMicros(1_000_010))
                .as("16 ms of drift against 5 ms of round trip")
                .isEqualTo(5_001);
    }

    @Test
    void shouldBeWrongByTheUnitOfAStampAsWell() {
        clock.answered(0, 2_000, START_MICROS + 500, 1_000);

        assertThat(clock.micros(1_000)).isEqualTo(START_MICROS + 500);
        assertThat(clock.errorMicros(2_000)).isEqualTo(502);
    }

    @Test
    void shouldLearnAnewWhenTheServersClockWasSet() {
        ask(0, MS, MS);
        assertThat(clock.settings()).isEqualTo(1);
        aheadMicros -= 5_000_000;
        ask(1_000, 9 * MS, 9 * MS);

        assertThat(clock.settings()).isEqualTo(2);
        assertThat(wrongByMicros(1_018)).isZero();
        ask(2_000, MS, MS);
        assertThat(clock.settings()).isEqualTo(2);
    }

    @RepeatedTest(20)
    void shouldNeverBeWrongByMoreThanItSays() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        long driftPpm = random.nextLong(-ServerClock.DRIFT_PPM, ServerClock.DRIFT_PPM + 1);
        long atNanos = 0;
        for (int i = 0; i < 500; i++) {
            atNanos += random.nextLong(60_000 * MS);
            long there = (long) (100_000 * Math.exp(8 * random.nextDouble()));
            long back = (long) (100_000 * Math.exp(8 * random.nextDouble()));
            long stamp = server(atNanos + there, driftPpm) / 1_000 * 1_000 + 500;
            clock.answered(atNanos, atNanos + there + back, stamp, 1_000);
            long now = atNanos + there + back + random.nextLong(60_000 * MS);
            assertThat(Math.abs(clock.micros(now) - server(now, driftPpm)))
                    .as("answer %s, seed %s", i, seed)
                    .isLessThanOrEqualTo(clock.errorMicros(now) + 1);
            atNanos = now;
        }
        assertThat(clock.settings()).as("nobody set a clock, seed %s", seed).isEqualTo(1);
    }

    private static long server(long nanos, long driftPpm) {
        return START_MICROS - 777_777 + nanos / 1_000 + nanos / 1_000_000 * driftPpm / 1_000;
    }
}
