package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.testkit.Await;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The end of a watch; {@link ReloadTest} shows its work. */
class ConfigWatchTest {
    @TempDir
    Path folder;

    /** Vert.x closes soon after the watch, and its workers then reject tasks. */
    @Test
    void shouldUseNoWorkerOnceItIsClosed() {
        Vertx vertx = Vertx.vertx();
        Queue<Throwable> unhandled = new ConcurrentLinkedQueue<>();
        vertx.exceptionHandler(unhandled::add);
        ConfigWatch watch =
                new ConfigWatch(vertx, folder.resolve("config.json"), "", () -> null, any -> Future.succeededFuture());
        watch.start();
        Await.result(vertx.executeBlocking(() -> null)); // the first task of the watch is over, its timer runs

        watch.close();
        ((VertxInternal) vertx).workerPool().close();

        Await.throughout(Duration.ofMillis(700), unhandled::isEmpty);
        assertThat(unhandled).isEmpty();
        Await.result(vertx.close());
    }
}
