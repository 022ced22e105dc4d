package io.firstline.cluster;

/**
 * The right to publish a feed for a while.
 *
 * @param epoch greater than that of every earlier owner; 0 = there is no right
 * @param untilNanos its end, by the node's monotonic clock
 */
public record Lease(int epoch, long untilNanos) {
    boolean isRunning(long nowNanos) {
        return nowNanos - untilNanos < 0;
    }

    /** Returns whether there is no right, because it was released or never acquired, rather than an expired one. */
    boolean isReleased() {
        return epoch == 0;
    }
}
