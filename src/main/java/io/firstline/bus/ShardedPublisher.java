package io.firstline.bus;

import io.firstline.pool.FeedEvent;
import io.firstline.stream.FeedMessage;

/**
 * Where the pools of one feed meet: numbers their messages through and publishes them one by one, so that consumers get them in the order of
 * their numbers. Called on the pools' event loops, which wait here for each other for as long as it takes to put a message on the bus.
 */
final class ShardedPublisher {
    private final String feed;
    private final Outlet publisher;
    private long sequence;

    ShardedPublisher(String feed, Outlet publisher) {
        this.feed = feed;
        this.publisher = publisher;
    }

    synchronized void publish(FeedMessage message) {
        publisher.publish(message.as(feed, ++sequence));
    }

    synchronized void publish(FeedEvent event, int shard) {
        publisher.publish(
                new FeedEvent(event.type(), feed, event.micros(), event.facts().put("shard", shard)));
    }
}
