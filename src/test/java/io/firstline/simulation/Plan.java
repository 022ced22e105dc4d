package io.firstline.simulation;

import io.firstline.config.RankBy;
import io.firstline.config.RetryConfig;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.WsPoolConfig;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The kind of world that a seed draws.
 *
 * @param config of the pool
 * @param trialMs the time limit of a candidate
 * @param lengthNanos the time in which faults happen
 * @param gapNanos between messages, on average
 * @param faultGapNanos between faults, on average
 * @param streams the number of streams of the exchange
 * @param quietStart nothing is sent before all connections are open
 * @param onRequest the server sends only to subscribed connections
 * @param mixesStreams connections deliver different streams in a different order
 * @param delayNanos the longest usual delay of a connection
 * @param startNanos the start of the clock, which is arbitrary
 */
record Plan(
        Family family,
        WsPoolConfig config,
        long trialMs,
        long lengthNanos,
        long gapNanos,
        long faultGapNanos,
        int streams,
        boolean quietStart,
        boolean onRequest,
        boolean mixesStreams,
        long delayNanos,
        long startNanos) {
    static final long MS = 1_000_000L;
    static final long SECOND = 1_000 * MS;
    static final long MINUTE = 60 * SECOND;
    static final long HOUR = 60 * MINUTE;

    /** The families of worlds: what may happen, and what is expected. */
    enum Family {
        /**
         * Hours with few messages. One connection in step always stays healthy: no message may be lost, duplicated or
         * out of order.
         */
        SPARSE(true, false, false),
        /** The same with many messages, for minutes. */
        BRISK(true, false, false),
        /** The same with hundreds of messages a second. */
        DENSE(true, false, false),
        /** Hours with few messages, in which all connections may fail at once. */
        SPARSE_OUTAGES(false, false, false),
        /** Many messages, and all connections may fail at once. */
        OUTAGES(false, false, false),
        /** The exchange omits messages on single connections. */
        SKIPPING(false, true, false),
        /** The exchange repeats messages byte by byte. */
        REPEATING(true, false, true);

        /** Whether one connection in step always stays healthy. */
        final boolean calm;

        final boolean skips;
        final boolean repeats;

        Family(boolean calm, boolean skips, boolean repeats) {
            this.calm = calm;
            this.skips = skips;
            this.repeats = repeats;
        }

        /** Most hours are sparse. */
        static Family of(long seed) {
            return switch ((int) Math.floorMod(seed, 16L)) {
                case 0 -> BRISK;
                case 1 -> DENSE;
                case 2 -> OUTAGES;
                case 3 -> SKIPPING;
                case 4 -> REPEATING;
                case 5, 6, 7 -> SPARSE_OUTAGES;
                default -> SPARSE;
            };
        }
    }

    static Plan draw(long seed, SplittableRandom random) {
        Family family = Family.of(seed);
        boolean sparse = family == Family.SPARSE || family == Family.SPARSE_OUTAGES;
        int connections = random.nextInt(2, 7);
        long gapNanos =
                switch (family) {
                    case SPARSE, SPARSE_OUTAGES -> random.nextLong(10 * SECOND, MINUTE);
                    case DENSE -> random.nextLong(2 * MS, 10 * MS);
                    case OUTAGES -> random.nextLong(20 * MS, 300 * MS);
                    default -> random.nextLong(100 * MS, SECOND);
                };
        long lengthNanos =
                switch (family) {
                    case SPARSE, SPARSE_OUTAGES -> random.nextLong(4 * HOUR, 20 * HOUR);
                    case DENSE -> random.nextLong(20 * SECOND, MINUTE);
                    default -> random.nextLong(4 * MINUTE, 12 * MINUTE);
                };
        long faultGapNanos =
                sparse ? random.nextLong(2 * MINUTE, 20 * MINUTE) : random.nextLong(2 * SECOND, 20 * SECOND);
        int evictIntervalMs = sparse ? random.nextInt(300_000, 7_200_000) : random.nextInt(2_000, 120_000);
        WsPoolConfig config = WsPoolConfig.of(connection(sparse, random))
                .withConnections(connections)
                .withEvictIntervalMs(evictIntervalMs)
                .withRankBy(random.nextBoolean() ? RankBy.LAG : RankBy.LATENCY)
                .withMinLive(random.nextInt(1, connections + 1))
                .withHashCapacity(sparse ? 1 << random.nextInt(6, 10) : 1 << random.nextInt(10, 14))
                .withHistoryMs(random.nextInt(30_000, 300_000))
                .withJoinGuardMs(random.nextInt(3) == 0 ? random.nextInt(100, 1_000) : 2_500)
                .withSkewMs(random.nextInt(100, 400))
                .withMaxAgeMs(random.nextInt(3) == 0 ? 0 : (int) (lengthNanos / MS / random.nextInt(1, 8)));
        return new Plan(
                family,
                config,
                Math.max(30_000, evictIntervalMs),
                lengthNanos,
                gapNanos,
                faultGapNanos,
                random.nextInt(1, 6),
                family.calm || random.nextBoolean(),
                random.nextInt(4) == 0,
                !family.calm && random.nextInt(3) == 0,
                random.nextLong(5, random.nextBoolean() ? 20 : family == Family.OUTAGES ? 800 : 150) * MS,
                random.nextInt(4) == 0 ? -random.nextLong(lengthNanos) : random.nextLong(HOUR));
    }

    private static WsConnectionConfig connection(boolean sparse, SplittableRandom random) {
        int pingMs = !sparse
                ? random.nextInt(600, 5_000)
                : random.nextInt(50) == 0 ? random.nextInt(60_000, 3_600_000) : random.nextInt(15_000, 60_000);
        int baseMs = random.nextInt(50, 500);
        return WsConnectionConfig.of("wss://exchange.test/ws")
                .withLatencyPingIntervalMs(pingMs)
                .withConnectTimeoutMs(random.nextInt(1_000, 5_000))
                .withMaxMessageBytes(1_000)
                .withOnConnect(List.of("{\"op\":\"subscribe\"}"))
                .withRetry(new RetryConfig(
                        baseMs,
                        baseMs + random.nextInt(1_000, 30_000),
                        random.nextInt(1_000, 20_000),
                        random.nextInt(4) == 0 ? random.nextInt(12, 40) : random.nextInt(3) == 0 ? 0 : 300));
    }
}
