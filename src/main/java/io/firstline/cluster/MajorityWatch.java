package io.firstline.cluster;

import java.util.concurrent.TimeUnit;

/** Since when enough members hear each other, or not, and what is worth a warning. Pure and single-threaded. */
final class MajorityWatch {
    /** Members that start one after the other need so long; more is trouble. */
    static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private boolean majority;
    private long sinceNanos;
    private boolean warned;

    /** What has happened. */
    enum Change {
        NONE,
        GAINED,
        LOST,
        /** There has been none for {@link #PATIENCE_NANOS}: said once. */
        MISSED,
        /** There is one again after that was said. */
        REGAINED
    }

    /** There is none yet. */
    MajorityWatch(long nowNanos) {
        this.sinceNanos = nowNanos;
    }

    /** Called again and again. */
    Change see(boolean isThere, long nowNanos) {
        if (isThere != majority) {
            boolean told = warned;
            majority = isThere;
            sinceNanos = nowNanos;
            warned = false;
            return !isThere ? Change.LOST : told ? Change.REGAINED : Change.GAINED;
        }
        if (majority || warned || nowNanos - sinceNanos < PATIENCE_NANOS) {
            return Change.NONE;
        }
        warned = true;
        return Change.MISSED;
    }

    boolean isThere() {
        return majority;
    }

    /** Since when it is so. */
    long sinceNanos() {
        return sinceNanos;
    }
}
