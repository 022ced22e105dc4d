package io.firstline.bus.publish;

import io.firstline.bus.Addresses;
import io.firstline.bus.FeedSink;
import io.firstline.config.feed.FeedConfig;
import io.firstline.config.feed.FeedConfig.Body;
import io.firstline.feed.report.FeedEvent;
import io.firstline.stream.FeedMessage;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.json.JsonArray;

/**
 * The sink that every feed has: publishes its messages and events on the event bus, with bounded backlogs, see
 * {@link BoundedPublisher}. On a node that is not clustered it publishes to local consumers only.
 */
public final class BusSink implements FeedSink {
    private static final DeliveryOptions HERE = new DeliveryOptions().setLocalOnly(true);

    private final BoundedPublisher boundedPublisher;
    private final long droppedBefore;
    private final long missedOnNodesBefore;
    private final FeedConfig config;
    private final String feedAddress;
    private final String eventsAddress;
    private final String linesAddress;
    private final DeliveryOptions options;
    private final boolean hasStreamAddresses;
    private final FanOut.Address feedFrames;
    private final FanOut.Address replicaFrames;
    private final FanOut.Address lineFrames;

    public BusSink(Vertx vertx, FeedConfig config) {
        this.boundedPublisher = Backpressure.of(vertx).boundedPublisher(config.name());
        this.droppedBefore = boundedPublisher.dropped();
        this.missedOnNodesBefore = boundedPublisher.missedOnNodes();
        this.config = config;
        this.feedAddress = Addresses.feed(config.name());
        this.linesAddress = Addresses.lines(config.name());
        this.eventsAddress = Addresses.events(config.name());
        this.options = new DeliveryOptions().setLocalOnly(!vertx.isClustered());
        this.hasStreamAddresses = !config.streamPointer().isEmpty();
        FanOut fanOut = FanOut.of(vertx);
        this.feedFrames = fanOut.address(feedAddress, boundedPublisher::missedOnNode);
        this.replicaFrames = fanOut.address(replicaAddress(), boundedPublisher::missedOnNode);
        this.lineFrames = fanOut.address(linesAddress, boundedPublisher::missedOnNode);
    }

    /** Returns the address at which other nodes that receive the feed find whole messages. */
    public String replicaAddress() {
        return config.body() == Body.MESSAGE ? feedAddress : Addresses.replicas(config.name());
    }

    @Override
    public void publish(FeedMessage message) {
        publish(message, options, null);
    }

    /**
     * Publishes the first message of a new owner.
     *
     * @param header its {@link Addresses#LINE}
     */
    public void publishFirst(FeedMessage message, String header) {
        publish(message, new DeliveryOptions(options).addHeader(Addresses.LINE, header), header);
    }

    private void publish(FeedMessage message, DeliveryOptions delivery, String header) {
        Object body =
                switch (config.body()) {
                    case MESSAGE, BATCH -> message;
                    case BUFFER -> message.payload();
                    case JSON -> message.toJson();
                };
        if (config.body() == Body.BATCH) {
            boundedPublisher.batch().add(message);
        } else {
            boundedPublisher.batch().end(); // before a change of the configuration, messages had another body
            boundedPublisher.publish(feedAddress, body, delivery);
            feedFrames.publish(body, header);
        }
        if (message.epoch() != 0 && config.body() != Body.MESSAGE) {
            boundedPublisher.publish(replicaAddress(), message, options);
            replicaFrames.publish(message, null);
        }
        String stream = message.stream();
        if (hasStreamAddresses && stream != null && !Addresses.isReserved(stream)) {
            boundedPublisher.publish(Addresses.stream(config.name(), stream), body, options);
        }
        boundedPublisher.published(message.length());
    }

    /**
     * Publishes a message at the address of the nodes' own lines.
     *
     * @param line names the line in its header
     */
    public void publishLine(FeedMessage message, DeliveryOptions line) {
        boundedPublisher.publish(linesAddress, message, line);
        lineFrames.publish(message, line.getHeaders().get(Addresses.LINE));
        boundedPublisher.published(message.length());
    }

    @Override
    public void publish(FeedEvent event) {
        boundedPublisher.publish(eventsAddress, event.toJson(), options);
    }

    @Override
    public void publishHere(FeedEvent event) {
        boundedPublisher.publish(eventsAddress, event.toJson().put(FeedEvent.STANDBY, true), HERE);
    }

    /** See {@link BoundedPublisher#consumers}. */
    public JsonArray consumers() {
        return boundedPublisher.consumers();
    }

    /** Returns how many messages slow bus consumers did not get; may be called on any thread. */
    public long dropped() {
        return boundedPublisher.dropped() - droppedBefore;
    }

    /** Returns how many messages slow nodes did not get, counted once for each node; may be called on any thread. */
    public long missedOnNodes() {
        return boundedPublisher.missedOnNodes() - missedOnNodesBefore;
    }
}
