package io.firstline.integration;

import io.firstline.feed.Feed;
import io.firstline.feed.report.FeedReport;
import io.firstline.simulator.CutKind;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.simulator.SimulatorConfig;
import io.firstline.testkit.Await;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** One Vert.x and everything that runs on it during a test; closed after it. */
final class Bench implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Recordings of half a minute take a second. */
    static final double REPLAY_SPEED = 30;

    /** Six streams that Binance carries on one socket, unwrapped. */
    static final String STREAMS =
            "/public/ws/btcusdt@bookTicker/btcusdt@trade/ethusdt@bookTicker/ethusdt@trade/solusdt@bookTicker/solusdt@trade";

    final Vertx vertx = Vertx.vertx();
    private ExchangeSimulator exchange;

    Bench() {
        Quiet.logs();
    }

    /** An exchange that sends nothing until {@link ExchangeSimulator#resumeEmission}. */
    ExchangeSimulator silentExchange(SimulatorConfig config) {
        exchange = ExchangeSimulator.create(vertx, config);
        get(exchange.start());
        exchange.pauseEmission();
        return exchange;
    }

    /**
     * An exchange that plays recordings at this many times their speed to this many connections in turn, once all are
     * connected; it sends nothing until {@link ExchangeSimulator#resumeEmission}.
     */
    ExchangeSimulator silentReplay(List<Path> files, double speed, List<Integer> lagMs, int connections) {
        return silentExchange(SimulatorConfig.of()
                .withRecordings(files)
                .withReplaySpeed(speed)
                .withReplayLagMs(lagMs)
                .withAwaitConnections(connections));
    }

    /** Pauses an exchange and waits until it sends nothing more: it executes commands in order. */
    static void silence(ExchangeSimulator exchange) {
        exchange.pauseEmission();
        get(exchange.cut(Integer.MAX_VALUE, CutKind.CLOSE).otherwiseEmpty());
    }

    static FeedReport report(Feed feed) {
        return get(feed.report());
    }

    /** Starts a feed and waits until all its connections are open at this end as well. */
    static void connect(Feed feed) {
        get(feed.start());
        until("all connections live", () -> report(feed).live() == report(feed).target());
    }

    static void until(String what, Callable<Boolean> condition) {
        Await.until(PATIENCE, () -> what, condition);
    }

    static <T> T get(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    @Override
    public void close() {
        if (exchange != null) {
            get(exchange.close());
        }
        get(vertx.close());
    }
}
