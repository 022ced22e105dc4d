package io.firstline.deploy;

import io.firstline.bus.FeedSink;
import io.firstline.feed.report.FeedEvent;
import io.firstline.stream.FeedMessage;
import io.vertx.core.Future;
import java.util.function.LongUnaryOperator;

/**
 * Merges the pools of one feed: numbers their messages consecutively and publishes them one at a time, so that
 * consumers get them in the order of their numbers. Called on the pools' event loops, which wait for each other while
 * one message is put on the bus.
 */
final class ShardedPublisher {
    private final String feed;
    private final FeedSink publisher;
    private MessageSink sink;
    private long sequence;

    /**
     * Creates the publisher of one feed.
     *
     * @param publisher receives the events
     * @param sink receives the numbered messages
     */
    ShardedPublisher(String feed, FeedSink publisher, MessageSink sink) {
        this.feed = feed;
        this.publisher = publisher;
        this.sink = sink;
    }

    /** Publishes a message of a pool, numbered from 1. */
    synchronized void publish(FeedMessage message, int shard) {
        sink.take(message.as(feed, ++sequence), shard - 1);
    }

    synchronized void publish(FeedEvent event, int shard) {
        publisher.publish(event.ofShard(feed, shard));
    }

    /** See {@link ShardedFeed#redirect}. */
    synchronized Future<Void> redirect(LongUnaryOperator renumber, MessageSink newSink) {
        sequence = renumber.applyAsLong(sequence);
        sink = newSink;
        return Future.succeededFuture();
    }
}
