package io.firstline.connection;

import org.HdrHistogram.Histogram;

/**
 * The ping → pong round trip of one connection: an exponential moving average, the last, the smallest, a histogram. Pure: the owner
 * brings the time in nanoseconds of a monotonic clock and carries the pings.
 *
 * <p>One ping is outstanding at a time and only the pong with its id ends it, so an unsolicited or late pong measures nothing. A ping
 * that was not answered within {@link #EXPIRY_NANOS} is given up, so that one lost pong does not end the measuring.
 */
public final class LatencyTracker {
    /** After so long an outstanding ping is not waited for any more: 10 seconds. */
    public static final long EXPIRY_NANOS = 10_000_000_000L;

    private static final long MAX_MICROS = 60_000_000;

    private final double weight;
    private final Histogram micros = new Histogram(2);

    private long pings;
    private long outstandingId;
    private long sentNanos;
    private double emaNanos = Double.NaN;
    private long lastNanos = -1;
    private long minNanos = Long.MAX_VALUE;

    /**
     * Makes a tracker without a sample.
     *
     * @param window how many samples the average remembers: each counts 2 / (window + 1), the first ones as in a plain mean, so that
     *     one slow first round trip does not stick
     */
    public LatencyTracker(int window) {
        this.weight = 2.0 / (window + 1);
    }

    /** Whether the next ping may be sent: none is outstanding, or it was lost long ago. */
    public boolean isDue(long nowNanos) {
        return outstandingId == 0 || nowNanos - sentNanos >= EXPIRY_NANOS;
    }

    /** The id of the ping to send now, or 0 if one is still outstanding. */
    public long nextPing(long nowNanos) {
        if (!isDue(nowNanos)) {
            return 0;
        }
        sentNanos = nowNanos;
        outstandingId = ++pings;
        return outstandingId;
    }

    /** When the outstanding ping was sent, or the last one. */
    public long sentNanos() {
        return sentNanos;
    }

    /** Takes a pong; true if it answered the outstanding ping. */
    public boolean onPong(long id, long nowNanos) {
        return onPong(id, nowNanos, false);
    }

    /**
     * Takes a pong; true if it answered the outstanding ping.
     *
     * @param stalled the path stood still meanwhile: that is no usual round trip, and the average does not count it
     */
    public boolean onPong(long id, long nowNanos, boolean stalled) {
        if (id == 0 || id != outstandingId) {
            return false;
        }
        outstandingId = 0;
        lastNanos = Math.max(0, nowNanos - sentNanos);
        minNanos = Math.min(minNanos, lastNanos);
        micros.recordValue(Math.min(MAX_MICROS, lastNanos / 1_000));
        if (stalled && !Double.isNaN(emaNanos)) {
            return true;
        }
        emaNanos = Double.isNaN(emaNanos)
                ? lastNanos
                : emaNanos + Math.max(weight, 1.0 / samples()) * (lastNanos - emaNanos);
        return true;
    }

    /** The moving average in milliseconds, NaN before the first sample. */
    public double emaMs() {
        return emaNanos / 1e6;
    }

    /** The last sample in milliseconds, NaN before the first. */
    public double lastMs() {
        return lastNanos < 0 ? Double.NaN : lastNanos / 1e6;
    }

    /** The smallest sample in milliseconds, NaN before the first. */
    public double minMs() {
        return lastNanos < 0 ? Double.NaN : minNanos / 1e6;
    }

    /** A percentile of all samples in milliseconds, NaN before the first. */
    public double percentileMs(double percentile) {
        return lastNanos < 0 ? Double.NaN : micros.getValueAtPercentile(percentile) / 1e3;
    }

    /** All samples, in microseconds: a copy. */
    public Histogram micros() {
        return micros.copy();
    }

    /** How long the outstanding ping has been waiting, in nanoseconds; 0 if none is. */
    public long outstandingNanos(long nowNanos) {
        return outstandingId == 0 ? 0 : nowNanos - sentNanos;
    }

    /** How many pongs were matched. */
    public long samples() {
        return micros.getTotalCount();
    }
}
