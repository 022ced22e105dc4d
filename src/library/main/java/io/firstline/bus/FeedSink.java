package io.firstline.bus;

import io.firstline.feed.report.FeedEvent;
import io.firstline.stream.FeedMessage;

/**
 * Receives what a feed publishes: messages in the order of their numbers, and events. The event bus is one sink.
 * {@link io.firstline.deploy.FeedVerticle#publishTo} registers further ones, such as a file or another message system.
 *
 * <p>In a cluster a sink of the owner gets the messages; sinks of the other nodes get events only. A new owner
 * continues the numbers, and may repeat the last messages of a dead one.
 *
 * <p>Called on the event loop of the feed's pool, in the turn in which the message arrived. A feed with several pools
 * calls on each of their loops: messages one at a time, events perhaps at the same time. A sink must not block: that
 * would delay the feed. If it throws, the exception is reported to the context, and the other sinks still get the
 * message.
 */
public interface FeedSink {
    /**
     * Publishes a message.
     *
     * @param message shared with all consumers; its payload must not be changed
     */
    void publish(FeedMessage message);

    /** Publishes an event. */
    void publish(FeedEvent event);

    /**
     * Publishes an event that concerns this node only, such as a lost connection of a node that is not the owner. On the
     * bus it has {@link FeedEvent#STANDBY}.
     */
    default void publishHere(FeedEvent event) {
        publish(event);
    }
}
