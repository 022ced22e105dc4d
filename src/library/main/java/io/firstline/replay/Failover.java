package io.firstline.replay;

/** How a {@link FeedSubscription} continues when a node of a cluster fails. */
public enum Failover {
    /** It reads what the feed's owner publishes. When the owner dies, it waits for the next owner. */
    LEASED,
    /**
     * It reads every node that carries the feed and delivers the first copy of each message. When a node dies, it
     * waits for nothing. Each message then travels as often as nodes carry the feed.
     */
    MERGED
}
