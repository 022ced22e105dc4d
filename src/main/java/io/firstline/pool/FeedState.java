package io.firstline.pool;

/** What a feed can deliver right now. */
public enum FeedState {
    /** Started, no connection yet. */
    STARTING,
    /** As many live connections as wanted. */
    CONNECTED,
    /** At least one live connection, but fewer than wanted, or their copies do not match. */
    DEGRADED,
    /** None, though there was one or all first attempts failed; attempts go on. */
    DISCONNECTED,
    /** Closed, or never started. */
    CLOSED
}
