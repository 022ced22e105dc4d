package io.firstline.connection;

/**
 * How many frames a client may still send on one connection: venues count everything, pings and pongs included, and cut who sends too
 * many in a second. Pure: nanoseconds of the monotonic clock.
 */
final class FrameBudget {
    /** A little over a second: frames sent evenly may arrive closer together. */
    static final long WINDOW_NANOS = 1_050_000_000L;

    /** When the last frames were sent, as many as the limit allows; the oldest is overwritten next. */
    private final long[] sentNanos;

    private int next;
    private int sent;

    /**
     * A budget of which nothing is spent.
     *
     * @param framesPerSecond 0 = no limit
     */
    FrameBudget(int framesPerSecond) {
        this.sentNanos = new long[framesPerSecond];
    }

    /**
     * How long until a frame may be sent, nanoseconds; 0 = now.
     *
     * @param reserve so many further frames must be left then, for what cannot wait
     */
    long waitNanos(int reserve, long nowNanos) {
        int limit = sentNanos.length;
        int free = limit - Math.min(reserve, limit - 1);
        if (limit == 0 || sent < free) {
            return 0;
        }
        long freed = sentNanos[Math.floorMod(next - free, limit)]; // so many frames ago
        return Math.max(0, freed + WINDOW_NANOS - nowNanos);
    }

    /** A frame goes out now, within the budget or not. */
    void spend(long nowNanos) {
        if (sentNanos.length > 0) {
            sentNanos[next] = nowNanos;
            next = (next + 1) % sentNanos.length;
            sent = Math.min(sentNanos.length, sent + 1);
        }
    }
}
