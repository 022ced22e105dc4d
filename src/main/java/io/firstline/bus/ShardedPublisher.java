package io.firstline.bus;

import io.firstline.pool.FeedEvent;
import io.firstline.stream.FeedMessage;
import java.util.function.LongUnaryOperator;

/**
 * Where the pools of one feed meet: numbers their messages through and publishes them one by one, so that consumers get them in the order of
 * their numbers. Called on the pools' event loops, which wait here for each other for as long as it takes to put a message on the bus.
 */
final class ShardedPublisher {
    private final String feed;
    private final Outlet publisher;
    private Intake intake;
    private long sequence;

    /**
     * For the pools of one feed.
     *
     * @param publisher gets the events
     * @param intake gets the messages, with their numbers
     */
    ShardedPublisher(String feed, Outlet publisher, Intake intake) {
        this.feed = feed;
        this.publisher = publisher;
        this.intake = intake;
    }

    /** Publishes a message of one of the pools, from 1. */
    synchronized void publish(FeedMessage message, int shard) {
        intake.take(message.as(feed, ++sequence), shard - 1);
    }

    synchronized void publish(FeedEvent event, int shard) {
        publisher.publish(
                new FeedEvent(event.type(), feed, event.micros(), event.facts().put("shard", shard)));
    }

    /** See {@link Generation#redirect}. */
    synchronized void redirect(LongUnaryOperator renumber, Intake newIntake) {
        sequence = renumber.applyAsLong(sequence);
        intake = newIntake;
    }
}
