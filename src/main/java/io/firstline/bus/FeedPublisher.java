package io.firstline.bus;

import io.firstline.config.FeedConfig;
import io.firstline.pool.FeedEvent;
import io.firstline.stream.FeedMessage;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;

/**
 * Publishes one feed's messages and events on the event bus, in order. Called on the feed's context. On a node that is not clustered
 * nothing but local consumers is looked for.
 */
final class FeedPublisher {
    private final EventBus bus;
    private final FeedConfig config;
    private final String feedAddress;
    private final String eventsAddress;
    private final DeliveryOptions options;
    private final StreamName streamName;

    FeedPublisher(Vertx vertx, FeedConfig config) {
        this.bus = vertx.eventBus();
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
        bus.publish(feedAddress, body, options);
        if (streamName != null) {
            String stream = streamName.in(message.payload());
            if (stream != null && !Addresses.isReserved(stream)) {
                bus.publish(Addresses.stream(config.name(), stream), body, options);
            }
        }
    }

    void publish(FeedEvent event) {
        bus.publish(eventsAddress, event.toJson(), options);
    }
}
