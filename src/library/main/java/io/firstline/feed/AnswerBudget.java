package io.firstline.feed;

/**
 * Limits the answers of one connection: a server that answers answers must not keep a connection busy. Pure; times are
 * nanoseconds of the monotonic clock.
 */
final class AnswerBudget {
    static final int PER_SECOND = 10;

    private static final long SECOND_NANOS = 1_000_000_000L;

    private long sinceNanos;
    private int taken;
    private int unwritten;

    /** Returns whether one more answer may be sent now, and counts it. */
    boolean take(long nowNanos) {
        if (taken == 0 || nowNanos - sinceNanos >= SECOND_NANOS) {
            sinceNanos = nowNanos;
            taken = 0;
        }
        boolean free = taken < PER_SECOND && unwritten < PER_SECOND;
        if (free) {
            taken++;
            unwritten++;
        }
        return free;
    }

    /** An answer has been written, or could not be. */
    void done() {
        unwritten--;
    }
}
