package io.firstline.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import io.firstline.config.RetryConfig;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.WsPoolConfig;
import io.firstline.config.venue.Formats;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.feed.WsPool;
import io.firstline.feed.report.FeedReport;
import io.firstline.simulator.CutKind;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.simulator.SimulatedLine;
import io.firstline.simulator.SimulatorConfig;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Ten minutes at 20,000 messages a second on five connections, with a fault every five seconds: no message is lost or
 * duplicated, and no resource grows.
 * {@code mvn test -Psoak -Dtest=SoakTest [-Dsoak.seconds=600] [-Dfirstline.seed=N]}
 */
@Tag("soak")
class SoakTest {
    private static final int CONNECTIONS = 5;
    private static final int RATE = Integer.getInteger("soak.rate", 20_000);
    private static final long SECONDS = Long.getLong("soak.seconds", 600);
    private static final int HASHES = 1 << 17;
    private static final int FAULT_EVERY_S = 5;
    /** Ten times in all, at a time between two faults. */
    private static final long FOOTPRINT_EVERY_S = Math.max(1, SECONDS / 10 / FAULT_EVERY_S) * FAULT_EVERY_S;

    private static final MessageFormat BINANCE = Formats.replying(
            List.of("/stream", "/e", "/s"), List.of("!serverShutdown", "serverShutdown"), "/id", List.of("/code"), 100);

    /** The figures that must not grow. */
    private record Footprint(long atSecond, long sent, double heapMb, int threads, long descriptors) {
        static Footprint now(long second, long sent) {
            for (int i = 0; i < 2; i++) {
                System.gc();
            }
            return new Footprint(
                    second,
                    sent,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1e6,
                    ManagementFactory.getThreadMXBean().getThreadCount(),
                    ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                            .getOpenFileDescriptorCount());
        }
    }

    /** A fault of one of the five connections. */
    private interface Fault {
        void strike(ExchangeSimulator exchange, int line);
    }

    private static final List<Fault> FAULTS = List.of(
            (exchange, line) -> Bench.get(exchange.cut(line, CutKind.CLOSE)),
            (exchange, line) -> Bench.get(exchange.cut(line, CutKind.RESET)),
            (exchange, line) -> Bench.get(exchange.cut(line, CutKind.FIN)),
            ExchangeSimulator::freeze, // it never thaws: silent while others deliver
            (exchange, line) -> {
                exchange.freeze(line);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
                exchange.thaw(line);
            },
            (exchange, line) -> exchange.announceShutdown());

    @Test
    void shouldRunWithoutLossOrGrowth() {
        long seed = Long.getLong("firstline.seed", System.nanoTime());
        Random random = new Random(seed);
        try (Bench bench = new Bench()) {
            ExchangeSimulator exchange = bench.silentExchange(SimulatorConfig.of()
                    .withMessagesPerSecond(RATE)
                    .withBurst(20)
                    .withClientFramesPerSecond(0));
            FlowLedger ledger = new FlowLedger(exchange);
            WsConnectionConfig connection =
                    WsConnectionConfig.of(exchange.url(Bench.STREAMS)).withRetry(new RetryConfig(50, 1_000, 10_000, 0));
            WsPool pool = WsPool.create(
                    bench.vertx,
                    "soak",
                    WsPoolConfig.of(connection)
                            .withConnections(CONNECTIONS)
                            .withHashCapacity(HASHES)
                            .withJoinGuardMs(500),
                    SubscribeTemplates.NONE,
                    BINANCE);
            pool.handler(message -> ledger.receive(message.payload(), message.late()));
            Bench.connect(pool);

            List<Footprint> footprints = new ArrayList<>();
            long start = System.nanoTime();
            exchange.resumeEmission();
            int faults = 0;
            for (long second = 0; second < SECONDS; second += FAULT_EVERY_S) {
                long untilNanos = start + TimeUnit.SECONDS.toNanos(second + FAULT_EVERY_S);
                if (second % FOOTPRINT_EVERY_S == 0) {
                    footprints.add(Footprint.now(second, ledger.sent()));
                }
                if (second > 0 && Bench.report(pool).live() == CONNECTIONS) {
                    List<SimulatedLine> lines = exchange.lines();
                    int line = lines.get(random.nextInt(lines.size())).number();
                    FAULTS.get(faults++ % FAULTS.size()).strike(exchange, line);
                }
                for (long left = untilNanos - System.nanoTime(); left > 0; left = untilNanos - System.nanoTime()) {
                    LockSupport.parkNanos(left); // the duration of the load, not a wait for a condition
                }
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            Bench.until("whole again", () -> Bench.report(pool).live() == CONNECTIONS);
            Bench.silence(exchange);
            Bench.until("everything received", () -> ledger.underWay() == 0);
            footprints.add(Footprint.now(SECONDS, ledger.sent()));

            FeedReport report = Bench.report(pool);
            System.out.printf(
                    Locale.ROOT,
                    "[soak] seed %d: %.0f s, %,d messages (%,.0f/s), %,d copies, %d faults; lost %d, unexpected %d, out of order %d, late %d;"
                            + " connections lost %d, replaced %d, dropped %s%n",
                    seed,
                    seconds,
                    ledger.sent(),
                    ledger.sent() / seconds,
                    report.copies(),
                    faults,
                    ledger.underWay(),
                    ledger.unexpected(),
                    ledger.outOfOrder(),
                    report.late(),
                    report.lost(),
                    report.evictions(),
                    report.dropped());
            footprints.forEach(f -> System.out.printf(
                    Locale.ROOT,
                    "[soak] after %4d s: heap %.1f MB after GC, %d threads, %d descriptors%n",
                    f.atSecond(),
                    f.heapMb(),
                    f.threads(),
                    f.descriptors()));
            assertThat(ledger.unexpected()).isZero();
            assertThat(ledger.outOfOrder()).isZero();
            assertThat(ledger.received()).isEqualTo(ledger.sent());
            assertThat(report.dropped()).isEmpty();
            assertFlat(footprints);
            Bench.get(pool.close());
        }
    }

    /** Compares with the first footprint after all bounded buffers were full; a short or slow run may have none. */
    private static void assertFlat(List<Footprint> footprints) {
        Footprint last = footprints.get(footprints.size() - 1);
        Footprint early = footprints.get(1);
        Footprint filled = footprints.stream()
                .filter(footprint -> footprint.sent() >= 2 * HASHES)
                .findFirst()
                .orElse(last);
        assertThat(last.heapMb()).isLessThanOrEqualTo(filled.heapMb() * 1.05);
        assertThat(last.threads()).isLessThanOrEqualTo(early.threads());
        assertThat(last.descriptors()).isLessThanOrEqualTo(early.descriptors() + 10);
    }
}
