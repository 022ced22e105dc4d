package io.firstline.pool;

/**
 * How often a feed speaks, and whether it has fallen silent by its own measure. Silence everywhere may be a quiet market, so it is told
 * and never acted on. Pure: nanoseconds of the monotonic clock.
 */
final class Rhythm {
    private static final int LEARNED_AFTER = 20;
    private static final double WEIGHT = 2.0 / 101;
    private static final long LEAST_SILENCE_NANOS = 5_000_000_000L;
    private static final int INTERVALS = 20;
    /** A feed that never spoke is waited for so long. */
    private static final long FIRST_DATA_NANOS = 10_000_000_000L;

    private final long startedNanos;
    private long messages;
    private long lastNanos;
    private double intervalNanos;
    private boolean told;

    /**
     * Begins to listen.
     *
     * @param nowNanos when the feed was started
     */
    Rhythm(long nowNanos) {
        this.startedNanos = nowNanos;
    }

    void onMessage(long nowNanos) {
        if (messages > 0) {
            double interval = nowNanos - lastNanos;
            intervalNanos = messages == 1 ? interval : intervalNanos + WEIGHT * (interval - intervalNanos);
        }
        messages++;
        lastNanos = nowNanos;
        told = false;
    }

    /** For how long it has been silent, nanoseconds, if that is news; else 0. */
    long newsOfSilence(long nowNanos) {
        if (told) {
            return 0;
        }
        long silence = nowNanos - (messages == 0 ? startedNanos : lastNanos);
        long unusual = messages < LEARNED_AFTER
                ? FIRST_DATA_NANOS
                : Math.max(LEAST_SILENCE_NANOS, (long) (INTERVALS * intervalNanos));
        told = silence >= unusual;
        return told ? silence : 0;
    }
}
