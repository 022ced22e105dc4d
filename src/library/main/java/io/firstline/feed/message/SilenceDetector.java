package io.firstline.feed.message;

/**
 * Learns how often a feed or a stream delivers, and detects when it is silent for longer than twenty usual intervals
 * and three times its longest one. Silence on all connections may be a quiet market, so it is only reported. Pure;
 * times are nanoseconds of the monotonic clock.
 */
public final class SilenceDetector {
    private static final int LEARNED_AFTER = 20;
    private static final double WEIGHT = 2.0 / 101;
    private static final long LEAST_SILENCE_NANOS = 5_000_000_000L;
    private static final int INTERVALS = 20;
    private static final int LONGEST = 3;
    /** The longest interval decays: to half after 700 messages. */
    private static final double FORGETTING = 0.999;

    /** A shorter silence is not a stall. */
    private static final long LEAST_STALL_NANOS = 500_000_000L;

    /** The time limit for the first data. */
    private static final long FIRST_DATA_NANOS = 10_000_000_000L;

    private final long startedNanos;
    private final long leastNanos;
    private long messages;
    private long lastNanos;
    private double intervalNanos;
    private double longestNanos;
    private boolean reported;
    private long stallNanos;
    private long stallEndedNanos;

    /**
     * Starts to learn.
     *
     * @param nowNanos when the feed was started
     */
    public SilenceDetector(long nowNanos) {
        this(nowNanos, LEAST_SILENCE_NANOS);
    }

    /**
     * Starts to learn.
     *
     * @param leastNanos the shortest silence that is reported once the rate is known
     */
    public SilenceDetector(long nowNanos, long leastNanos) {
        this.startedNanos = nowNanos;
        this.leastNanos = leastNanos;
    }

    public void onMessage(long nowNanos) {
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
        reported = false;
    }

    private double unusualNanos() {
        return Math.max(INTERVALS * intervalNanos, LONGEST * longestNanos);
    }

    /** Returns the last unusual silence of at least half a second that has ended; null = there was none. */
    public Silence lastStall() {
        return stallNanos == 0 ? null : new Silence(stallEndedNanos - stallNanos, stallEndedNanos, false);
    }

    /** Returns when data last arrived; null = never. */
    public Long lastNanos() {
        return messages == 0 ? null : (Long) lastNanos;
    }

    /** Returns whether its present silence was reported. */
    public boolean isSilent() {
        return reported;
    }

    /**
     * Returns whether it is silent for longer than this, and than is usual. Without a known rate, no silence is unusual.
     */
    public boolean isUnusual(long leastSilenceNanos, long nowNanos) {
        return messages >= LEARNED_AFTER && nowNanos - lastNanos >= Math.max(leastSilenceNanos, (long) unusualNanos());
    }

    /** Returns how long it has been silent, in nanoseconds, if that has to be reported now; otherwise 0. */
    public long newsOfSilence(long nowNanos) {
        if (reported) {
            return 0;
        }
        long silence = nowNanos - (messages == 0 ? startedNanos : lastNanos);
        long unusual = messages < LEARNED_AFTER
                ? Math.max(FIRST_DATA_NANOS, leastNanos)
                : Math.max(leastNanos, (long) unusualNanos());
        reported = silence >= unusual;
        return reported ? silence : 0;
    }
}
