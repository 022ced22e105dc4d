package io.firstline.feed;

/**
 * The back-off of a slot after a failed candidate: each pause is longer, so that an unreachable server does not get
 * attempts all day. Pure; times are nanoseconds of the monotonic clock.
 */
final class ReplacementBackoff {
    private static final long FIRST_NANOS = 5_000_000_000L;
    private static final int MOST_DOUBLINGS = 6;

    private int inVain;
    private long untilNanos;

    /** A candidate failed. */
    void begin(long nowNanos) {
        untilNanos = nowNanos + (FIRST_NANOS << Math.min(inVain, MOST_DOUBLINGS));
        inVain++;
    }

    boolean lasts(long nowNanos) {
        return inVain > 0 && nowNanos - untilNanos < 0;
    }

    /** A candidate succeeded, or an attempt is wanted at once. */
    void end() {
        inVain = 0;
    }
}
