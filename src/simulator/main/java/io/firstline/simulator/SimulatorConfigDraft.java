package io.firstline.simulator;

import io.firstline.config.check.Loopback;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A mutable {@link SimulatorConfig} during its construction; the initial values are the defaults. Used on one thread.
 */
final class SimulatorConfigDraft {
    String host = Loopback.ADDRESS;
    int port;
    int messagesPerSecond = 200;
    int burst = 1;
    long seed = 1;
    int pingIntervalMs = 20_000;
    int pongTimeoutMs = 60_000;
    int clientFramesPerSecond = -1;
    int maxStreamsPerConnection = 1_024;
    int maxAgeMs = 86_400_000;
    List<LineBehaviour> lines = List.of();
    List<Path> recordings = List.of();
    double replaySpeed = 1;
    List<Integer> replayLagMs = List.of();
    int awaitConnections = 1;

    SimulatorConfigDraft() {}

    SimulatorConfigDraft(SimulatorConfig config) {
        host = config.host();
        port = config.port();
        messagesPerSecond = config.messagesPerSecond();
        burst = config.burst();
        seed = config.seed();
        pingIntervalMs = config.pingIntervalMs();
        pongTimeoutMs = config.pongTimeoutMs();
        clientFramesPerSecond = config.clientFramesPerSecond();
        maxStreamsPerConnection = config.maxStreamsPerConnection();
        maxAgeMs = config.maxAgeMs();
        lines = config.lines();
        recordings = config.recordings();
        replaySpeed = config.replaySpeed();
        replayLagMs = config.replayLagMs();
        awaitConnections = config.awaitConnections();
    }

    /** Sets every field that is present. */
    void read(JsonFields fields) {
        host = fields.text("host", host);
        port = fields.number("port", port);
        messagesPerSecond = fields.number("messagesPerSecond", messagesPerSecond);
        burst = fields.number("burst", burst);
        seed = fields.whole("seed", seed);
        pingIntervalMs = fields.number("pingIntervalMs", pingIntervalMs);
        pongTimeoutMs = fields.number("pongTimeoutMs", pongTimeoutMs);
        clientFramesPerSecond = fields.number("clientFramesPerSecond", clientFramesPerSecond);
        maxStreamsPerConnection = fields.number("maxStreamsPerConnection", maxStreamsPerConnection);
        maxAgeMs = fields.number("maxAgeMs", maxAgeMs);
        lines = fields.list("lines", lines, "an object", SimulatorConfigDraft::behaviour);
        recordings = fields.list("recordings", recordings, "a file's path", SimulatorConfigDraft::path);
        replaySpeed = fields.decimal("replaySpeed", replaySpeed);
        replayLagMs = fields.list("replayLagMs", replayLagMs, "a whole number", SimulatorConfigDraft::lagMs);
        awaitConnections = fields.number("awaitConnections", awaitConnections);
    }

    SimulatorConfig build() {
        return new SimulatorConfig(
                host,
                port,
                messagesPerSecond,
                burst,
                seed,
                pingIntervalMs,
                pongTimeoutMs,
                clientFramesPerSecond,
                maxStreamsPerConnection,
                maxAgeMs,
                lines,
                recordings,
                replaySpeed,
                replayLagMs,
                awaitConnections);
    }

    private static Optional<LineBehaviour> behaviour(Object value) {
        return value instanceof JsonObject object ? Optional.of(LineBehaviour.fromJson(object)) : Optional.empty();
    }

    private static Optional<Path> path(Object value) {
        return value instanceof String text && !text.isBlank() ? Optional.of(Path.of(text)) : Optional.empty();
    }

    private static Optional<Integer> lagMs(Object value) {
        return JsonFields.asWhole(value).filter(n -> n == n.intValue()).map(Long::intValue);
    }
}
