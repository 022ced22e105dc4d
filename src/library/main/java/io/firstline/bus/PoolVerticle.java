package io.firstline.bus;

import io.firstline.config.FeedConfig;
import io.firstline.feed.Feed;
import io.vertx.core.Vertx;

/**
 * A feed over a pool of redundant connections. Its configuration is one feed of the service configuration with its
 * {@code name}: {@code {"name": "btc", "url": "wss://…", "connections": 5}}. With one connection there is no
 * arbitration.
 */
public final class PoolVerticle extends FeedVerticle {

    /** Reads its configuration from the deployment, as Vert.x does for a class name. */
    public PoolVerticle() {
        this(null);
    }

    public PoolVerticle(FeedConfig config) {
        super(config);
    }

    /** Creates the verticle as one of several nodes that receive the feed. */
    public PoolVerticle(FeedConfig config, FeedLease feedLease) {
        super(config, feedLease);
    }

    @Override
    Feed feed(Vertx on, FeedConfig config) {
        return Feed.of(on, config);
    }
}
