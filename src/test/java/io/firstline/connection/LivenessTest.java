package io.firstline.connection;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LivenessTest {
    private static final long MS = 1_000_000;

    private final Liveness liveness = new Liveness(1_000, 0);

    @Test
    void shouldFindAHalfOpenSocketAtTheTickAfterAnUnansweredPing() {
        liveness.onFrame(10 * MS);

        assertThat(liveness.isHalfOpen(0, 5, 1_000 * MS))
                .as("no ping outstanding")
                .isFalse();
        assertThat(liveness.isHalfOpen(1_000 * MS, 5, 2_000 * MS)).isTrue();
    }

    @Test
    void shouldKnowWhetherAnythingHasEverArrived() {
        PingTracker pings = new PingTracker(10);
        assertThat(pings.isHeard()).as("not open").isFalse();
        pings.opened(1_000, 0);
        assertThat(pings.isHeard()).isFalse();

        pings.heard(10 * MS);

        assertThat(pings.isHeard()).isTrue();
    }

    @Test
    void shouldTakeAnyFrameForLife() {
        liveness.onFrame(1_999 * MS);
        liveness.isHalfOpen(0, 5, 1_000 * MS);

        assertThat(liveness.isHalfOpen(1_000 * MS, 5, 2_000 * MS))
                .as("data but no pong")
                .isFalse();
        assertThat(liveness.silentNanos(2_000 * MS)).isEqualTo(MS);
    }

    @Test
    void shouldGiveASlowLinkFourRoundTrips() {
        liveness.isHalfOpen(0, 700, 1_000 * MS);

        assertThat(liveness.isHalfOpen(1_000 * MS, 700, 2_000 * MS)).isFalse();
        assertThat(liveness.isHalfOpen(2_000 * MS, 700, 3_000 * MS)).isFalse();
        assertThat(liveness.isHalfOpen(3_000 * MS, 700, 4_000 * MS)).isTrue();
    }

    @Test
    void shouldNotBlameThePeerWhenOurOwnLoopWasHeldUp() {
        liveness.isHalfOpen(0, 5, 1_000 * MS);

        assertThat(liveness.isHalfOpen(3_000 * MS, 5, 4_000 * MS))
                .as("asked two seconds late")
                .isFalse();
        assertThat(liveness.isHalfOpen(4_000 * MS, 5, 5_000 * MS)).isTrue();
    }

    @Test
    void shouldNotCutAServerThatAnswersNoPingsAndSpeaksSeldom() {
        liveness.onFrame(3_000 * MS);

        for (long now = 1_000; now < 300_000; now += 1_000) {
            assertThat(liveness.isHalfOpen(now * MS, Double.NaN, now * MS)).isFalse();
        }
    }

    @Test
    void shouldGiveUpAPeerThatWasNeverHeardAfterAMinute() {
        for (long now = 1_000; now < 60_000; now += 1_000) {
            assertThat(liveness.isHalfOpen(now * MS, Double.NaN, now * MS)).isFalse();
        }

        assertThat(liveness.isHalfOpen(60_000 * MS, Double.NaN, 60_000 * MS)).isTrue();
    }

    @Test
    void shouldKnowItsLastSilenceAndWhetherThePathStoodStillInIt() {
        liveness.onFrame(100 * MS);
        liveness.silenceEnds(0, 5, 1_000 * MS);
        liveness.onFrame(1_000 * MS);

        assertThat(liveness.silenceNanos()).isEqualTo(900 * MS);
        assertThat(liveness.silenceEndedNanos()).isEqualTo(1_000 * MS);
        assertThat(liveness.stallNanos()).as("no ping waited").isZero();

        liveness.silenceEnds(700 * MS, 5, 2_000 * MS);

        assertThat(liveness.silenceNanos()).isEqualTo(1_000 * MS);
        assertThat(liveness.stallNanos()).isEqualTo(1_000 * MS);
        assertThat(liveness.stallEndedNanos()).isEqualTo(2_000 * MS);
    }

    @Test
    void shouldKnowWhenTheLastFrameArrived() {
        liveness.onFrame(7 * MS);
        assertThat(liveness.lastFrameNanos()).isEqualTo(7 * MS);
    }

    /** A timer may fire a little early, but no deadline is shorter than nine tenths of the interval. */
    @Test
    void shouldKeepEveryDeadlineToTheNanosecond() {
        liveness.onFrame(0);
        liveness.isHalfOpen(0, 5, 1_000 * MS);
        assertThat(liveness.isHalfOpen(900 * MS - 1, 5, 2_000 * MS)).isFalse();
        assertThat(liveness.isHalfOpen(900 * MS, 5, 3_000 * MS)).isTrue();
        liveness.onFrame(3_101 * MS);
        assertThat(liveness.isHalfOpen(2_000 * MS, 5, 4_000 * MS))
                .as("silent for 899 ms")
                .isFalse();
        liveness.onFrame(4_100 * MS);
        assertThat(liveness.isHalfOpen(2_000 * MS, 5, 5_000 * MS))
                .as("silent for 900 ms")
                .isTrue();
    }

    @Test
    void shouldForgiveACheckThatIsHalfAnIntervalLate() {
        liveness.isHalfOpen(0, 5, 1_000 * MS);
        assertThat(liveness.isHalfOpen(1_000 * MS, 5, 2_500 * MS)).isTrue();
        assertThat(liveness.isHalfOpen(1_000 * MS, 5, 4_000 * MS + 1)).isFalse();
    }

    @Test
    void shouldCallAPathStalledIfAPingWaitedForFourRoundTrips() {
        liveness.onFrame(0);
        liveness.silenceEnds(400 * MS - 1, 100, 1_000 * MS);
        assertThat(liveness.stallNanos()).isZero();
        liveness.silenceEnds(400 * MS, 100, 1_000 * MS);
        assertThat(liveness.stallNanos()).isEqualTo(1_000 * MS);
    }
}
