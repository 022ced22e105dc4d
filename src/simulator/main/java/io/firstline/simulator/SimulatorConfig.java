package io.firstline.simulator;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * The configuration of a simulated exchange. Immutable; checked as a whole.
 *
 * @param host the local address to listen on, default "127.0.0.1", or "::1" on a machine with IPv6 only
 * @param port 1 to 65,535, or 0 (default) for any free port
 * @param messagesPerSecond rate of the market over all subscribed streams together, 0 to 1,000,000, default 200; 0 =
 *     only messages from {@link ExchangeSimulator#emit}
 * @param burst number of messages emitted at once, every burst / messagesPerSecond seconds; 1 to 100,000, default 1
 * @param seed for a given seed, the k-th message of a stream always has the same prices; default 1
 * @param pingIntervalMs interval of the server's pings on each connection, milliseconds, 0 to 86,400,000, default
 *     20,000; 0 = never
 * @param pongTimeoutMs a connection is closed (1008) if a PING has no PONG for this long; milliseconds, 1 to
 *     86,400,000, default 60,000
 * @param clientFramesPerSecond a connection is closed (1008) if it sends more PING, PONG and text frames in a second;
 *     -1 (default) = the venue's limit: 5 on {@code /ws} and {@code /stream}, 10 on {@code /public} and
 *     {@code /market}, none in replays; 0 = no limit
 * @param maxStreamsPerConnection a connection is closed (1008) if it subscribes more streams; 1 to 100,000, default
 *     1,024
 * @param maxAgeMs a connection is closed (1001) at this age, a scaled 24 h cut; milliseconds, 0 to 86,400,000
 *     (default); 0 = never
 * @param lines behaviour of the 1st, 2nd, 3rd … accepted connection, repeated from the start of the list; default empty
 *     = all perfect
 * @param recordings {@code .jsonl} or {@code .jsonl.gz} files to replay instead of a market, if not empty. A single
 *     file goes to every connection; of several, the k-th goes to the k-th accepted connection, repeated from the start
 *     of the list
 * @param replaySpeed 1 (default) = the recording's pace, 10 = ten times as fast, 0 = as fast as each connection accepts
 *     it; 0 to 1,000,000
 * @param replayLagMs constant delay of the 1st, 2nd, 3rd … accepted connection in a replay, milliseconds, each 0 to
 *     3,600,000; default empty; further connections have none
 * @param awaitConnections number of open connections at which the replay starts, 1 to 10,000, default 1
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

    /** Checks all fields; throws an IllegalArgumentException that names each wrong one. */
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
     * Reads a configuration. Missing fields keep their defaults; unknown ones are ignored (the service's schema rejects
     * them). Throws an IllegalArgumentException that names every field of a wrong type or value.
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

    /** The same with another deadline of a PONG, in milliseconds. */
    public SimulatorConfig withPongTimeoutMs(int value) {
        return with(draft -> draft.pongTimeoutMs = value);
    }

    /** The same with another limit of client frames per second; -1 = the venue's, 0 = none. */
    public SimulatorConfig withClientFramesPerSecond(int value) {
        return with(draft -> draft.clientFramesPerSecond = value);
    }

    /** The same with another limit of streams per connection. */
    public SimulatorConfig withMaxStreamsPerConnection(int value) {
        return with(draft -> draft.maxStreamsPerConnection = value);
    }

    /** The same with another maximum age of connections, in milliseconds; 0 = none. */
    public SimulatorConfig withMaxAgeMs(int value) {
        return with(draft -> draft.maxAgeMs = value);
    }

    /** The same with other behaviours of the 1st, 2nd, 3rd … connection. */
    public SimulatorConfig withLines(List<LineBehaviour> value) {
        return with(draft -> draft.lines = value);
    }

    /** The same with other recordings to replay. */
    public SimulatorConfig withRecordings(List<Path> value) {
        return with(draft -> draft.recordings = value);
    }

    /** The same with another speed of the replay; 0 = as fast as possible. */
    public SimulatorConfig withReplaySpeed(double value) {
        return with(draft -> draft.replaySpeed = value);
    }

    /** The same with other delays of the 1st, 2nd, 3rd … connection of a replay, in milliseconds. */
    public SimulatorConfig withReplayLagMs(List<Integer> value) {
        return with(draft -> draft.replayLagMs = value);
    }

    /** The same with another number of connections at which the replay starts. */
    public SimulatorConfig withAwaitConnections(int value) {
        return with(draft -> draft.awaitConnections = value);
    }

    private SimulatorConfig with(Consumer<SimulatorConfigDraft> change) {
        SimulatorConfigDraft draft = new SimulatorConfigDraft(this);
        change.accept(draft);
        return draft.build();
    }
}
