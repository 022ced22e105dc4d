package io.firstline.bus;

import io.firstline.config.FeedConfig;
import io.firstline.config.FeedConfig.Body;
import io.firstline.pool.FeedEvent;
import io.firstline.stream.FeedMessage;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.json.JsonArray;

/**
 * Publishes one feed's messages and events on the event bus, in order, with bounded backlogs: see {@link BoundedPublisher}.
 * Adds each message to the memory first. Called on the feed's context. On a node that is not clustered it publishes
 * to local consumers only.
 */
final class FeedPublisher implements FeedSink {
    private static final DeliveryOptions HERE = new DeliveryOptions().setLocalOnly(true);

    private final BoundedPublisher boundedPublisher;
    private final Vertx vertx;
    private final long droppedBefore;
    private final FeedConfig config;
    private final String feedAddress;
    private final String eventsAddress;
    private final DeliveryOptions options;
    private final boolean hasStreamAddresses;
    private final RetentionBuffer memory;

    FeedPublisher(Vertx vertx, FeedConfig config, RetentionBuffer memory) {
        this.vertx = vertx;
        this.memory = memory;
        this.boundedPublisher = Backpressure.of(vertx).boundedPublisher(config.name());
        this.droppedBefore = boundedPublisher.dropped();
        this.config = config;
        this.feedAddress = Addresses.feed(config.name());
        this.eventsAddress = Addresses.events(config.name());
        this.options = new DeliveryOptions().setLocalOnly(!vertx.isClustered());
        this.hasStreamAddresses = !config.streamPointer().isEmpty();
    }

    String feed() {
        return config.name();
    }

    /** Returns the address at which other nodes that receive the feed find whole messages. */
    String replicaAddress() {
        return config.body() == Body.MESSAGE ? feedAddress : Addresses.replicas(config.name());
    }

    @Override
    public void publish(FeedMessage message) {
        Object body =
                switch (config.body()) {
                    case MESSAGE -> message;
                    case BUFFER -> message.payload();
                    case JSON -> message.toJson();
                };
        String stream = message.stream();
        remember(message); // before a consumer can miss it
        boundedPublisher.publish(feedAddress, body, options);
        if (message.epoch() != 0 && config.body() != Body.MESSAGE) {
            boundedPublisher.publish(replicaAddress(), message, options);
        }
        if (hasStreamAddresses && stream != null && !Addresses.isReserved(stream)) {
            boundedPublisher.publish(Addresses.stream(config.name(), stream), body, options);
        }
        boundedPublisher.published(message.payload().length());
    }

    /**
     * Adds a message that another node has published; returns whether it is new. Without a {@code streamPointer} the
     * whole feed counts as one stream.
     */
    boolean remember(FeedMessage message) {
        return memory.add(message, hasStreamAddresses ? message.stream() : "");
    }

    @Override
    public void publish(FeedEvent event) {
        boundedPublisher.publish(eventsAddress, event.toJson(), options);
    }

    /** See {@link BoundedPublisher#consumers}. */
    JsonArray consumers() {
        return boundedPublisher.consumers();
    }

    /** Returns a publisher for another configuration of the feed with the same memory. */
    FeedPublisher to(FeedConfig changed) {
        return new FeedPublisher(vertx, changed, memory);
    }

    /** Publishes an event that concerns this node only. */
    void publishHere(FeedEvent event) {
        boundedPublisher.publish(eventsAddress, event.toJson(), HERE);
    }

    /** Returns how many messages slow bus consumers did not get; may be called on any thread. */
    long dropped() {
        return boundedPublisher.dropped() - droppedBefore;
    }
}
