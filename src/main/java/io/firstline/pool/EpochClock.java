package io.firstline.pool;

import io.firstline.connection.Clockwork;

/**
 * Epoch time for instants of the monotonic clock. Anchored anew each second, so that it follows the system clock and costs one
 * subtraction in between. Not thread-safe.
 */
final class EpochClock {
    private static final long ANCHOR_NANOS = 1_000_000_000L;
    /** What differs by less may be a clock that is being adjusted slowly, at up to 0.1 % of the time between. */
    private static final long STEP_MICROS = 10_000;

    private static final long SLEW_NANOS_PER_MICRO = 1_000_000;

    private final Clockwork clockwork;
    private long anchorNanos;
    private long anchorMicros;
    private int steps;

    EpochClock(Clockwork clockwork) {
        this.clockwork = clockwork;
        anchor();
    }

    private void anchor() {
        anchorNanos = clockwork.nowNanos();
        anchorMicros = clockwork.epochMicros();
    }

    /** How often the system clock was set: what was measured by it before is not comparable. */
    int steps() {
        return steps;
    }

    /** Microseconds since the epoch at an instant of the monotonic clock. */
    long micros(long nanos) {
        if (nanos - anchorNanos > ANCHOR_NANOS) {
            long expectedNanos = anchorNanos;
            long expectedMicros = anchorMicros;
            anchor();
            expectedMicros += (anchorNanos - expectedNanos) / 1_000;
            long tolerated = STEP_MICROS + (anchorNanos - expectedNanos) / SLEW_NANOS_PER_MICRO;
            steps += Math.abs(anchorMicros - expectedMicros) > tolerated ? 1 : 0;
        }
        return anchorMicros + (nanos - anchorNanos) / 1_000;
    }
}
