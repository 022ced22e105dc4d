package io.firstline.connection;

import java.util.concurrent.TimeUnit;

/** A message or frame of a connection that has begun and not ended. Pure; times are of the monotonic clock. */
final class UnfinishedInput {
    /** The longest time between the beginning and the end of a message. */
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(60);

    /** The reason to close a connection whose message does not end. */
    static final String OVERDUE = "a message has not ended within " + LONGEST_NANOS / 1_000_000_000 + " s";

    private boolean pending;
    private long sinceNanos;

    void begins(long nowNanos) {
        if (!pending) {
            pending = true;
            sinceNanos = nowNanos;
        }
    }

    void ends() {
        pending = false;
    }

    boolean isOverdue(long nowNanos) {
        return pending && nowNanos - sinceNanos >= LONGEST_NANOS;
    }
}
