package io.firstline.cluster;

import java.util.concurrent.TimeUnit;

/**
 * Decides whether a node is overloaded, and how much of its standby work it then omits: more in each second while its
 * feeds are late, less again after a calm time that grows with each relapse. Pure and single-threaded; times are
 * nanoseconds of one monotonic clock.
 */
final class OverloadPolicy {
    /** The number of parts of the standby work. */
    static final int PARTS = 4;

    /** A feed is late if its event loop has run nothing for this long; pauses of the garbage collector are shorter. */
    static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    /** A node is overloaded if no second of this time was without a late feed. */
    private static final long OVERLOADED_NANOS = TimeUnit.SECONDS.toNanos(3);

    private static final long STEP_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long CALM_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long LONGEST_CALM_NANOS = TimeUnit.MINUTES.toNanos(5);

    private int omitted;
    private long lateSinceNanos;
    private long lastLateNanos;
    private long changedNanos;
    private long calmNanos = CALM_NANOS;
    /** Whether the last change was to omit less. */
    private boolean isEasing;

    OverloadPolicy(long nowNanos) {
        lastLateNanos = nowNanos - STEP_NANOS;
        lateSinceNanos = nowNanos;
        changedNanos = nowNanos;
    }

    /**
     * Decides; called many times a second.
     *
     * @param lateNanos how long the latest feed has waited for its event loop
     * @return how many of {@value #PARTS} parts of the standby work to omit; 0 = the node is not overloaded
     */
    int decide(long lateNanos, long nowNanos) {
        boolean wasCalm = nowNanos - lastLateNanos >= STEP_NANOS;
        if (lateNanos >= LATE_NANOS) {
            lateSinceNanos = wasCalm ? nowNanos : lateSinceNanos;
            lastLateNanos = nowNanos;
            boolean isDue = nowNanos - lateSinceNanos >= OVERLOADED_NANOS && nowNanos - changedNanos >= STEP_NANOS;
            if (isDue && omitted < PARTS) {
                calmNanos = isEasing ? Math.min(2 * calmNanos, LONGEST_CALM_NANOS) : calmNanos;
                change(omitted + 1, nowNanos);
                isEasing = false;
            }
        } else if (omitted > 0 && nowNanos - Math.max(lastLateNanos, changedNanos) >= calmNanos) {
            change(omitted - 1, nowNanos);
            isEasing = true;
        }
        return omitted;
    }

    private void change(int now, long nowNanos) {
        omitted = now;
        changedNanos = nowNanos;
    }
}
