package io.firstline.simulator;

import io.firstline.testkit.Await;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** One Vert.x, one client and any number of simulators per test; all closed after it. */
abstract class SimulatorTestBase {
    Vertx vertx;
    WebSocketClient client;
    private final List<ExchangeSimulator> simulators = new ArrayList<>();

    @BeforeEach
    void open() {
        vertx = Vertx.vertx();
        client = vertx.createWebSocketClient(new WebSocketClientOptions().setMaxFrameSize(4 << 20));
    }

    @AfterEach
    void close() throws Exception {
        for (ExchangeSimulator simulator : simulators) {
            TestClient.join(simulator.close());
        }
        TestClient.join(vertx.close());
    }

    /** A quiet exchange: emits only what a test injects, sends no pings, counts no client frames. */
    static SimulatorConfig quiet() {
        return SimulatorConfig.of()
                .withMessagesPerSecond(0)
                .withPingIntervalMs(0)
                .withClientFramesPerSecond(0);
    }

    ExchangeSimulator create(SimulatorConfig config) {
        ExchangeSimulator simulator = ExchangeSimulator.create(vertx, config);
        simulators.add(simulator);
        return simulator;
    }

    ExchangeSimulator start(SimulatorConfig config) throws Exception {
        ExchangeSimulator simulator = create(config);
        TestClient.join(simulator.start());
        return simulator;
    }

    TestClient connect(ExchangeSimulator simulator, String pathAndQuery) throws Exception {
        // by number: a line that is closing may leave meanwhile
        int before = newest(simulator);
        TestClient opened = TestClient.connect(client, simulator.url(pathAndQuery));
        eventually(() -> newest(simulator) > before);
        return opened;
    }

    private static int newest(ExchangeSimulator simulator) {
        return simulator.lines().stream().mapToInt(SimulatedLine::number).max().orElse(0);
    }

    static void eventually(Callable<Boolean> condition) {
        Await.until(Duration.ofSeconds(TestClient.PATIENCE_S), () -> "what the test waits for", condition);
    }
}
