package io.firstline.config;

import java.util.List;
import java.util.function.Consumer;

/**
 * A pool of redundant connections to one feed. Immutable; checked in the constructor.
 *
 * @param connection the configuration of every connection; its connection id is the prefix of theirs
 * @param connections wanted number of connections, 2 (one is a {@code WsSingle}) to 32; default 5
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
 */
public record WsPoolConfig(
        WsConnectionConfig connection,
        int connections,
        int evictIntervalMs,
        RankBy rankBy,
        int minLive,
        int hashCapacity,
        int historyMs,
        int joinGuardMs,
        int skewMs,
        int maxAgeMs,
        List<DailyWindow> rotationWindows) {

    public static final int DEFAULT_CONNECTIONS = 5;
    public static final int DEFAULT_EVICT_INTERVAL_MS = 60_000;
    public static final int DEFAULT_MIN_LIVE = 1;
    public static final int DEFAULT_HASH_CAPACITY = 16_384;
    public static final int DEFAULT_HISTORY_MS = 60_000;
    public static final int DEFAULT_JOIN_GUARD_MS = 2_500;
    public static final int DEFAULT_SKEW_MS = 250;
    public static final int DEFAULT_MAX_AGE_MS = 82_800_000;
    /** Half of the 64 marks of a remembered message; the other half is for replacements under way. */
    public static final int MAX_CONNECTIONS = 32;

    public WsPoolConfig {
        rotationWindows = rotationWindows == null ? List.of() : List.copyOf(rotationWindows);
        rankBy = rankBy == null ? RankBy.LAG : rankBy;
        new Checks()
                .require(connection != null, "connection", "nothing", "a WsConnectionConfig")
                .range("connections", connections, 2, MAX_CONNECTIONS)
                .range("evictIntervalMs", evictIntervalMs, 1, Integer.MAX_VALUE)
                .range("minLive", minLive, 1, Math.max(1, connections))
                .range("hashCapacity", hashCapacity, 1, 1 << 20)
                .range("historyMs", historyMs, 1, 3_600_000)
                .range("joinGuardMs", joinGuardMs, 0, 600_000)
                .range("skewMs", skewMs, 0, 60_000)
                .range("maxAgeMs", maxAgeMs, 0, Integer.MAX_VALUE)
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
        return new WsPoolConfig(
                connection,
                DEFAULT_CONNECTIONS,
                DEFAULT_EVICT_INTERVAL_MS,
                RankBy.LAG,
                DEFAULT_MIN_LIVE,
                DEFAULT_HASH_CAPACITY,
                DEFAULT_HISTORY_MS,
                DEFAULT_JOIN_GUARD_MS,
                DEFAULT_SKEW_MS,
                DEFAULT_MAX_AGE_MS,
                List.of());
    }

    public WsPoolConfig withConnection(WsConnectionConfig connection) {
        return with(draft -> draft.connection = connection);
    }

    public WsPoolConfig withConnections(int connections) {
        return with(draft -> draft.connections = connections);
    }

    public WsPoolConfig withEvictIntervalMs(int evictIntervalMs) {
        return with(draft -> draft.evictIntervalMs = evictIntervalMs);
    }

    public WsPoolConfig withRankBy(RankBy rankBy) {
        return with(draft -> draft.rankBy = rankBy);
    }

    public WsPoolConfig withMinLive(int minLive) {
        return with(draft -> draft.minLive = minLive);
    }

    public WsPoolConfig withHashCapacity(int hashCapacity) {
        return with(draft -> draft.hashCapacity = hashCapacity);
    }

    public WsPoolConfig withHistoryMs(int historyMs) {
        return with(draft -> draft.historyMs = historyMs);
    }

    public WsPoolConfig withJoinGuardMs(int joinGuardMs) {
        return with(draft -> draft.joinGuardMs = joinGuardMs);
    }

    public WsPoolConfig withSkewMs(int skewMs) {
        return with(draft -> draft.skewMs = skewMs);
    }

    public WsPoolConfig withMaxAgeMs(int maxAgeMs) {
        return with(draft -> draft.maxAgeMs = maxAgeMs);
    }

    public WsPoolConfig withRotationWindows(List<DailyWindow> rotationWindows) {
        return with(draft -> draft.rotationWindows = rotationWindows);
    }

    private WsPoolConfig with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.made();
    }

    /** The fields while one is changed. */
    private static final class Draft {
        private WsConnectionConfig connection;
        private int connections;
        private int evictIntervalMs;
        private RankBy rankBy;
        private int minLive;
        private int hashCapacity;
        private int historyMs;
        private int joinGuardMs;
        private int skewMs;
        private int maxAgeMs;
        private List<DailyWindow> rotationWindows;

        Draft(WsPoolConfig from) {
            connection = from.connection();
            connections = from.connections();
            evictIntervalMs = from.evictIntervalMs();
            rankBy = from.rankBy();
            minLive = from.minLive();
            hashCapacity = from.hashCapacity();
            historyMs = from.historyMs();
            joinGuardMs = from.joinGuardMs();
            skewMs = from.skewMs();
            maxAgeMs = from.maxAgeMs();
            rotationWindows = from.rotationWindows();
        }

        WsPoolConfig made() {
            return new WsPoolConfig(
                    connection,
                    connections,
                    evictIntervalMs,
                    rankBy,
                    minLive,
                    hashCapacity,
                    historyMs,
                    joinGuardMs,
                    skewMs,
                    maxAgeMs,
                    rotationWindows);
        }
    }
}
