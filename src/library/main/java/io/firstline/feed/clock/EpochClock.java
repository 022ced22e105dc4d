package io.firstline.feed.clock;

import io.firstline.connection.Scheduler;

/**
 * Converts instants of the monotonic clock to epoch time. Reads the system clock once a second, so that it follows
 * that clock and costs one subtraction in between. Not thread-safe.
 */
public final class EpochClock {
    private static final long ANCHOR_NANOS = 1_000_000_000L;
    /** A smaller difference may be a clock that is slewed, by at most 0.1 % of the elapsed time. */
    private static final long STEP_MICROS = 10_000;

    private static final long SLEW_NANOS_PER_MICRO = 1_000_000;

    private final Scheduler scheduler;
    private long anchorNanos;
    private long anchorMicros;
    private int steps;

    public EpochClock(Scheduler scheduler) {
        this.scheduler = scheduler;
        anchor();
    }

    private void anchor() {
        anchorNanos = scheduler.nowNanos();
        anchorMicros = scheduler.epochMicros();
    }

    /** The number of steps of the system clock; figures from before a step are not comparable. */
    public int steps() {
        return steps;
    }

    /** Returns microseconds since the epoch at an instant of the monotonic clock. */
    public long micros(long nanos) {
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
