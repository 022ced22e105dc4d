package io.firstline.deploy;

import io.firstline.bus.FeedSink;
import io.firstline.deploy.node.ClusterPart;
import io.firstline.feed.report.FeedEvent;
import io.firstline.stream.FeedMessage;

/**
 * The events of a feed's pools for one configuration. While the pools do not deliver, their events are published too,
 * but say nothing about what the node receives. Thread-safe.
 */
final class PoolEvents implements FeedSink {
    private final ClusterPart part;
    private volatile boolean deliver;

    PoolEvents(ClusterPart part) {
        this.part = part;
    }

    /** Sets whether these pools are those that deliver. */
    void deliver(boolean now) {
        deliver = now;
    }

    @Override
    public void publish(FeedEvent event) {
        if (deliver) {
            part.publish(event);
        } else {
            part.publishAside(event);
        }
    }

    /** Messages are merged and numbered before they are published. */
    @Override
    public void publish(FeedMessage message) {
        throw new IllegalStateException("not an event");
    }
}
