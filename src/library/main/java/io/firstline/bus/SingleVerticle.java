package io.firstline.bus;

import io.firstline.config.FeedConfig;
import io.firstline.feed.Feed;
import io.vertx.core.Vertx;

/**
 * A feed over one connection, without arbitration. Its configuration is that of {@link PoolVerticle} with
 * {@code "connections": 1}.
 */
public final class SingleVerticle extends FeedVerticle {

    /** Reads its configuration from the deployment, as Vert.x does for a class name. */
    public SingleVerticle() {
        this(null);
    }

    public SingleVerticle(FeedConfig config) {
        super(config);
    }

    /** Creates the verticle as one of several nodes that receive the feed. */
    public SingleVerticle(FeedConfig config, FeedLease feedLease) {
        super(config, feedLease);
    }

    @Override
    Feed feed(Vertx on, FeedConfig config) {
        int wanted = given() == null ? config().getInteger("connections", 1) : config.connections();
        if (wanted != 1) {
            throw new IllegalArgumentException("feed " + config.name()
                    + ": a single verticle keeps one connection; for more deploy a PoolVerticle");
        }
        return Feed.single(on, config);
    }
}
