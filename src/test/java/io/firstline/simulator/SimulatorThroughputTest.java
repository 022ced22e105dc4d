package io.firstline.simulator;

import static io.firstline.simulator.TestClient.join;
import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.testkit.Await;
import io.netty.util.ResourceLeakDetector;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The promised load of the simulator: 10,000 messages a second to five connections of the same process. */
class SimulatorThroughputTest extends SimulatorTestBase {
    private static final int RATE = 10_000;
    private static final int CONNECTIONS = 5;
    private static final double SECONDS = 10;

    private final ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();

    /** Leak detection tracks every buffer, which costs the clients more than the load itself. */
    @BeforeEach
    void measureWithoutLeakDetection() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @AfterEach
    void watchBuffersAgain() {
        ResourceLeakDetector.setLevel(level);
    }

    @Test
    @Tag("stress")
    void shouldSustainTenThousandMessagesASecondToFiveConnections() throws Exception {
        AtomicLong loop = new AtomicLong();
        ExchangeSimulator exchange = create(SimulatorConfig.of().withMessagesPerSecond(RATE));
        exchange.onEmit((stream, payload) -> loop.set(Thread.currentThread().getId()));
        join(exchange.start());
        AtomicLong received = new AtomicLong();
        for (int i = 0; i < CONNECTIONS; i++) {
            join(client.connect(
                            exchange.port(),
                            "127.0.0.1",
                            "/stream?streams=btcusdt@bookTicker/btcusdt@trade/ethusdt@depth")
                    .onSuccess(socket -> socket.frameHandler(frame -> received.incrementAndGet())));
        }
        waitSeconds(3); // warm-up
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long cpuNs = threads.getThreadCpuTime(loop.get());
        long receivedBefore = received.get();
        long emittedBefore = emitted(exchange);
        long startNs = System.nanoTime();
        waitSeconds(SECONDS);
        double seconds = (System.nanoTime() - startNs) / 1e9;
        double rate = (emitted(exchange) - emittedBefore) / seconds;
        double arrived = (received.get() - receivedBefore) / seconds / CONNECTIONS;
        double share = (threads.getThreadCpuTime(loop.get()) - cpuNs) / 1e9 / seconds;

        System.out.printf(
                "emitted %,.0f messages/s to %d connections, arrived %,.0f/s at each; server loop %.0f %% of a core%n",
                rate, CONNECTIONS, arrived, share * 100);
        assertThat(rate).isGreaterThan(RATE * 0.97);
        assertThat(exchange.lines()).hasSize(CONNECTIONS);
    }

    private static long emitted(ExchangeSimulator exchange) {
        return exchange.emitted().values().stream().mapToLong(Long::longValue).sum();
    }

    private static void waitSeconds(double seconds) {
        long startNs = System.nanoTime();
        Await.until(Duration.ofMinutes(1), () -> seconds + " s", () -> System.nanoTime() - startNs > seconds * 1e9);
    }
}
