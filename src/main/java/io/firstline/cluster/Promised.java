package io.firstline.cluster;

/**
 * The last lease of a feed that a voter has granted.
 *
 * @param node to whom
 * @param untilNanos as long as this has not come, nobody else gets the feed; by the voter's clock
 */
record Promised(String node, int epoch, long untilNanos) {

    boolean isRunning(long nowNanos) {
        return nowNanos - untilNanos < 0;
    }
}
