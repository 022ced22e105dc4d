package io.firstline.cluster.fanout;

import io.firstline.testkit.Await;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.lang.ref.WeakReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The addresses of a node outlive its feeds. */
class NodeFramesTest {
    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @Test
    void shouldNotKeepTheVerticleOfAFeedThatHasEnded() {
        NodeFrames frames = new NodeFrames(vertx, address -> {}, node -> node, node -> Future.failedFuture("no node"));
        WeakReference<Deployable> ended = endedFeed(frames);

        Await.until("it is collected", () -> {
            System.gc();
            return ended.get() == null;
        });
    }

    private WeakReference<Deployable> endedFeed(NodeFrames frames) {
        Deployable feed = new VerticleBase() {
            @Override
            public Future<?> start() {
                frames.address("firstline.feed.btc", (node, count) -> {});
                return Future.succeededFuture();
            }
        };
        Await.result(vertx.undeploy(Await.result(vertx.deployVerticle(feed))));
        return new WeakReference<>(feed);
    }
}
