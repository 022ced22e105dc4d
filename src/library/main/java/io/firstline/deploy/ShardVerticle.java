package io.firstline.deploy;

import io.firstline.config.feed.FeedConfig;
import io.firstline.feed.Feed;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/** One of several pools that carry a feed, on a separate event loop. */
final class ShardVerticle extends VerticleBase {
    private final FeedConfig part;
    private final int number;
    private final ShardedPublisher publisher;
    private Feed feed;

    /**
     * Created by the feed's verticle.
     *
     * @param number of the pool, from 1
     */
    ShardVerticle(FeedConfig part, int number, ShardedPublisher publisher) {
        this.part = part;
        this.number = number;
        this.publisher = publisher;
    }

    /** The pool; available once the verticle is deployed. */
    Feed feed() {
        return feed;
    }

    @Override
    public Future<?> start() {
        feed = Feed.of(vertx, part);
        feed.handler(message -> publisher.publish(message, number));
        feed.eventHandler(event -> publisher.publish(event, number));
        return Future.succeededFuture();
    }
}
