package io.firstline.feed.report;

/**
 * Whether anything arrives on a feed's connections. The cluster decides with it whether a node receives the feed.
 *
 * @param live the number of live connections
 * @param lastFrameNanos when any frame arrived on one of them, a pong included; nanoseconds of the monotonic clock.
 *     Undefined without a live connection
 * @param unanswered there are live connections, and none is answered: they are half-open, or their path stalls
 * @param lingering replaced connections are open because they may still deliver messages that no other has
 */
public record FeedActivity(int live, long lastFrameNanos, boolean unanswered, boolean lingering) {
    /** The activity of a feed without a live connection. */
    public static final FeedActivity NONE = new FeedActivity(0, 0, false, false);
}
