package io.firstline.connection;

import org.HdrHistogram.Histogram;
import org.HdrHistogram.PackedHistogram;

/**
 * Measures the ping → pong round trip of one connection: exponential moving average, last, minimum, histogram. Pure:
 * the owner sends the pings and passes the time in nanoseconds of a monotonic clock.
 *
 * <p>At most one ping is outstanding, and only a pong with its id ends it, so an unsolicited or late pong measures
 * nothing. A ping without a pong expires after {@link #EXPIRY_NANOS}, so a lost pong does not end the measurement.
 */
public final class LatencyTracker {
    /** An outstanding ping expires after 10 seconds. */
    public static final long EXPIRY_NANOS = 10_000_000_000L;

    private static final long MAX_MICROS = 60_000_000;

    private final double weight;
    /** Packed: pings are rare, and connections are many. */
    private final Histogram micros = new PackedHistogram(2);

    private long pings;
    private long outstandingId;
    private long sentNanos;
    private double emaNanos = Double.NaN;
    private long lastNanos = -1;
    private long minNanos = Long.MAX_VALUE;

    /**
     * Makes a tracker without a sample.
     *
     * @param window number of samples in the average. Each counts 2 / (window + 1); the first ones form a plain mean,
     *     so that a slow first round trip does not dominate
     */
    public LatencyTracker(int window) {
        this.weight = 2.0 / (window + 1);
    }

    /** Whether the next ping may be sent: none is outstanding, or the last one has expired. */
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

    /** The time of the outstanding or last ping, nanoseconds. */
    public long sentNanos() {
        return sentNanos;
    }

    /** Handles a pong; returns true if it answers the outstanding ping. */
    public boolean onPong(long id, long nowNanos) {
        return onPong(id, nowNanos, false);
    }

    /**
     * Handles a pong; returns true if it answers the outstanding ping.
     *
     * @param stalled whether the path stalled meanwhile: such a round trip is unusual, and the average ignores it
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

    /** A copy of the histogram of all samples, in microseconds. */
    public Histogram micros() {
        Histogram copy = new Histogram(2);
        copy.add(micros);
        return copy;
    }

    /** The age of the outstanding ping, nanoseconds; 0 = none. */
    public long outstandingNanos(long nowNanos) {
        return outstandingId == 0 ? 0 : nowNanos - sentNanos;
    }

    /** The number of matched pongs. */
    public long samples() {
        return micros.getTotalCount();
    }
}
