package io.firstline.feed.report;

/** The deliverability of a feed at this moment. */
public enum FeedState {
    /** Started, no connection yet. */
    STARTING,
    /** As many live connections as wanted. */
    CONNECTED,
    /**
     * At least one live connection, but fewer than wanted, or copies that do not match, or no answer on any of them.
     */
    DEGRADED,
    /** No connection, after there was one or after all first attempts failed; attempts continue. */
    DISCONNECTED,
    /** Closed, or never started. */
    CLOSED
}
