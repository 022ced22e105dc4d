package io.firstline.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.RetryConfig;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.WsPoolConfig;
import io.firstline.config.venue.Formats;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.feed.WsPool;
import io.firstline.feed.report.ConnectionReport.Role;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedReport;
import io.firstline.feed.report.FeedState;
import io.firstline.simulator.CutKind;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.simulator.LineBehaviour;
import io.firstline.simulator.SimulatorConfig;
import io.firstline.testkit.Await;
import io.firstline.testkit.FaultLink;
import io.firstline.testkit.FaultProxy;
import io.firstline.testkit.NameServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.dns.AddressResolverOptions;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * An exchange, a proxy and a pool, with one fault. One connection is clearly the fastest, so that a fault on it hits
 * the first copies. A scene measures from {@link #strike} on; times are milliseconds.
 */
final class Scene implements AutoCloseable {
    static final int RATE = 800;
    static final int PING_MS = 250;
    /** Six streams unwrapped, so that a frame's text is the message itself. */
    private static final String STREAMS =
            "/public/ws/btcusdt@bookTicker/btcusdt@trade/ethusdt@bookTicker/ethusdt@trade/solusdt@bookTicker/solusdt@trade";

    private static final int MESSAGES_AROUND = 40;

    /** An event and its time. */
    private record Told(FeedEvent event, long nanos) {}

    private final ExchangeSimulator exchange;
    private final Vertx vertx;
    /** The name server of the pool. */
    final NameServer names = NameServer.start();
    /** Exceptions that nobody caught. */
    final List<Throwable> thrown = new CopyOnWriteArrayList<>();

    private final List<Told> told = new CopyOnWriteArrayList<>();
    final FaultProxy proxy;
    final Tally tally;
    final WsPool pool;
    private final Map<FaultLink, Integer> firstCopies = new ConcurrentHashMap<>();
    private FaultLink struck;
    private long struckNanos;
    private long detectedNanos;
    private static final MessageFormat BINANCE = Formats.replying(
            List.of("/stream", "/e", "/s"), List.of("!serverShutdown", "serverShutdown"), "/id", List.of("/code"), 100);

    private long recoveredNanos;
    private String missed;

    /**
     * An exchange that is silent until the scene begins, and a pool that has not started. The pool has a separate
     * Vert.x, so that scenes at the same time share no event loop and no connect budget.
     *
     * @param delaysMs of the exchange's lines, taken in turn
     */
    Scene(Vertx exchangeVertx, int connections, List<Integer> delaysMs, UnaryOperator<WsPoolConfig> shape) {
        exchange = ExchangeSimulator.create(
                exchangeVertx,
                SimulatorConfig.of()
                        .withMessagesPerSecond(RATE)
                        .withClientFramesPerSecond(0)
                        .withLines(delaysMs.stream()
                                .map(ms -> LineBehaviour.perfect().withDelayMs(ms))
                                .toList()));
        Await.result(exchange.start());
        exchange.pauseEmission();
        tally = Tally.of(exchange);
        proxy = FaultProxy.to(exchange.port());
        proxy.onDelivered((link, text) -> {
            if (tally.delivered(text)) {
                firstCopies.merge(link, 1, Integer::sum);
            }
        });
        WsConnectionConfig connection = WsConnectionConfig.of(proxy.url(STREAMS))
                .withLatencyPingIntervalMs(PING_MS)
                .withConnectTimeoutMs(1_000)
                .withRetry(new RetryConfig(50, 400, 10_000, 0));
        AddressResolverOptions resolver = new AddressResolverOptions()
                .addServer(names.address())
                .setCacheMaxTimeToLive(0)
                .setQueryTimeout(300)
                .setMaxQueries(1);
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setAddressResolverOptions(resolver))
                .exceptionHandler(thrown::add);
        pool = WsPool.create(
                vertx,
                "fault",
                shape.apply(WsPoolConfig.of(connection)
                        .withConnections(connections)
                        .withEvictIntervalMs(600_000)
                        .withJoinGuardMs(100)),
                SubscribeTemplates.NONE,
                BINANCE);
        pool.handler(tally::received);
        pool.eventHandler(event -> told.add(new Told(event, System.nanoTime())));
    }

    /** All connections open. */
    void open() {
        Await.result(pool.start());
        Await.until(
                "all live",
                () -> report().live() == report().target() && exchange.lines().size() == report().target());
    }

    /** The exchange sends from now on. */
    void send() {
        exchange.resumeEmission();
    }

    // the fault

    /** All connections open while the exchange is silent; then it sends; then the fault hits the fastest connection. */
    void strike(Consumer<FaultLink> fault) {
        open();
        send();
        more();
        struck = Collections.max(firstCopies.entrySet(), Map.Entry.comparingByValue())
                .getKey();
        struckNanos = System.nanoTime();
        fault.accept(struck);
    }

    /** The fault began before the first message: all connections open, and time begins. */
    void strikeFromTheStart() {
        open();
        struckNanos = System.nanoTime();
    }

    /** The connection with the fault. */
    FaultLink struck() {
        return struck;
    }

    /** A connection that is not the fastest. */
    FaultLink follower() {
        return proxy.links().stream().filter(link -> link != struck).findFirst().orElseThrow();
    }

    /** The feed reports an event for which this holds. */
    FeedEvent detect(String what, Predicate<FeedEvent> holds) {
        Await.until(() -> what + ", told was " + since(struckNanos), () -> first(holds) != null);
        Told first = first(holds);
        detectedNanos = first.nanos();
        return first.event();
    }

    /** A condition becomes true that no event reports. */
    void detect(String what, BooleanSupplier seen) {
        Await.until(() -> what + ", but " + report(), seen);
        detectedNanos = System.nanoTime();
    }

    /** The feed reports that a connection was lost for this cause. */
    void detectLoss(String cause) {
        FeedEvent event = detect("a connection lost", e -> e.type() == FeedEvent.Type.DISCONNECTED);
        assertThat(event.toJson().getString("cause")).isEqualTo(cause);
    }

    /** Adds to the report a thing that Firstline should have done and did not; the row can still pass. */
    void missed(String what) {
        missed = what;
    }

    /** The text of that report, or null. */
    String missed() {
        return missed;
    }

    /** All connections are live and in step again. */
    void recover() {
        Await.until(
                () -> "all live again, but " + report(),
                () -> pool.state() == FeedState.CONNECTED && report().live() == report().target());
        recoveredNanos = System.nanoTime();
        Await.until(() -> "all in step again, but " + report(), () -> inStep() == report().target());
    }

    /** The fault's time, or time between two steps of it. */
    static void pass(int millis) {
        long until = System.nanoTime() + Duration.ofMillis(millis).toNanos();
        for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    /** Some more messages are published. */
    void more() {
        int before = tally.received();
        Await.until("more messages", () -> tally.received() >= before + MESSAGES_AROUND);
    }

    // the present state

    FeedReport report() {
        return Await.result(pool.report());
    }

    long inStep() {
        return report().connections().stream()
                .filter(c -> c.role() == Role.MEMBER && c.line().inStep())
                .count();
    }

    /** Returns all events. */
    List<FeedEvent> events() {
        return told.stream().map(Told::event).toList();
    }

    List<FeedEvent> events(FeedEvent.Type type) {
        return told.stream().map(Told::event).filter(e -> e.type() == type).toList();
    }

    /** How many connections ended that the pool had not closed. */
    void assertLostConnections(int count) {
        assertThat(events(FeedEvent.Type.DISCONNECTED)).as("connections lost").hasSize(count);
    }

    private Told first(Predicate<FeedEvent> holds) {
        return told.stream()
                .filter(t -> t.nanos() - struckNanos >= 0 && holds.test(t.event()))
                .findFirst()
                .orElse(null);
    }

    private List<FeedEvent> since(long nanos) {
        return told.stream()
                .filter(t -> t.nanos() - nanos >= 0)
                .map(Told::event)
                .toList();
    }

    /** Some more messages, then silence until every copy has arrived. */
    Tally.Verdict end() {
        more();
        exchange.pauseEmission();
        Await.result(exchange.cut(Integer.MAX_VALUE, CutKind.CLOSE).otherwiseEmpty()); // its commands run in order
        long patience = System.nanoTime() + Duration.ofSeconds(1).toNanos();
        while (tally.verdict().lost() > 0 && System.nanoTime() - patience < 0) {
            pass(5);
        }
        for (long copies = -1; copies != report().copies(); ) {
            copies = report().copies();
            pass(25);
        }
        return tally.verdict();
    }

    String detectMs() {
        return millis(detectedNanos);
    }

    String recoverMs() {
        return millis(recoveredNanos);
    }

    private String millis(long nanos) {
        return nanos == 0 ? "–" : String.valueOf((nanos - struckNanos + 500_000) / 1_000_000);
    }

    void assertDetectedWithinMs(long bound) {
        assertThat((detectedNanos - struckNanos) / 1_000_000).as("ms to detect").isLessThanOrEqualTo(bound);
    }

    void assertRecoveredWithinMs(long bound) {
        assertThat((recoveredNanos - struckNanos) / 1_000_000)
                .as("ms to recover")
                .isLessThanOrEqualTo(bound);
    }

    @Override
    public void close() {
        Future<Void> closing = pool.close();
        proxy.close();
        Await.result(closing);
        Await.result(vertx.close());
        Await.result(exchange.close());
        names.close();
    }
}
