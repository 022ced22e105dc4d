package io.firstline.deploy.node;

import io.firstline.bus.FeedSink;
import io.firstline.bus.publish.BusSink;
import io.firstline.config.feed.FeedConfig;
import io.firstline.feed.report.FeedEvent;
import io.firstline.replay.retention.OwnerEpochs;
import io.firstline.replay.retention.RetentionBuffer;
import io.firstline.stream.FeedMessage;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.json.JsonArray;
import java.util.List;
import java.util.function.Consumer;

/**
 * Publishes one feed: adds each message to the memory, then passes it to the event bus and to the feed's other sinks.
 * Called as {@link FeedSink} says.
 */
public final class FeedPublisher implements FeedSink {
    private final Vertx vertx;
    private final FeedConfig config;
    private final RetentionBuffer retention;
    private final BusSink bus;
    private final FeedSink[] others;

    /**
     * Creates the publisher of a feed.
     *
     * @param others the sinks beside the event bus
     */
    public FeedPublisher(Vertx vertx, FeedConfig config, RetentionBuffer retention, List<FeedSink> others) {
        this.vertx = vertx;
        this.config = config;
        this.retention = retention;
        this.bus = new BusSink(vertx, config);
        this.others = others.toArray(FeedSink[]::new);
    }

    /** Returns the feed's name. */
    public String feed() {
        return config.name();
    }

    /** Returns the node's Vert.x. */
    public Vertx vertx() {
        return vertx;
    }

    /** Returns the published messages that this node keeps. */
    public RetentionBuffer retention() {
        return retention;
    }

    /**
     * Returns an empty memory with the bounds of the feed's own.
     *
     * @param incarnation identifies its run
     */
    public RetentionBuffer newMemory(long incarnation) {
        return new RetentionBuffer(config.retention(true), incarnation);
    }

    /** Publishes a message of this node's line, see {@link io.firstline.bus.Addresses#lines}. */
    public void publishLine(FeedMessage message, DeliveryOptions options) {
        bus.publishLine(message, options);
    }

    /** Returns the address at which other nodes that receive the feed find whole messages. */
    public String replicaAddress() {
        return bus.replicaAddress();
    }

    @Override
    public void publish(FeedMessage message) {
        remember(message); // before a consumer can miss it
        bus.publish(message);
        toOthers(message);
    }

    /** Publishes the first message of a new owner. */
    public void publishFirst(FeedMessage message, OwnerEpochs owner) {
        remember(message);
        bus.publishFirst(message, owner.toString());
        toOthers(message);
    }

    private void toOthers(FeedMessage message) {
        for (FeedSink sink : others) { // no lambda: it would be garbage of each message
            try {
                sink.publish(message);
            } catch (RuntimeException | Error e) {
                report(e);
            }
        }
    }

    /**
     * Adds a message that another node has published; returns whether it is new. Without a {@code streamPointer} the
     * whole feed counts as one stream.
     */
    public boolean remember(FeedMessage message) {
        return retention.add(message, config.streamPointer().isEmpty() ? "" : message.stream());
    }

    @Override
    public void publish(FeedEvent event) {
        bus.publish(event);
        toOthers(sink -> sink.publish(event));
    }

    @Override
    public void publishHere(FeedEvent event) {
        bus.publishHere(event);
        toOthers(sink -> sink.publishHere(event));
    }

    private void toOthers(Consumer<FeedSink> action) {
        for (FeedSink sink : others) {
            try {
                action.accept(sink);
            } catch (RuntimeException | Error e) {
                report(e);
            }
        }
    }

    private void report(Throwable failure) {
        ((ContextInternal) vertx.getOrCreateContext()).reportException(failure);
    }

    /** See {@link BusSink#consumers}. */
    public JsonArray consumers() {
        return bus.consumers();
    }

    /** Returns a publisher for another configuration of the feed with the same memory and the same other sinks. */
    public FeedPublisher to(FeedConfig changed) {
        return new FeedPublisher(vertx, changed, retention, List.of(others));
    }

    /** See {@link BusSink#dropped}. */
    public long dropped() {
        return bus.dropped();
    }

    /** See {@link BusSink#missedOnNodes}. */
    public long missedOnNodes() {
        return bus.missedOnNodes();
    }
}
