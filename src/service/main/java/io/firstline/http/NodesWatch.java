package io.firstline.http;

import io.firstline.deploy.node.ClusterNodes;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.function.LongSupplier;

/**
 * Asks the nodes of a cluster about their feeds, at most twice a second however many clients ask. Runs on one event
 * loop.
 */
final class NodesWatch {
    private static final long FRESH_NANOS = 400_000_000;

    private final Vertx vertx;
    private final LongSupplier nowNanos;
    private Future<JsonObject> last;
    private long askedNanos;

    NodesWatch(Vertx vertx, LongSupplier nowNanos) {
        this.vertx = vertx;
        this.nowNanos = nowNanos;
    }

    /** Returns the answer of {@link ClusterNodes#ask}, perhaps a slightly older one. */
    Future<JsonObject> ask() {
        long now = nowNanos.getAsLong();
        if (last == null || (last.isComplete() && now - askedNanos > FRESH_NANOS)) {
            askedNanos = now;
            last = ClusterNodes.ask(vertx);
        }
        return last;
    }
}
