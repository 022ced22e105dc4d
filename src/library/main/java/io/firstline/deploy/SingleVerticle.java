package io.firstline.deploy;

import io.firstline.config.feed.FeedConfig;
import io.firstline.deploy.node.ClusterPart;
import io.vertx.core.json.JsonObject;

/** The same as {@link PoolVerticle}, with one connection as the default and the only allowed number. */
public final class SingleVerticle extends FeedVerticle {

    /** Reads its configuration from the deployment, as Vert.x does for a class name. */
    public SingleVerticle() {
        super(null, SingleVerticle::read, ClusterPart.Factory.ONLY_NODE);
    }

    @SuppressWarnings("exports") // for the packages of the library
    public SingleVerticle(FeedConfig config) {
        this(config, ClusterPart.Factory.ONLY_NODE);
    }

    SingleVerticle(FeedConfig config, ClusterPart.Factory parts) {
        super(single(config), SingleVerticle::read, parts);
    }

    private static FeedConfig read(JsonObject json) {
        return single(FeedConfig.fromJson(new JsonObject().put("connections", 1).mergeIn(json)));
    }

    private static FeedConfig single(FeedConfig config) {
        if (config.connections() != 1) {
            throw new IllegalArgumentException("feed " + config.name()
                    + ": a single verticle keeps one connection; for more deploy a PoolVerticle");
        }
        return config;
    }
}
