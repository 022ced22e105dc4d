package io.firstline.pool;

/**
 * How long a seat is left in peace after a candidate that was in vain: longer each time, so that one that cannot be had is not asked
 * for all day. Pure; times are nanoseconds of the monotonic clock.
 */
final class Rest {
    private static final long FIRST_NANOS = 5_000_000_000L;
    private static final int MOST_DOUBLINGS = 6;

    private int inVain;
    private long untilNanos;

    /** A candidate was in vain. */
    void begin(long nowNanos) {
        untilNanos = nowNanos + (FIRST_NANOS << Math.min(inVain, MOST_DOUBLINGS));
        inVain++;
    }

    boolean lasts(long nowNanos) {
        return inVain > 0 && nowNanos - untilNanos < 0;
    }

    /** One was not in vain, or somebody wants it at once. */
    void end() {
        inVain = 0;
    }
}
