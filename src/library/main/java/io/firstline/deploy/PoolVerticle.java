package io.firstline.deploy;

import io.firstline.config.FeedConfig;

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
        this(config, null);
    }

    /** Creates the verticle as one of several nodes that receive the feed. */
    public PoolVerticle(FeedConfig config, FeedLease feedLease) {
        super(config, FeedConfig::fromJson, feedLease);
    }
}
