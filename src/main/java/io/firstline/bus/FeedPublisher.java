package io.firstline.bus;

import io.firstline.config.FeedConfig;
import io.firstline.pool.FeedEvent;
import io.firstline.stream.FeedMessage;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;

/**
 * Publishes one feed's messages and events on the event bus, in order, as far as the consumers can take them: see {@link Outflow}.
 * What it publishes is remembered first.
 * Called on the feed's context. On a node that is not clustered nothing but local consumers is looked for.
 */
final class FeedPublisher {
    private final Outflow outflow;
    private final long droppedBefore;
    private final FeedConfig config;
    private final String feedAddress;
    private final String eventsAddress;
    private final DeliveryOptions options;
    private final StreamName streamName;
    private final FeedMemory memory;

    FeedPublisher(Vertx vertx, FeedConfig config, FeedMemory memory) {
        this.memory = memory;
        this.outflow = Backpressure.of(vertx).outflow(config.name());
        this.droppedBefore = outflow.dropped();
        this.config = config;
        this.feedAddress = Addresses.feed(config.name());
        this.eventsAddress = Addresses.events(config.name());
        this.options = new DeliveryOptions().setLocalOnly(!vertx.isClustered());
        this.streamName = config.streamPointer().isEmpty() ? null : new StreamName(config.streamPointer());
    }

    void publish(FeedMessage message) {
        Object body =
                switch (config.body()) {
                    case MESSAGE -> message;
                    case BUFFER -> message.payload();
                    case JSON -> message.toJson();
                };
        String stream = streamName == null ? "" : streamName.in(message.payload());
        memory.add(message, stream); // before anybody can miss it
        outflow.publish(feedAddress, body, options);
        if (streamName != null && stream != null && !Addresses.isReserved(stream)) {
            outflow.publish(Addresses.stream(config.name(), stream), body, options);
        }
        outflow.published(message.payload().length());
    }

    void publish(FeedEvent event) {
        outflow.publish(eventsAddress, event.toJson(), options);
    }

    /** How many messages bus consumers did not get because they were too far behind; may be asked on any thread. */
    long dropped() {
        return outflow.dropped() - droppedBefore;
    }
}
