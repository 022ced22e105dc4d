package io.firstline.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimulatorConfigTest {

    @Test
    void shouldHaveTheDocumentedDefaults() {
        SimulatorConfig config = SimulatorConfig.of();

        assertThat(config)
                .isEqualTo(new SimulatorConfig(
                        "127.0.0.1",
                        0,
                        200,
                        1,
                        1,
                        20_000,
                        60_000,
                        -1,
                        1_024,
                        86_400_000,
                        List.of(),
                        List.of(),
                        1.0,
                        List.of(),
                        1));
        assertThat(SimulatorConfig.fromJson(new JsonObject())).isEqualTo(config);
    }

    @Test
    void shouldReadEveryFieldAsItsWitherSetsIt() {
        SimulatorConfig read = SimulatorConfig.fromJson(
                new JsonObject(
                        """
                        {"host":"::1","port":9443,"messagesPerSecond":5000,"burst":10,"seed":99999999999,"pingIntervalMs":1000,
                         "pongTimeoutMs":3000,"clientFramesPerSecond":7,"maxStreamsPerConnection":3,"maxAgeMs":60000,
                         "lines":[{"delayMs":1.5,"jitterMs":0.5,"jitter":"log-normal","lossPercent":2,"freezeEveryMs":1000,
                                   "freezeForMs":100,"cutAfterMs":5000},{}],
                         "recordings":["a.jsonl","b.jsonl.gz"],"replaySpeed":0,"replayLagMs":[0,75],"awaitConnections":2}"""));

        LineBehaviour bad = LineBehaviour.perfect()
                .withDelayMs(1.5)
                .withJitter(Jitter.LOG_NORMAL, 0.5)
                .withLossPercent(2)
                .withFreeze(1_000, 100)
                .withCutAfterMs(5_000);
        assertThat(read)
                .isEqualTo(SimulatorConfig.of()
                        .withHost("::1")
                        .withPort(9443)
                        .withMessagesPerSecond(5_000)
                        .withBurst(10)
                        .withSeed(99_999_999_999L)
                        .withPingIntervalMs(1_000)
                        .withPongTimeoutMs(3_000)
                        .withClientFramesPerSecond(7)
                        .withMaxStreamsPerConnection(3)
                        .withMaxAgeMs(60_000)
                        .withLines(List.of(bad, LineBehaviour.perfect()))
                        .withRecordings(List.of(Path.of("a.jsonl"), Path.of("b.jsonl.gz")))
                        .withReplaySpeed(0)
                        .withReplayLagMs(List.of(0, 75))
                        .withAwaitConnections(2));
    }

    @Test
    void shouldNameEveryFieldThatIsOutOfRange() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SimulatorConfig(
                        " ", 65_536, -1, 0, 1, -1, 0, -2, 0, -1, List.of(), List.of(), Double.NaN, List.of(-5), 0))
                .satisfies(e -> assertThat(e.getMessage().split("; ", -1))
                        .extracting(problem -> problem.split(" ", -1)[0])
                        .containsExactly(
                                "host",
                                "port",
                                "messagesPerSecond",
                                "burst",
                                "pingIntervalMs",
                                "pongTimeoutMs",
                                "clientFramesPerSecond",
                                "maxStreamsPerConnection",
                                "maxAgeMs",
                                "replaySpeed",
                                "awaitConnections",
                                "replayLagMs[0]"))
                .withMessageContaining("port is 65536, allowed: 0 to 65535");
    }

    @Test
    void shouldNameWrongTypesAndWrongValuesTogether() {
        JsonObject json = new JsonObject(
                """
                {"host":7,"port":"x","seed":1.5,"burst":0,"replaySpeed":"fast","lines":[{"jitter":"wild","lossPercent":101},3],
                 "recordings":"a","replayLagMs":[4294967296],"awaitConnections":4294967297}""");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> SimulatorConfig.fromJson(json))
                .withMessageContainingAll(
                        "host is 7, allowed: a text",
                        "port is x, allowed: a whole number",
                        "seed is 1.5",
                        "burst is 0, allowed: 1 to 100000",
                        "replaySpeed is fast",
                        "lines[0]: jitter is wild",
                        "lines[1] is 3, allowed: an object",
                        "recordings is a, allowed: a list",
                        "replayLagMs[0] is 4294967296",
                        "awaitConnections is 4294967297");
    }

    @Test
    void shouldNameEveryFieldOfALineThatIsOutOfRange() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LineBehaviour(-1, -1, null, 100.5, -1, 1, -1))
                .withMessageContainingAll(
                        "delayMs",
                        "jitterMs",
                        "jitter is null",
                        "lossPercent is 100.5",
                        "freezeEveryMs",
                        "freezeForMs",
                        "cutAfterMs");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LineBehaviour.perfect().withFreeze(100, 100))
                .withMessage("freezeForMs is 100, allowed: 1 to 99");
    }
}
