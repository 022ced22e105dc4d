package io.firstline.simulator;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * Everything that a simulated exchange can be told before it starts. Immutable; checked as a whole.
 *
 * @param host the local address to listen on, default "127.0.0.1", or "::1" where there is only IPv6
 * @param port 1 to 65,535, or 0 (default) for any free port
 * @param messagesPerSecond how many messages the market emits over all subscribed streams together, 0 to 1,000,000, default 200;
 *     0 = only what {@link ExchangeSimulator#emit} is given
 * @param burst so many messages are emitted at once, every burst / messagesPerSecond seconds; 1 to 100,000, default 1
 * @param seed the k-th message of a stream has the same prices in every run with the same seed; default 1
 * @param pingIntervalMs the server pings each connection so often; milliseconds, 0 to 86,400,000, default 20,000; 0 = never
 * @param pongTimeoutMs a PING without its PONG for so long closes the connection (1008); milliseconds, 1 to 86,400,000, default 60,000
 * @param clientFramesPerSecond more PING, PONG and text frames than this within a second close the connection (1008); -1 (default) = the
 *     venue's limit: 5 on {@code /ws} and {@code /stream}, 10 on {@code /public} and {@code /market}, none in replays; 0 = no limit
 * @param maxStreamsPerConnection a subscription beyond this closes the connection (1008); 1 to 100,000, default 1,024
 * @param maxAgeMs each connection is closed (1001) at this age: the 24 h cut, scaled; milliseconds, 0 to 86,400,000 (default); 0 = never
 * @param lines behaviour of the 1st, 2nd, 3rd … accepted connection, starting over at the list's end; default empty = all perfect
 * @param recordings when not empty, these {@code .jsonl} or {@code .jsonl.gz} files are replayed instead of a market: one file goes to
 *     every connection, of several the k-th goes to the k-th accepted one, starting over at the list's end
 * @param replaySpeed 1 (default) = at the recording's own pace, 10 = ten times as fast, 0 = as fast as each connection takes it; 0 to 1,000,000
 * @param replayLagMs constant delay of the 1st, 2nd, 3rd … accepted connection in a replay, milliseconds, each 0 to 3,600,000; connections
 *     beyond the list have none; default empty
 * @param awaitConnections the replay starts when so many connections are open, 1 to 10,000, default 1
 */
public record SimulatorConfig(
        String host,
        int port,
        int messagesPerSecond,
        int burst,
        long seed,
        int pingIntervalMs,
        int pongTimeoutMs,
        int clientFramesPerSecond,
        int maxStreamsPerConnection,
        int maxAgeMs,
        List<LineBehaviour> lines,
        List<Path> recordings,
        double replaySpeed,
        List<Integer> replayLagMs,
        int awaitConnections) {
    private static final int DAY_MS = 86_400_000;
    private static final int HOUR_MS = 3_600_000;
    private static final SimulatorConfig DEFAULT = new SimulatorConfigDraft().build();

    /** Checks every field; throws IllegalArgumentException that names each one out of range. */
    public SimulatorConfig {
        lines = List.copyOf(lines);
        recordings = List.copyOf(recordings);
        replayLagMs = List.copyOf(replayLagMs);
        FieldProblems problems = new FieldProblems()
                .require(host != null && !host.isBlank(), "host", host, "a local address")
                .range("port", port, 0, 65_535)
                .range("messagesPerSecond", messagesPerSecond, 0, 1_000_000)
                .range("burst", burst, 1, 100_000)
                .range("pingIntervalMs", pingIntervalMs, 0, DAY_MS)
                .range("pongTimeoutMs", pongTimeoutMs, 1, DAY_MS)
                .range("clientFramesPerSecond", clientFramesPerSecond, -1, 1_000_000)
                .range("maxStreamsPerConnection", maxStreamsPerConnection, 1, 100_000)
                .range("maxAgeMs", maxAgeMs, 0, DAY_MS)
                .range("replaySpeed", replaySpeed, 0, 1_000_000)
                .range("awaitConnections", awaitConnections, 1, 10_000);
        for (int i = 0; i < replayLagMs.size(); i++) {
            problems.range("replayLagMs[" + i + "]", replayLagMs.get(i), 0, HOUR_MS);
        }
        problems.throwIfAny();
    }

    /** The defaults: a market of 200 messages a second on any free port of the loopback address. */
    public static SimulatorConfig of() {
        return DEFAULT;
    }

    /**
     * Reads a configuration; what is missing keeps its default, what is unknown is ignored (the service's schema rejects it). Throws
     * IllegalArgumentException that names every field of a wrong type or out of range.
     */
    public static SimulatorConfig fromJson(JsonObject json) {
        JsonFields fields = new JsonFields(json);
        SimulatorConfigDraft draft = new SimulatorConfigDraft();
        draft.read(fields);
        return fields.build(draft::build);
    }

    /** The same with another local address. */
    public SimulatorConfig withHost(String value) {
        return with(draft -> draft.host = value);
    }

    /** The same with another port; 0 = any free one. */
    public SimulatorConfig withPort(int value) {
        return with(draft -> draft.port = value);
    }

    /** The same with another rate, in messages a second over all streams. */
    public SimulatorConfig withMessagesPerSecond(int value) {
        return with(draft -> draft.messagesPerSecond = value);
    }

    /** The same with another number of messages emitted at once. */
    public SimulatorConfig withBurst(int value) {
        return with(draft -> draft.burst = value);
    }

    /** The same with another seed. */
    public SimulatorConfig withSeed(long value) {
        return with(draft -> draft.seed = value);
    }

    /** The same with another interval of the server's pings, in milliseconds; 0 = never. */
    public SimulatorConfig withPingIntervalMs(int value) {
        return with(draft -> draft.pingIntervalMs = value);
    }

    /** The same with another time that a PONG may take, in milliseconds. */
    public SimulatorConfig withPongTimeoutMs(int value) {
        return with(draft -> draft.pongTimeoutMs = value);
    }

    /** The same with another limit of client frames a second; -1 = the venue's, 0 = none. */
    public SimulatorConfig withClientFramesPerSecond(int value) {
        return with(draft -> draft.clientFramesPerSecond = value);
    }

    /** The same with another limit of streams. */
    public SimulatorConfig withMaxStreamsPerConnection(int value) {
        return with(draft -> draft.maxStreamsPerConnection = value);
    }

    /** The same with another age at which connections are closed, in milliseconds; 0 = never. */
    public SimulatorConfig withMaxAgeMs(int value) {
        return with(draft -> draft.maxAgeMs = value);
    }

    /** The same with these behaviours of the 1st, 2nd, 3rd … connection. */
    public SimulatorConfig withLines(List<LineBehaviour> value) {
        return with(draft -> draft.lines = value);
    }

    /** The same with these recordings to replay. */
    public SimulatorConfig withRecordings(List<Path> value) {
        return with(draft -> draft.recordings = value);
    }

    /** The same with another speed of the replay; 0 = as fast as possible. */
    public SimulatorConfig withReplaySpeed(double value) {
        return with(draft -> draft.replaySpeed = value);
    }

    /** The same with these delays of the 1st, 2nd, 3rd … connection of a replay, in milliseconds. */
    public SimulatorConfig withReplayLagMs(List<Integer> value) {
        return with(draft -> draft.replayLagMs = value);
    }

    /** The same with another number of connections that the replay waits for. */
    public SimulatorConfig withAwaitConnections(int value) {
        return with(draft -> draft.awaitConnections = value);
    }

    private SimulatorConfig with(Consumer<SimulatorConfigDraft> change) {
        SimulatorConfigDraft draft = new SimulatorConfigDraft(this);
        change.accept(draft);
        return draft.build();
    }
}
