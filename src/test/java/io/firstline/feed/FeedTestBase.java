package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.RetryConfig;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.WsPoolConfig;
import io.firstline.config.venue.Formats;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.StreamClass;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.config.venue.Venue;
import io.firstline.connection.FeedEnvironment;
import io.firstline.feed.report.ConnectionReport;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedReport;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.simulator.SimulatorConfig;
import io.firstline.stream.FeedMessage;
import io.firstline.testkit.Await;
import io.firstline.testkit.QuickClock;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** One Vert.x per test, and the exchanges and feeds that the test opens; all closed after it. */
public abstract class FeedTestBase {
    protected static final int PATIENCE_S = 10;
    protected static final String TRADE = "btcusdt@trade";
    protected static final String BOOK = "btcusdt@bookTicker";
    protected static final String PATH = "/ws/" + TRADE;
    /** Two streams, each message with its stream's name. */
    protected static final String COMBINED = "/stream?streams=" + TRADE + "/" + BOOK;

    /** The subscribe requests of the simulated venue. */
    protected static final SubscribeTemplates BINANCE = new SubscribeTemplates(
            List.of(),
            "{\"method\":\"SUBSCRIBE\",\"params\":${streams},\"id\":${id}}",
            "{\"method\":\"UNSUBSCRIBE\",\"params\":${streams},\"id\":${id}}");

    /** The message format of the simulated venue. */
    protected static final MessageFormat MESSAGES = Formats.replying(
            List.of("/stream", "/e", "/s"),
            List.of("!serverShutdown", "serverShutdown"),
            "/id",
            List.of("/code", "/error/code"),
            2);

    /** A message format that names streams by {@code /s} and has only these classes. */
    protected static MessageFormat formatOf(StreamClass... classes) {
        return Formats.named(List.of("/s"), classes);
    }

    protected Vertx vertx;
    /** That of the last {@link #quick} environment. */
    QuickClock clock;

    protected final Queue<FeedMessage> messages = new ConcurrentLinkedQueue<>();
    protected final List<FeedEvent> events = new CopyOnWriteArrayList<>();
    private final List<ExchangeSimulator> exchanges = new ArrayList<>();
    private final List<Feed> feeds = new ArrayList<>();

    @BeforeEach
    protected void openVertx() {
        vertx = Vertx.vertx();
    }

    @AfterEach
    protected void closeAll() throws Exception {
        for (Feed feed : feeds) {
            join(feed.close());
        }
        for (ExchangeSimulator exchange : exchanges) {
            join(exchange.close());
        }
        join(vertx.close());
    }

    /** Emits only what a test injects, sends no pings, counts no client frames. */
    protected static SimulatorConfig quiet() {
        return market(0);
    }

    protected static SimulatorConfig market(int messagesPerSecond) {
        return SimulatorConfig.of()
                .withMessagesPerSecond(messagesPerSecond)
                .withPingIntervalMs(0)
                .withClientFramesPerSecond(0);
    }

    protected ExchangeSimulator exchange(SimulatorConfig config) {
        ExchangeSimulator exchange = ExchangeSimulator.create(vertx, config);
        exchanges.add(exchange);
        join(exchange.start());
        return exchange;
    }

    /** Retries and pings quickly, so that tests do not wait. */
    protected static WsConnectionConfig connection(String url) {
        return WsConnectionConfig.of(url)
                .withConnectionId("c")
                .withLatencyPingIntervalMs(50)
                .withRetry(new RetryConfig(20, 100, 10_000));
    }

    /** Lines up quickly and evicts only on request. */
    protected static WsPoolConfig poolOf(int connections, String url) {
        return WsPoolConfig.of(connection(url))
                .withConnections(connections)
                .withJoinGuardMs(50)
                .withEvictIntervalMs(600_000);
    }

    /** An environment whose feeds live this many times as fast as the test and its servers. */
    FeedEnvironment quick(int times) {
        FeedEnvironment real = FeedEnvironment.of(vertx);
        clock = new QuickClock(real.scheduler(), times);
        return new FeedEnvironment(real.context(), clock, real.connectors(), real.rests(), real.budget());
    }

    /** A pool with a venue's profile, read from a file in this folder. */
    protected WsPool venuePool(Path folder, String profile, int connections, String url, String... streams) {
        return venuePool(folder, profile, poolOf(connections, url), streams);
    }

    /** The same with this configuration. */
    protected WsPool venuePool(Path folder, String profile, WsPoolConfig config, String... streams) {
        try {
            Files.createDirectories(folder.resolve("venues"));
            Files.writeString(folder.resolve("venues").resolve("mine.json"), profile);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Venue venue = Venue.find("mine", folder);
        return watch(WsPool.create(vertx, "f", config, venue.requests().withStreams(List.of(streams)), venue.format()));
    }

    protected WsPool pool(WsPoolConfig config) {
        return watch(WsPool.create(vertx, "f", config, BINANCE, MessageFormat.NONE));
    }

    /** A pool that reads its messages, and subscribes to these streams when a connection opens. */
    protected WsPool readingPool(WsPoolConfig config, String... streams) {
        return watch(WsPool.create(
                vertx,
                "f",
                config,
                new SubscribeTemplates(List.of(streams), BINANCE.subscribe(), BINANCE.unsubscribe()),
                MESSAGES));
    }

    protected WsSingle single(WsConnectionConfig config) {
        return watch(WsSingle.create(vertx, "f", config, BINANCE, MessageFormat.NONE));
    }

    /** Collects a feed's messages and events, and closes it after the test. */
    protected <F extends Feed> F watch(F feed) {
        feeds.add(feed);
        feed.handler(messages::add);
        feed.eventHandler(events::add);
        return feed;
    }

    /**
     * Starts a feed and waits until the exchange, too, has every connection; it learns of one later than the client.
     */
    protected <F extends Feed> F started(F feed) {
        join(feed.start());
        eventually(() -> exchanges.isEmpty() || openLines() >= report(feed).target());
        return feed;
    }

    /**
     * Waits until the feed has done everything requested so far; otherwise a message may arrive before a handler is
     * set.
     */
    protected static void heard(Feed feed) {
        join(feed.report());
    }

    protected int openLines() {
        return exchanges.stream().mapToInt(e -> e.lines().size()).sum();
    }

    protected static <T> T join(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(PATIENCE_S, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Returns the cause of a failed future. */
    protected static Throwable failureOf(Future<?> future) {
        eventually(future::isComplete);
        assertThat(future.failed()).as("failed").isTrue();
        return future.cause();
    }

    protected static void eventually(Callable<Boolean> condition) {
        Await.until(Duration.ofSeconds(PATIENCE_S), () -> "what the test waits for", condition);
    }

    protected static FeedReport report(Feed feed) {
        return join(feed.report());
    }

    /** Returns the open connections that have a slot. */
    protected static List<ConnectionReport> members(Feed feed) {
        return report(feed).connections().stream()
                .filter(c -> c.role() == ConnectionReport.Role.MEMBER
                        && c.connection().isConnected())
                .toList();
    }

    protected static List<String> ids(Feed feed) {
        return members(feed).stream().map(c -> c.connection().connectionId()).toList();
    }

    protected static void eventuallyInStep(Feed feed, int connections) {
        eventually(() -> members(feed).stream().filter(c -> c.line().inStep()).count() == connections);
    }

    protected List<FeedEvent> told(FeedEvent.Type type) {
        return events.stream().filter(e -> e.type() == type).toList();
    }

    protected FeedEvent awaitTold(FeedEvent.Type type) {
        eventually(() -> !told(type).isEmpty());
        return told(type).get(0);
    }

    protected List<String> texts() {
        return messages.stream().map(FeedMessage::asText).toList();
    }

    /** A port on which nothing listens. */
    protected static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0)) {
            return probe.getLocalPort();
        }
    }
}
