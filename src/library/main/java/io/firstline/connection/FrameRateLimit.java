package io.firstline.connection;

/**
 * Limits the frames that a client sends on one connection. Venues count all frames, pings and pongs too, and cut a
 * client that exceeds their limit per second. Pure: nanoseconds of the monotonic clock.
 */
final class FrameRateLimit {
    /** Slightly more than a second: evenly sent frames may arrive closer together. */
    static final long WINDOW_NANOS = 1_050_000_000L;

    /** The times of the last frames, as many as the limit allows. The oldest is overwritten next. */
    private final long[] sentNanos;

    private int next;
    private int sent;

    /**
     * Makes a full budget.
     *
     * @param framesPerSecond 0 = no limit
     */
    FrameRateLimit(int framesPerSecond) {
        this.sentNanos = new long[framesPerSecond];
    }

    /**
     * The wait until a frame may be sent, nanoseconds; 0 = now.
     *
     * @param reserve frames that must be left after it, for frames that cannot wait
     */
    long waitNanos(int reserve, long nowNanos) {
        int limit = sentNanos.length;
        int free = limit - Math.min(reserve, limit - 1);
        if (limit == 0 || sent < free) {
            return 0;
        }
        long freed = sentNanos[Math.floorMod(next - free, limit)]; // the frame that must leave the window first
        return Math.max(0, freed + WINDOW_NANOS - nowNanos);
    }

    /** Counts a frame that is sent now, within the budget or not. */
    void spend(long nowNanos) {
        if (sentNanos.length > 0) {
            sentNanos[next] = nowNanos;
            next = (next + 1) % sentNanos.length;
            sent = Math.min(sentNanos.length, sent + 1);
        }
    }
}
