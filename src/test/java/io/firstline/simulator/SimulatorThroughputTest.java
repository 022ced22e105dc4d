package io.firstline.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The load that the simulator promises to carry: 10,000 messages a second to five connections of the same process. */
class SimulatorThroughputTest extends SimulatorTestBase {
    private static final int RATE = 10_000;
    private static final int SECONDS = 10;

    @Test
    @Tag("stress")
    void shouldSustainTenThousandMessagesASecondToFiveConnections() throws Exception {
        ExchangeSimulator exchange = start(SimulatorConfig.of().withMessagesPerSecond(RATE));
        List<TestClient> clients = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            clients.add(connect(exchange, "/stream?streams=btcusdt@bookTicker/btcusdt@trade/ethusdt@depth"));
        }
        clients.get(0).next(RATE); // warm-up
        com.sun.management.OperatingSystemMXBean os =
                (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long cpuNs = os.getProcessCpuTime();
        long startNs = System.nanoTime();
        clients.get(0).next(RATE * SECONDS);
        double seconds = (System.nanoTime() - startNs) / 1e9;
        double cores = (os.getProcessCpuTime() - cpuNs) / 1e9 / seconds;
        for (TestClient each : clients.subList(1, 5)) {
            each.next(RATE * SECONDS);
        }

        System.out.printf(
                "%,.0f messages/s to each of 5 connections, %.2f cores for server and clients%n",
                RATE * SECONDS / seconds, cores);
        assertThat(RATE * SECONDS / seconds).isGreaterThan(RATE * 0.97);
    }
}
