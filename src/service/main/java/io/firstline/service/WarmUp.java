package io.firstline.service;

import io.firstline.config.ConnectTarget;
import io.firstline.config.PathConfig;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.WsPoolConfig;
import io.firstline.config.feed.FeedConfig;
import io.firstline.connection.FeedEnvironment;
import io.firstline.feed.Feed;
import io.firstline.feed.WsPool;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.util.Collections;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Loads the code that a measurement uses, with a pool of connections to a server in this process: otherwise the first
 * connections of a process take ten times as long as later ones. Not for an event loop.
 */
final class WarmUp {
    private static final int CONNECTIONS = 4;
    private static final int EVERY_MS = 2;
    private static final int PING_MS = 100;
    private static final long RUNS_MS = 700;
    private static final long ANSWER_SECONDS = 5;

    private WarmUp() {}

    /**
     * Runs.
     *
     * @param stop ends it early
     */
    static void run(Vertx vertx, CompletableFuture<?> stop) throws InterruptedException, ExecutionException {
        AtomicLong sent = new AtomicLong();
        HttpServer server = RunningService.await(
                vertx.createHttpServer()
                        .webSocketHandler(socket -> {
                            long timer = vertx.setPeriodic(
                                    EVERY_MS,
                                    t -> socket.writeTextMessage(
                                            "{\"id\":" + sent.incrementAndGet() / CONNECTIONS + "}"));
                            socket.closeHandler(closed -> vertx.cancelTimer(timer));
                        })
                        .listen(0, "127.0.0.1"),
                ANSWER_SECONDS);
        String url = "ws://127.0.0.1:" + server.actualPort() + "/";
        WsConnectionConfig connection = WsConnectionConfig.of(url).withLatencyPingIntervalMs(PING_MS);
        WsPoolConfig pool = WsPoolConfig.of(connection.withPaths(connection
                        .paths()
                        .withOnly(Collections.nCopies(
                                CONNECTIONS, new ConnectTarget(url, new PathConfig("127.0.0.1", null, null))))))
                .withConnections(CONNECTIONS);
        CompletableFuture<Feed> made = new CompletableFuture<>();
        vertx.runOnContext(
                v -> made.complete(WsPool.ofTargets(FeedEnvironment.of(vertx), FeedConfig.of("warm-up", pool))));
        Feed feed = made.get();
        RunningService.await(feed.start(), ANSWER_SECONDS);
        TimeLimit.waitFor(stop, RUNS_MS);
        RunningService.await(
                feed.report().transform(any -> feed.close()).transform(any -> server.close()), ANSWER_SECONDS);
    }
}
