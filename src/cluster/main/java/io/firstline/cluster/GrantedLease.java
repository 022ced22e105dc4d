package io.firstline.cluster;

/**
 * The last lease of a feed that a voter has granted.
 *
 * @param node the node with the lease
 * @param untilNanos no other node gets the feed before this; by the voter's clock
 */
record GrantedLease(String node, int epoch, long untilNanos) {

    boolean isRunning(long nowNanos) {
        return nowNanos - untilNanos < 0;
    }
}
