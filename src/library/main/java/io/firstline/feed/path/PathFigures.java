package io.firstline.feed.path;

import io.firstline.connection.report.ConnectTimes;
import java.util.concurrent.TimeUnit;

/**
 * The experience of a feed with one path, over all connections that used it. Pure; times are nanoseconds of the
 * monotonic clock. Averages follow the last minutes.
 */
public final class PathFigures {
    private static final long FIRST_REST_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long LONGEST_REST_NANOS = TimeUnit.MINUTES.toNanos(10);
    /** An average forgets half in this time. */
    private static final double HALF_LIFE_NANOS = TimeUnit.MINUTES.toNanos(2);
    /** Weight of the last attempt in the times that it takes to connect. */
    private static final double LAST_ATTEMPT = 0.25;
    /** A connection that ends earlier counts as a failed attempt. */
    private static final long SHORT_LIFE_MS = 10_000;

    /** Clearly faster: by this factor, and by at least {@link #LEAST_MS}. */
    private static final double CLEARLY = 0.8;

    private static final double LEAST_MS = 0.5;
    private static final double NONE = Double.NaN;

    private long attempts;
    private long failures;
    private int failuresInARow;
    private long restUntilNanos;
    private boolean rests;
    private long usedNanos;
    private double connectMs = NONE;
    private ConnectTimes times = ConnectTimes.NONE;
    private String lastFailure = "";
    private long ended;
    private long lifetimeMs;
    private long copies;
    private long wins;
    private long losses;

    private boolean measured;
    private long measuredNanos;
    private double costMs = NONE;
    private double latencyMs = NONE;
    private double lagP50Ms = NONE;
    private double lagP99Ms = NONE;

    /**
     * A measurement of a connection since the one before; NaN = not measured.
     *
     * @param costMs the value that connections are ranked by
     */
    public record Measurement(
            double costMs, double latencyMs, double lagP50Ms, double lagP99Ms, long copies, long wins, long losses) {}

    public PathFigures(long nowNanos) {
        usedNanos = nowNanos;
    }

    /** An attempt begins. */
    public void tried(long nowNanos) {
        attempts++;
        usedNanos = nowNanos;
    }

    /** An attempt failed: the path is left alone, after each further failure for twice as long. */
    public void failed(long nowNanos) {
        failures++;
        failuresInARow++;
        rests = true;
        restUntilNanos = nowNanos + Math.min(LONGEST_REST_NANOS, FIRST_REST_NANOS << Math.min(16, failuresInARow - 1));
    }

    /**
     * A connection opened.
     *
     * @param tookMs the time since the attempt began
     * @param steps the times of its steps
     */
    public void opened(double tookMs, ConnectTimes steps) {
        connectMs = mixed(connectMs, tookMs, LAST_ATTEMPT);
        times = new ConnectTimes(
                mixed(times.dnsMs(), steps.dnsMs(), LAST_ATTEMPT),
                mixed(times.tcpMs(), steps.tcpMs(), LAST_ATTEMPT),
                mixed(times.tlsMs(), steps.tlsMs(), LAST_ATTEMPT),
                mixed(times.upgradeMs(), steps.upgradeMs(), LAST_ATTEMPT));
    }

    /** Why an attempt failed or a connection ended, in words. */
    public void failedBecause(String why) {
        lastFailure = why;
    }

    public void measured(Measurement now, long nowNanos) {
        double weight = measured ? 1 - Math.pow(0.5, (nowNanos - measuredNanos) / HALF_LIFE_NANOS) : 1;
        costMs = mixed(costMs, now.costMs(), weight);
        latencyMs = mixed(latencyMs, now.latencyMs(), weight);
        lagP50Ms = mixed(lagP50Ms, now.lagP50Ms(), weight);
        lagP99Ms = mixed(lagP99Ms, now.lagP99Ms(), weight);
        copies += now.copies();
        wins += now.wins();
        losses += now.losses();
        usedNanos = nowNanos;
        if (!Double.isNaN(now.costMs())) {
            measured = true;
            measuredNanos = nowNanos;
        }
    }

    /** A connection ended, on purpose or not: only those that were ended tell how long connections live. */
    public void ended(long ageMs, boolean onPurpose, long nowNanos) {
        usedNanos = nowNanos;
        if (onPurpose) {
            return;
        }
        ended++;
        lifetimeMs += ageMs;
        if (ageMs < SHORT_LIFE_MS) {
            failed(nowNanos);
        } else {
            failuresInARow = 0;
        }
    }

    /** A connection has lasted: earlier failures no longer count. */
    public void lasts() {
        failuresInARow = 0;
        rests = false;
    }

    private static double mixed(double before, double now, double weight) {
        return Double.isNaN(now) ? before : Double.isNaN(before) ? now : before + weight * (now - before);
    }

    /** Whether it is left alone after failures. */
    public boolean isResting(long nowNanos) {
        rests &= restUntilNanos - nowNanos > 0;
        return rests;
    }

    /** The rest of the time that it is left alone; 0 = it is not. */
    public long restNanos(long nowNanos) {
        return isResting(nowNanos) ? restUntilNanos - nowNanos : 0;
    }

    /** Whether it is known to be clearly faster than another path; null = the other one is not known. */
    public boolean isClearlyFasterThan(PathFigures other) {
        return measured
                && other != null
                && other.measured
                && costMs <= CLEARLY * other.costMs
                && costMs <= other.costMs - LEAST_MS;
    }

    public boolean isMeasured() {
        return measured;
    }

    /** The time since its last measurement; valid only if it is measured. */
    public long sinceMeasuredNanos(long nowNanos) {
        return nowNanos - measuredNanos;
    }

    /** The last use or attempt. */
    public long usedNanos() {
        return usedNanos;
    }

    public double costMs() {
        return costMs;
    }

    public double connectMs() {
        return connectMs;
    }

    public double latencyMs() {
        return latencyMs;
    }

    /** The steps of {@link #connectMs}. */
    public ConnectTimes times() {
        return times;
    }

    /** Why the last attempt failed or the last connection ended; empty = that has not happened. */
    public String lastFailure() {
        return lastFailure;
    }

    public double lagP50Ms() {
        return lagP50Ms;
    }

    public double lagP99Ms() {
        return lagP99Ms;
    }

    public long attempts() {
        return attempts;
    }

    public long failures() {
        return failures;
    }

    public long copies() {
        return copies;
    }

    public long wins() {
        return wins;
    }

    public long losses() {
        return losses;
    }

    /** The average lifetime of its connections that the server or the network has ended; NaN = none. */
    public double lifetimeMs() {
        return ended == 0 ? NONE : (double) lifetimeMs / ended;
    }
}
