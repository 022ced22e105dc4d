package io.firstline.deploy;

import io.firstline.config.WsPoolConfig;
import io.firstline.config.feed.FeedConfig;
import io.firstline.deploy.node.ClusterPart;

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

    /** Publishes the messages of these connections as the feed of that name. */
    public PoolVerticle(String name, WsPoolConfig connections) {
        this(FeedConfig.of(name, connections));
    }

    @SuppressWarnings("exports") // for the packages of the library
    public PoolVerticle(FeedConfig config) {
        this(config, ClusterPart.Factory.ONLY_NODE);
    }

    PoolVerticle(FeedConfig config, ClusterPart.Factory parts) {
        super(config, FeedConfig::fromJson, parts);
    }
}
