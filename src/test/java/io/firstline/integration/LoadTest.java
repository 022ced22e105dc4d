package io.firstline.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.bus.Addresses;
import io.firstline.config.WsPoolConfig;
import io.firstline.config.feed.FeedConfig;
import io.firstline.deploy.PoolVerticle;
import io.firstline.feed.WsPool;
import io.firstline.feed.report.FeedReport;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.simulator.SimulatorConfig;
import io.firstline.stream.FeedMessage;
import io.firstline.stream.Overflow;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The load table: five connections; every sent message arrives once and in order. Two seconds a row in every build,
 * ten with {@code -Pstress}. The reference loses 0, 6, 24 and 53 % on the same rows.
 */
class LoadTest {
    private static final int CONNECTIONS = 5;

    /** The consumer of the merged stream. */
    enum Consumer {
        /** A feed's own stream, on its event loop. */
        STREAM,
        /** The event bus address of a verticle. */
        BUS
    }

    @BeforeAll
    static void heading() {
        System.out.printf(
                "[load] %7s %6s %3s %-8s %9s %9s %5s %5s %6s %12s%n",
                "rate/s", "burst", "s", "consumer", "reached/s", "messages", "lost", "twice", "order", "late copies");
    }

    @AfterAll
    static void end() {
        System.out.println("[load] 5 connections, loopback, simulator and consumer in one JVM");
    }

    @ParameterizedTest(name = "{0}/s in bursts of {1}, {2}")
    @CsvSource({
        "1000,1,STREAM", "5000,50,STREAM", "2000,200,STREAM", "10000,20,STREAM",
        "1000,1,BUS", "5000,50,BUS", "2000,200,BUS", "10000,20,BUS"
    })
    void shouldLoseNothingInTwoSeconds(int rate, int burst, Consumer consumer) {
        run(rate, burst, consumer, Duration.ofSeconds(2));
    }

    @Tag("stress")
    @ParameterizedTest(name = "{0}/s in bursts of {1}, {2}")
    @CsvSource({
        "1000,1,STREAM", "5000,50,STREAM", "2000,200,STREAM", "10000,20,STREAM",
        "1000,1,BUS", "5000,50,BUS", "2000,200,BUS", "10000,20,BUS"
    })
    void shouldLoseNothingInTenSeconds(int rate, int burst, Consumer consumer) {
        run(rate, burst, consumer, Duration.ofSeconds(10));
    }

    private static void run(int rate, int burst, Consumer consumer, Duration time) {
        try (Bench bench = new Bench()) {
            ExchangeSimulator exchange = bench.silentExchange(
                    SimulatorConfig.of().withMessagesPerSecond(rate).withBurst(burst));
            Ledger ledger = new Ledger(exchange);
            WsPoolConfig pool = WsPoolConfig.of(exchange.url(Bench.STREAMS)).withConnections(CONNECTIONS);
            Watched watched = consumer == Consumer.STREAM ? stream(bench, pool, ledger) : bus(bench, pool, ledger);

            long start = System.nanoTime();
            exchange.resumeEmission();
            for (long left = time.toNanos(); left > 0; left = time.toNanos() - (System.nanoTime() - start)) {
                LockSupport.parkNanos(left); // the duration of the load, not a wait for a condition
            }
            Bench.silence(exchange);
            double seconds = (System.nanoTime() - start) / 1e9;
            Bench.until("everything received", () -> ledger.received() >= ledger.sent());
            Bench.until("every copy received", () -> watched.copies() == (long) CONNECTIONS * ledger.sent());

            Ledger.Verdict verdict = ledger.verdict();
            System.out.printf(
                    Locale.ROOT,
                    "[load] %,7d %6d %3d %-8s %,9.0f %,9d %5d %5d %6d %,12d%n",
                    rate,
                    burst,
                    time.toSeconds(),
                    consumer,
                    ledger.sent() / seconds,
                    verdict.sent(),
                    verdict.lost(),
                    verdict.duplicated(),
                    verdict.outOfOrder(),
                    watched.copies() - verdict.received());
            verdict.assertExact();
            assertThat(ledger.sent() / seconds)
                    .as("rate reached, else the row proves little")
                    .isGreaterThan(rate / 2.0);
            watched.assertWhole();
        }
    }

    /** A feed under load, accessed through its own methods or over the bus. */
    private interface Watched {
        long copies();

        /** Asserts that no connection was lost and nothing was dropped. */
        void assertWhole();
    }

    private static Watched stream(Bench bench, WsPoolConfig config, Ledger ledger) {
        WsPool pool = WsPool.create(bench.vertx, config);
        pool.stream(16_384, Overflow.DROP_OLDEST).handler(message -> ledger.receive(message.asText()));
        Bench.connect(pool);
        return new Watched() {
            @Override
            public long copies() {
                return Bench.report(pool).copies();
            }

            @Override
            public void assertWhole() {
                FeedReport report = Bench.report(pool);
                assertThat(report.dropped()).isEmpty();
                assertThat(report.lost()).isZero();
                assertThat(report.live()).isEqualTo(CONNECTIONS);
            }
        };
    }

    private static Watched bus(Bench bench, WsPoolConfig config, Ledger ledger) {
        bench.vertx
                .eventBus()
                .<FeedMessage>localConsumer(
                        Addresses.feed("load"),
                        message -> ledger.receive(message.body().asText()));
        Bench.get(bench.vertx.deployVerticle(new PoolVerticle(FeedConfig.of("load", config))));
        Bench.until("all live", () -> status(bench).getInteger("live") == CONNECTIONS);
        return new Watched() {
            @Override
            public long copies() {
                return status(bench).getLong("copies");
            }

            @Override
            public void assertWhole() {
                JsonObject status = status(bench);
                assertThat(status.getJsonObject("dropped")).isEmpty();
                assertThat(status.getLong("lost")).isZero();
                assertThat(status.getInteger("live")).isEqualTo(CONNECTIONS);
            }
        };
    }

    private static JsonObject status(Bench bench) {
        return Bench.get(bench.vertx
                .eventBus()
                .<JsonObject>request(Addresses.command("load"), new JsonObject().put("do", "status"))
                .map(Message::body));
    }
}
