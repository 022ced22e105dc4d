package io.firstline.pool;

/**
 * How often a feed, or a stream, speaks, and whether it has fallen silent by its own measure: longer than twenty usual intervals, and
 * than three times the longest it was known for. Silence everywhere may be a quiet market, so it is told and never acted on. Pure: nanoseconds of the monotonic clock.
 */
final class Rhythm {
    private static final int LEARNED_AFTER = 20;
    private static final double WEIGHT = 2.0 / 101;
    private static final long LEAST_SILENCE_NANOS = 5_000_000_000L;
    private static final int INTERVALS = 20;
    private static final int LONGEST = 3;
    /** The longest interval is forgotten by and by: half of it after 700 messages. */
    private static final double FORGETTING = 0.999;

    /** Shorter than this, silence is no stall. */
    private static final long LEAST_STALL_NANOS = 500_000_000L;

    /** A feed that never spoke is waited for so long. */
    private static final long FIRST_DATA_NANOS = 10_000_000_000L;

    private final long startedNanos;
    private final long leastNanos;
    private long messages;
    private long lastNanos;
    private double intervalNanos;
    private double longestNanos;
    private boolean told;
    private long stallNanos;
    private long stallEndedNanos;

    /**
     * Begins to listen.
     *
     * @param nowNanos when the feed was started
     */
    Rhythm(long nowNanos) {
        this(nowNanos, LEAST_SILENCE_NANOS);
    }

    /**
     * Begins to listen.
     *
     * @param leastNanos no shorter silence is news, once the rhythm is known
     */
    Rhythm(long nowNanos, long leastNanos) {
        this.startedNanos = nowNanos;
        this.leastNanos = leastNanos;
    }

    void onMessage(long nowNanos) {
        if (messages > 0) {
            double interval = nowNanos - lastNanos;
            if (interval >= LEAST_STALL_NANOS && messages >= LEARNED_AFTER && interval >= unusualNanos()) {
                stallNanos = nowNanos - lastNanos;
                stallEndedNanos = nowNanos;
            }
            intervalNanos = messages == 1 ? interval : intervalNanos + WEIGHT * (interval - intervalNanos);
            longestNanos = Math.max(interval, FORGETTING * longestNanos);
        }
        messages++;
        lastNanos = nowNanos;
        told = false;
    }

    private double unusualNanos() {
        return Math.max(INTERVALS * intervalNanos, LONGEST * longestNanos);
    }

    /** The last silence of half a second or more that was unusual and has ended; null = there was none. */
    CommonStall.Silence lastStall() {
        return stallNanos == 0 ? null : new CommonStall.Silence(stallEndedNanos - stallNanos, stallEndedNanos, false);
    }

    /** When it last spoke; null = never. */
    Long lastNanos() {
        return messages == 0 ? null : (Long) lastNanos;
    }

    /** Whether it has been told that it is silent, and has not spoken since. */
    boolean isSilent() {
        return told;
    }

    /** For how long it has been silent, nanoseconds, if that is news; else 0. */
    long newsOfSilence(long nowNanos) {
        if (told) {
            return 0;
        }
        long silence = nowNanos - (messages == 0 ? startedNanos : lastNanos);
        long unusual = messages < LEARNED_AFTER
                ? Math.max(FIRST_DATA_NANOS, leastNanos)
                : Math.max(leastNanos, (long) unusualNanos());
        told = silence >= unusual;
        return told ? silence : 0;
    }
}
