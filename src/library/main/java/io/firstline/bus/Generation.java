package io.firstline.bus;

import io.firstline.config.FeedConfig;
import io.firstline.connection.DropCause;
import io.firstline.feed.Feed;
import io.firstline.feed.StatusKeys;
import io.firstline.stream.FeedMessage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongUnaryOperator;
import java.util.stream.IntStream;

/**
 * The pools of a feed for one configuration: a single pool runs on the event loop of the feed's verticle, several run
 * on one each. A feed has one generation, and two while it is being changed.
 */
final class Generation {
    private final Vertx vertx;
    private final FeedConfig config;
    private final FeedPublisher publisher;
    private final List<Feed> feeds;
    private final Shards shards;
    /** Merges several pools; null = there is only one. */
    private final ShardedPublisher together;

    private final List<String> deployments;

    private Generation(
            Vertx vertx,
            FeedConfig config,
            FeedPublisher publisher,
            List<Feed> feeds,
            ShardedPublisher together,
            List<String> deployments) {
        this.vertx = vertx;
        this.config = config;
        this.publisher = publisher;
        this.feeds = feeds;
        this.shards = new Shards(config, feeds);
        this.together = together;
        this.deployments = deployments;
        feeds.get(0).countDrops(DropCause.BUS_CONSUMER_SLOW, publisher::dropped);
    }

    /**
     * Creates the pools, which open nothing yet. Called on the event loop of the feed's verticle.
     *
     * @param publisher reports the feed's consumers
     * @param outlet receives the events, and the messages if there is no intake
     * @param only creates the pool if there is only one
     * @param intake receives the messages; null = none
     */
    static Future<Generation> make(
            Vertx vertx,
            FeedConfig config,
            FeedPublisher publisher,
            FeedSink outlet,
            Function<FeedConfig, Feed> only,
            MessageSink intake) {
        List<FeedConfig> parts = config.parts();
        if (parts.size() == 1) {
            Feed feed = only.apply(config);
            if (intake == null) {
                feed.handler(outlet::publish);
            } else {
                feed.handler(message -> intake.take(message, 0));
            }
            feed.eventHandler(outlet::publish);
            return Future.succeededFuture(new Generation(vertx, config, publisher, List.of(feed), null, List.of()));
        }
        ShardedPublisher together = new ShardedPublisher(
                config.name(), outlet, intake == null ? (message, place) -> outlet.publish(message) : intake);
        List<ShardVerticle> verticles = IntStream.range(0, parts.size())
                .mapToObj(i -> new ShardVerticle(parts.get(i), i + 1, together))
                .toList();
        return Future.all(verticles.stream().map(vertx::deployVerticle).toList())
                .map(ids -> new Generation(
                        vertx,
                        config,
                        publisher,
                        verticles.stream().map(ShardVerticle::feed).toList(),
                        together,
                        ids.list()));
    }

    FeedConfig config() {
        return config;
    }

    Shards shards() {
        return shards;
    }

    /** Returns everything about the feed, with its consumers on this node. */
    Future<JsonObject> status() {
        return shards.report().map(report -> ReportJson.of(report).put(StatusKeys.CONSUMERS, publisher.consumers()));
    }

    /** Returns a publisher for another configuration of the feed, with the same memory. */
    FeedPublisher publisherFor(FeedConfig changed) {
        return publisher.to(changed);
    }

    /** Publishes a message. */
    void publish(FeedMessage message) {
        publisher.publish(message);
    }

    /**
     * Sends every message to another intake from now on, between two messages.
     *
     * @param renumber gets the number of the last message and returns the one to continue after; called where
     *     messages arrive
     */
    Future<Void> redirect(LongUnaryOperator renumber, MessageSink intake) {
        if (together == null) {
            return feeds.get(0).redirect(renumber, message -> intake.take(message, 0));
        }
        together.redirect(renumber, intake);
        return Future.succeededFuture();
    }

    /** Closes the pools, with close frames, and undeploys them. */
    Future<Void> close() {
        return shards.close()
                .eventually(() ->
                        Future.join(deployments.stream().map(vertx::undeploy).toList()));
    }
}
