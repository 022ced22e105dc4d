package io.firstline.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LatencyTrackerTest {
    private final LatencyTracker tracker = new LatencyTracker(60);
    private long now = -5_000_000_000L; // a monotonic clock may be negative

    private void sample(double ms) {
        long id = tracker.nextPing(now);
        now += (long) (ms * 1e6);
        assertThat(tracker.onPong(id, now)).isTrue();
    }

    @Test
    void shouldKnowNothingBeforeTheFirstSample() {
        tracker.nextPing(now);

        assertThat(tracker.emaMs()).isNaN();
        assertThat(tracker.lastMs()).isNaN();
        assertThat(tracker.minMs()).isNaN();
        assertThat(tracker.percentileMs(99)).isNaN();
        assertThat(tracker.samples()).isZero();
    }

    @Test
    void shouldTakeTheFirstSampleAsItIs() {
        sample(12.345);

        assertThat(tracker.emaMs()).isCloseTo(12.345, within(1e-9));
        assertThat(tracker.lastMs()).isCloseTo(12.345, within(1e-9));
        assertThat(tracker.minMs()).isCloseTo(12.345, within(1e-9));
        assertThat(tracker.percentileMs(50)).isCloseTo(12.345, within(0.2));
    }

    @Test
    void shouldAverageExponentially() {
        double expected = 10;
        sample(10);
        for (int i = 1; i <= 500; i++) {
            double ms = i % 7 == 0 ? 40 : 5 + i % 3;
            sample(ms);
            double weight = Math.max(2.0 / 61, 1.0 / (i + 1));
            expected = expected * (1 - weight) + ms * weight;
        }

        assertThat(tracker.emaMs()).isCloseTo(expected, within(1e-6));
        assertThat(tracker.minMs()).isCloseTo(5, within(1e-9));
        assertThat(tracker.samples()).isEqualTo(501);
        assertThat(tracker.micros().getTotalCount()).isEqualTo(501);
    }

    @Test
    void shouldFollowAChangeWithinItsWindow() {
        for (int i = 0; i < 60; i++) {
            sample(100);
        }
        for (int i = 0; i < 60; i++) {
            sample(1);
        }

        // (59/61)^60 of the old value is left, which is e^-2
        assertThat(tracker.emaMs()).isBetween(10.0, 16.0);
    }

    @Test
    void shouldHaveOnePingOutstanding() {
        long id = tracker.nextPing(now);

        assertThat(id).isNotZero();
        assertThat(tracker.nextPing(now + 1)).isZero();
        assertThat(tracker.outstandingNanos(now + 77)).isEqualTo(77);

        assertThat(tracker.onPong(id, now + 100)).isTrue();
        assertThat(tracker.outstandingNanos(now + 200)).isZero();
        assertThat(tracker.nextPing(now + 200)).isNotZero().isNotEqualTo(id);
    }

    @Test
    void shouldNotLetASlowFirstRoundTripStick() {
        sample(100);
        for (int i = 0; i < 9; i++) {
            sample(1);
        }

        assertThat(tracker.emaMs()).as("the mean of ten").isCloseTo(10.9, within(1e-9));
    }

    @Test
    void shouldGiveUpAPingThatWasNeverAnswered() {
        long lost = tracker.nextPing(now);

        assertThat(tracker.nextPing(now + LatencyTracker.EXPIRY_NANOS - 1)).isZero();
        long next = tracker.nextPing(now + LatencyTracker.EXPIRY_NANOS);
        assertThat(next).isNotZero();
        assertThat(tracker.onPong(lost, now + LatencyTracker.EXPIRY_NANOS + 1)).isFalse();
        assertThat(tracker.onPong(next, now + LatencyTracker.EXPIRY_NANOS + 1)).isTrue();
    }

    @Test
    void shouldMeasureNothingFromPongsNobodyAskedFor() {
        assertThat(tracker.onPong(0, now)).isFalse();
        assertThat(tracker.onPong(1, now)).isFalse();

        long first = tracker.nextPing(now);
        assertThat(tracker.onPong(first + 1, now + 5)).isFalse();
        assertThat(tracker.onPong(0, now + 5)).isFalse();
        assertThat(tracker.outstandingNanos(now + 5)).as("still waiting").isEqualTo(5);
        assertThat(tracker.onPong(first, now + 10)).isTrue();

        assertThat(tracker.onPong(first, now + 20)).as("the same again").isFalse();
        long second = tracker.nextPing(now + 30);
        assertThat(tracker.onPong(first, now + 40)).as("one too late").isFalse();
        assertThat(tracker.onPong(second, now + 50)).isTrue();
        assertThat(tracker.samples()).isEqualTo(2);
    }

    @Test
    void shouldTakeAnyDurationWithoutBreaking() {
        long id = tracker.nextPing(now);
        tracker.onPong(id, now - 1);
        assertThat(tracker.lastMs()).as("a clock that steps back").isZero();

        id = tracker.nextPing(now);
        tracker.onPong(id, now + TimeUnit.HOURS.toNanos(3));
        assertThat(tracker.lastMs()).isEqualTo(3 * 3_600_000.0);
        assertThat(tracker.percentileMs(100)).as("the histogram's end").isBetween(59_000.0, 61_000.0);
    }

    @Test
    void shouldTellPercentiles() {
        for (int i = 1; i <= 100; i++) {
            sample(i);
        }

        assertThat(tracker.percentileMs(50)).isCloseTo(50, within(1.0));
        assertThat(tracker.percentileMs(99)).isCloseTo(99, within(1.0));
    }

    @Test
    void shouldRememberOnlyTheLastWithWindowOne() {
        LatencyTracker last = new LatencyTracker(1);
        last.onPong(last.nextPing(0), 9_000_000);
        last.onPong(last.nextPing(0), 4_000_000);

        assertThat(last.emaMs()).isEqualTo(4.0);
    }
}
