package io.firstline.pool;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * Epoch time for instants of the monotonic clock. Anchored anew each second, so that it follows the system clock and costs one
 * subtraction in between. Not thread-safe.
 */
final class EpochClock {
    private static final long ANCHOR_NANOS = 1_000_000_000L;

    private long anchorNanos = System.nanoTime();
    private long anchorMicros = nowMicros();

    /** Microseconds since the epoch at an instant of {@link System#nanoTime()}. */
    long micros(long nanos) {
        if (nanos - anchorNanos > ANCHOR_NANOS) {
            anchorNanos = System.nanoTime();
            anchorMicros = nowMicros();
        }
        return anchorMicros + (nanos - anchorNanos) / 1_000;
    }

    /** Microseconds since the epoch, now. */
    static long nowMicros() {
        Instant now = Instant.now();
        return TimeUnit.SECONDS.toMicros(now.getEpochSecond()) + TimeUnit.NANOSECONDS.toMicros(now.getNano());
    }
}
