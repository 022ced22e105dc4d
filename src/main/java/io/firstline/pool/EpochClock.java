package io.firstline.pool;

import io.firstline.connection.Clockwork;

/**
 * Epoch time for instants of the monotonic clock. Anchored anew each second, so that it follows the system clock and costs one
 * subtraction in between. Not thread-safe.
 */
final class EpochClock {
    private static final long ANCHOR_NANOS = 1_000_000_000L;

    private final Clockwork clockwork;
    private long anchorNanos;
    private long anchorMicros;

    EpochClock(Clockwork clockwork) {
        this.clockwork = clockwork;
        anchor();
    }

    private void anchor() {
        anchorNanos = clockwork.nowNanos();
        anchorMicros = clockwork.epochMicros();
    }

    /** Microseconds since the epoch at an instant of the monotonic clock. */
    long micros(long nanos) {
        if (nanos - anchorNanos > ANCHOR_NANOS) {
            anchor();
        }
        return anchorMicros + (nanos - anchorNanos) / 1_000;
    }
}
