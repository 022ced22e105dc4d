package io.firstline.connection;

import io.firstline.config.Limit;

/**
 * Limits the frames that a client sends in any time of a given length, as venues count them. Pure: nanoseconds of the
 * monotonic clock.
 */
final class FrameRateLimit {
    /** The window of a limit per second. */
    static final long WINDOW_NANOS = windowNanos(1_000);

    /** Evenly sent frames may arrive closer together. */
    private static final long MOST_SLACK_NANOS = 1_000_000_000L;

    private final long windowNanos;
    /** The times of the last frames, as many as the limit allows. The oldest is overwritten next. */
    private final long[] sentNanos;

    private int next;
    private int sent;

    /** Makes a full budget. */
    FrameRateLimit(Limit limit) {
        this.sentNanos = new long[limit.max()];
        this.windowNanos = windowNanos(limit.perMs());
    }

    /** A twentieth more than the venue's time. */
    private static long windowNanos(int perMs) {
        long nanos = perMs * 1_000_000L;
        return nanos + Math.min(nanos / 20, MOST_SLACK_NANOS);
    }

    int limit() {
        return sentNanos.length;
    }

    /**
     * The wait until a frame may be sent, nanoseconds; 0 = now.
     *
     * @param reserve frames that must be left after it, for frames that cannot wait
     */
    long waitNanos(int reserve, long nowNanos) {
        int limit = sentNanos.length;
        int free = limit - Math.min(reserve, limit - 1);
        if (sent < free) {
            return 0;
        }
        long freed = sentNanos[Math.floorMod(next - free, limit)]; // the frame that must leave the window first
        return Math.max(0, freed + windowNanos - nowNanos);
    }

    /** Counts a frame that is sent now, within the budget or not. */
    void spend(long nowNanos) {
        sentNanos[next] = nowNanos;
        next = (next + 1) % sentNanos.length;
        sent = Math.min(sentNanos.length, sent + 1);
    }
}
