package io.firstline.config;

import io.firstline.config.check.Checks;
import io.firstline.config.check.Records;
import io.firstline.config.check.SchemaKeys;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A pool of redundant connections to one feed. Immutable; checked in the constructor.
 *
 * @param connection the configuration of every connection; its connection id is the prefix of theirs
 * @param connections wanted number of connections, 2 (one is a {@code WsSingle}) to 32; default 5. The most of them, if
 *     {@code minConnections} is smaller
 * @param minConnections the fewest connections: the pool begins with so many, and has more while they are worth it;
 *     default as many as {@code connections}: the number is fixed
 * @param evictIntervalMs interval of the search for slow connections; younger ones are not judged; milliseconds,
 *     default 60,000
 * @param rankBy the measure of slowness; default lag, because it is what consumers lose
 * @param minLive eviction never leaves fewer live connections; default 1
 * @param hashCapacity number of published messages remembered to recognise late copies; default 16,384
 * @param historyMs how long they are remembered, in milliseconds of stream time; default 60,000
 * @param joinGuardMs a connection that joins a running stream leads no earlier than this long after its first message,
 *     milliseconds; default 2,500, because recorded start-up snapshots came up to 1.9 s apart on parallel connections
 * @param skewMs within this time two connections may deliver messages of different streams in a different order,
 *     milliseconds; default 250
 * @param maxAgeMs connections are replaced before this age, each at another age and one at a time; milliseconds, 0 =
 *     never, default 82,800,000 (23 hours: Binance cuts after 24)
 * @param rotationWindows times of the day for replacing connections that would expire before the end of the next
 *     window. With two or more windows, less than {@code maxAgeMs} apart, no connection is replaced for its age at
 *     other times; default none
 * @param openStaggerMs time between the first attempts of two connections, milliseconds; the first begins at once;
 *     default 0
 */
public record WsPoolConfig(
        WsConnectionConfig connection,
        int connections,
        int minConnections,
        int evictIntervalMs,
        RankBy rankBy,
        int minLive,
        int hashCapacity,
        int historyMs,
        int joinGuardMs,
        int skewMs,
        int maxAgeMs,
        List<DailyWindow> rotationWindows,
        int openStaggerMs) {

    private static final SchemaKeys KEYS = SchemaKeys.FEED;

    public static final int DEFAULT_CONNECTIONS = KEYS.defaultNumber("connections");
    /** Half of the 64 marks of a remembered message; the other half is for replacements under way. */
    public static final int MAX_CONNECTIONS = 32;

    public WsPoolConfig {
        rotationWindows = rotationWindows == null ? List.of() : List.copyOf(rotationWindows);
        rankBy = rankBy == null ? RankBy.LAG : rankBy;
        new Checks()
                .require(connection != null, "connection", "nothing", "a WsConnectionConfig")
                .range("connections", connections, 2, MAX_CONNECTIONS)
                .key(KEYS, "evictIntervalMs", evictIntervalMs)
                .range("minConnections", minConnections, Math.min(2, connections), Math.max(2, connections))
                .range("minLive", minLive, 1, Math.max(1, minConnections))
                .key(KEYS, "hashCapacity", hashCapacity)
                .key(KEYS, "historyMs", historyMs)
                .key(KEYS, "joinGuardMs", joinGuardMs)
                .key(KEYS, "skewMs", skewMs)
                .key(KEYS, "maxAgeMs", maxAgeMs)
                .key(KEYS, "openStaggerMs", openStaggerMs)
                .require(
                        rotationWindows.isEmpty() || maxAgeMs > 0,
                        "rotationWindows",
                        "windows for rotation, but no maximum age",
                        "windows together with \"maxAgeMs\"")
                .throwIfAny("pool configuration");
    }

    /** The defaults: five connections to one URL. */
    public static WsPoolConfig of(String url) {
        return of(WsConnectionConfig.of(url));
    }

    public static WsPoolConfig of(WsConnectionConfig connection) {
        Map<String, Object> values = new HashMap<>();
        values.put("connection", connection);
        values.put("minConnections", DEFAULT_CONNECTIONS);
        return KEYS.defaults(WsPoolConfig.class, values);
    }

    public WsPoolConfig withConnection(WsConnectionConfig connection) {
        return Records.with(this, "connection", connection);
    }

    /** The same with this number of connections. */
    public WsPoolConfig withConnections(int connections) {
        return Records.with(this, Map.of("connections", connections, "minConnections", connections));
    }

    /** The same with as many connections as are worth it, from this number on. */
    public WsPoolConfig withMinConnections(int minConnections) {
        return Records.with(this, "minConnections", minConnections);
    }

    public WsPoolConfig withEvictIntervalMs(int evictIntervalMs) {
        return Records.with(this, "evictIntervalMs", evictIntervalMs);
    }

    public WsPoolConfig withRankBy(RankBy rankBy) {
        return Records.with(this, "rankBy", rankBy);
    }

    public WsPoolConfig withMinLive(int minLive) {
        return Records.with(this, "minLive", minLive);
    }

    public WsPoolConfig withHashCapacity(int hashCapacity) {
        return Records.with(this, "hashCapacity", hashCapacity);
    }

    public WsPoolConfig withHistoryMs(int historyMs) {
        return Records.with(this, "historyMs", historyMs);
    }

    public WsPoolConfig withJoinGuardMs(int joinGuardMs) {
        return Records.with(this, "joinGuardMs", joinGuardMs);
    }

    public WsPoolConfig withSkewMs(int skewMs) {
        return Records.with(this, "skewMs", skewMs);
    }

    public WsPoolConfig withMaxAgeMs(int maxAgeMs) {
        return Records.with(this, "maxAgeMs", maxAgeMs);
    }

    public WsPoolConfig withOpenStaggerMs(int openStaggerMs) {
        return Records.with(this, "openStaggerMs", openStaggerMs);
    }

    public WsPoolConfig withRotationWindows(List<DailyWindow> rotationWindows) {
        return Records.with(this, "rotationWindows", rotationWindows);
    }
}
