package io.firstline.cluster;

import java.util.concurrent.TimeUnit;

/** Tracks since when there is a majority, or none, and what to report. Pure and single-threaded. */
final class MajorityWatch {
    /** Members that start one after another need up to this time; a longer absence is reported. */
    static final long WARN_AFTER_NANOS = TimeUnit.SECONDS.toNanos(10);

    private boolean majority;
    private long sinceNanos;
    private boolean warned;

    /** A change to report. */
    enum Change {
        NONE,
        GAINED,
        LOST,
        /** There has been no majority for {@link #WARN_AFTER_NANOS}; reported once. */
        MISSED,
        /** There is a majority again after {@code MISSED}. */
        REGAINED
    }

    /** Starts without a majority. */
    MajorityWatch(long nowNanos) {
        this.sinceNanos = nowNanos;
    }

    /** Called periodically. */
    Change see(boolean isThere, long nowNanos) {
        if (isThere != majority) {
            boolean wasWarned = warned;
            majority = isThere;
            sinceNanos = nowNanos;
            warned = false;
            return !isThere ? Change.LOST : wasWarned ? Change.REGAINED : Change.GAINED;
        }
        if (majority || warned || nowNanos - sinceNanos < WARN_AFTER_NANOS) {
            return Change.NONE;
        }
        warned = true;
        return Change.MISSED;
    }

    boolean isThere() {
        return majority;
    }

    /** Returns since when there is a majority, or none. */
    long sinceNanos() {
        return sinceNanos;
    }
}
