package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.bus.Addresses;
import io.firstline.config.service.ServiceConfig;
import io.firstline.integration.FlowLedger;
import io.firstline.simulator.CutKind;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.simulator.SimulatedLine;
import io.firstline.simulator.SimulatorConfig;
import io.firstline.stream.FeedMessage;
import io.firstline.testkit.Await;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A running service with a feed whose connections are reset every 300 ms, among hostile peers: another feed's
 * exchange, HTTP clients, clients of both bridges. No message is lost or duplicated, and no resource grows.
 *
 * <p>A reset waits while it could destroy the only copy of a message: a feed can publish only what a connection brings.
 * On a busy machine connections open more slowly than every 300 ms. See {@link #awaitSpare}.
 *
 * <p>Ten minutes: {@code mvn test -Psoak -Dtest=HostileSoakTest [-Dsoak.seconds=600] [-Dfirstline.seed=N]}.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class HostileSoakTest {
    private static final String STREAMS =
            "/public/ws/btcusdt@bookTicker/btcusdt@trade/ethusdt@bookTicker/ethusdt@trade/solusdt@bookTicker/solusdt@trade";
    private static final int RATE = Integer.getInteger("soak.rate", 2_000);
    private static final long SECONDS = Long.getLong("soak.seconds", 600);
    private static final long RESET_EVERY_MS = 300;
    private static final long BRIEFLY_SECONDS = 6;
    /** A machine on which more are under way is too busy for the rate: the exchange pauses until they have arrived. */
    private static final int MAX_UNDER_WAY = 1_000;

    @Test
    void shouldLoseNothingBesideHostilePeersForAWhile() {
        run(BRIEFLY_SECONDS);
    }

    @Tag("soak")
    @Test
    void shouldLoseNothingBesideHostilePeersForTenMinutes() {
        List<Double> heap = run(SECONDS);

        double filled = heap.get(Math.min(1, heap.size() - 1));
        assertThat(heap.get(heap.size() - 1))
                .as("MB after a collection, by minute: %s", heap)
                .isLessThan(filled * 1.1 + 5);
    }

    /** Returns the heap in use after a collection, in MB, each minute and at the end. */
    private static List<Double> run(long seconds) {
        long seed = Long.getLong("firstline.seed", System.nanoTime());
        Vertx exchangeVertx = Vertx.vertx();
        ExchangeSimulator exchange = ExchangeSimulator.create(
                exchangeVertx,
                SimulatorConfig.of().withMessagesPerSecond(RATE).withBurst(5).withClientFramesPerSecond(0));
        Await.result(exchange.start());
        exchange.pauseEmission();
        Set<Integer> heard = ConcurrentHashMap.newKeySet();
        exchange.onClientFrame(frame -> heard.add(frame.line()));
        try (HostilePeers hostile = new HostilePeers(seed);
                RunningService service = RunningService.prepare(config(exchange, hostile))) {
            FlowLedger ledger = new FlowLedger(exchange);
            service.onVertx()
                    .eventBus()
                    .<FeedMessage>localConsumer(
                            Addresses.feed("btc"),
                            m -> ledger.receive(m.body().payload(), m.body().late()));
            URI page = URI.create(Await.result(service.serve()));
            String bridge = Await.result(service.bridge());
            Await.result(service.deploy());
            Await.until("the feed is whole", () -> status(service, "btc").getInteger("live") == 5);

            exchange.resumeEmission();
            hostile.attackHttp(page.getPort());
            hostile.attackBridge(Integer.parseInt(bridge.substring(bridge.lastIndexOf(':') + 1)));
            List<Double> heap = new ArrayList<>();
            int resets = resetEvery(exchange, service, ledger, heard, new Random(seed), seconds, heap);
            hostile.stop();
            pause(exchange);
            awaitArrival(ledger, ledger.sent());
            heap.add(heapMb());

            JsonObject status = status(service, "btc");
            System.out.printf(
                    Locale.ROOT,
                    "[hostile soak] seed %d: %d s, %,d messages, %d resets; lost %d, unexpected %d, out of order %d, late %d, dropped %s;"
                            + " heap MB %.1f to %.1f; attacks %s%n",
                    seed,
                    seconds,
                    ledger.sent(),
                    resets,
                    ledger.underWay(),
                    ledger.unexpected(),
                    ledger.outOfOrder(),
                    status.getLong("late"),
                    status.getJsonObject("dropped"),
                    heap.get(0),
                    heap.get(heap.size() - 1),
                    hostile.attacks());
            assertThat(ledger.unexpected()).as("twice, seed %d", seed).isZero();
            assertThat(ledger.outOfOrder()).as("out of order, seed %d", seed).isZero();
            assertThat(ledger.received()).as("seed %d", seed).isEqualTo(ledger.sent());
            return heap;
        } finally {
            Await.result(exchange.close());
            Await.result(exchangeVertx.close());
        }
    }

    private static ServiceConfig config(ExchangeSimulator exchange, HostilePeers hostile) {
        JsonObject feeds = new JsonObject()
                .put(
                        "btc",
                        new JsonObject()
                                .put("url", exchange.url(STREAMS))
                                .put("connections", 5)
                                .put("joinGuardMs", 200)
                                .put("retryBaseMs", 20)
                                .put("retryCapMs", 200)
                                .put("connectsPer5Min", 1_000_000))
                .put(
                        "bad",
                        new JsonObject()
                                .put("url", hostile.url())
                                .put("connections", 3)
                                .put("compression", true)
                                .put("streamPointer", "/stream")
                                .put("maxMessageBytes", 65_536)
                                .put("connectTimeoutMs", 1_000)
                                .put("retryBaseMs", 20)
                                .put("retryCapMs", 200)
                                .put("connectsPer5Min", 1_000_000));
        JsonArray bridged = new JsonArray().add("btc");
        return ServiceConfig.parse(
                new JsonObject()
                        .put(
                                "http",
                                new JsonObject()
                                        .put("port", 0)
                                        .put("control", true)
                                        .put("token", "sha256:" + "0".repeat(64)))
                        .put(
                                "bridges",
                                new JsonObject()
                                        .put(
                                                "tcp",
                                                new JsonObject().put("port", 0).put("feeds", bridged))
                                        .put("sockjs", new JsonObject().put("feeds", bridged)))
                        .put("feeds", feeds)
                        .encode(),
                "test",
                null);
    }

    private static int resetEvery(
            ExchangeSimulator exchange,
            RunningService service,
            FlowLedger ledger,
            Set<Integer> heard,
            Random random,
            long seconds,
            List<Double> heap) {
        long start = System.nanoTime();
        int resets = 0;
        for (long ms = 0; ms < seconds * 1_000; ms += RESET_EVERY_MS) {
            if (ms % 60_000 == 0) {
                heap.add(heapMb());
            }
            awaitSpare(exchange, service, ledger, heard);
            List<SimulatedLine> lines = exchange.lines();
            Await.result(exchange.cut(lines.get(random.nextInt(lines.size())).number(), CutKind.RESET)
                    .otherwiseEmpty()); // the feed may have closed it in the meantime
            resets++;
            long due = start + TimeUnit.MILLISECONDS.toNanos(ms + RESET_EVERY_MS);
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left); // the duration of the load, not a wait for a condition
            }
        }
        return resets;
    }

    /**
     * Waits until any connection can be reset without destroying the only copy of a message.
     *
     * <ul>
     * <li>The feed and the exchange have the same open connections, so the feed has noticed the last reset. Both sides
     *     are counted: the exchange counts a connection once its client has sent a frame, the feed at the latest then.
     * <li>At least two of them are in step. The one that remains brings all that is sent from now on.
     * <li>All that was sent before has arrived.
     * </ul>
     */
    private static void awaitSpare(
            ExchangeSimulator exchange, RunningService service, FlowLedger ledger, Set<Integer> heard) {
        if (ledger.underWay() > MAX_UNDER_WAY) {
            pause(exchange);
            awaitArrival(ledger, ledger.sent());
            exchange.resumeEmission();
        }
        Await.until(
                () -> "two connections in step: the exchange has " + exchange.lines() + ", heard from " + heard
                        + "; the feed has " + status(service, "btc").encode(),
                () -> hasSpare(exchange, service, heard));
        awaitArrival(ledger, ledger.sent());
    }

    /** Nothing is sent any more when this returns. */
    private static void pause(ExchangeSimulator exchange) {
        exchange.pauseEmission();
        Await.failure(exchange.cut(0, CutKind.CLOSE)); // there is no such connection; calls take effect in order
    }

    /** Waits until the first {@code sent} messages have arrived. Each wait is for the oldest of them, so a loss ends it. */
    private static void awaitArrival(FlowLedger ledger, long sent) {
        for (long complete = ledger.complete(); complete < sent; complete = ledger.complete()) {
            long before = complete;
            Await.until(
                    () -> ledger.underWay() + " under way, the oldest is number " + (before + 1) + " of "
                            + ledger.sent(),
                    () -> ledger.complete() > before);
        }
    }

    private static boolean hasSpare(ExchangeSimulator exchange, RunningService service, Set<Integer> heard) {
        JsonObject status = status(service, "btc");
        List<JsonObject> open = status.getJsonArray("connections").stream()
                .map(JsonObject.class::cast)
                .filter(c -> c.getString("state").equals("CONNECTED"))
                .toList();
        List<SimulatedLine> lines = exchange.lines();
        return open.stream().filter(c -> c.getBoolean("inStep")).count() >= 2
                && lines.size() == open.size()
                && lines.stream().allMatch(line -> heard.contains(line.number()));
    }

    private static double heapMb() {
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1e6;
    }

    private static JsonObject status(RunningService service, String feed) {
        return Await.result(service.onVertx()
                .eventBus()
                .<JsonObject>request(Addresses.command(feed), new JsonObject().put("do", "status"))
                .map(Message::body));
    }
}
