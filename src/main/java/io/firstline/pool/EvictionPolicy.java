package io.firstline.pool;

import io.firstline.arbitration.LineWindow;
import io.firstline.config.RankBy;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Which connections are to be replaced: those that are clearly slower than the good ones, of four or more at most the slow half, of
 * fewer at most the slowest. Equal connections are left in peace. Pure. What was not measured is no reason: such a connection stays.
 */
final class EvictionPolicy {
    /** Clearly slower: so many times as slow as the fastest quarter, and by at least a millisecond. */
    private static final double CLEARLY = 2;

    private static final double LEAST_MS = 1;

    private EvictionPolicy() {}

    /**
     * A live connection that is in step, as eviction sees it.
     *
     * @param latencyMs moving average of its round trip, NaN = not measured
     * @param window its lag and losses since the last eviction, or since the trial began
     */
    record Contender(String connectionId, double latencyMs, LineWindow window, long ageMs) {
        /** What it is ranked by, milliseconds; NaN = not measured. */
        double cost(RankBy rankBy) {
            return switch (rankBy) {
                case LATENCY -> latencyMs;
                case LAG -> window.lagP99Micros() < 0 ? Double.NaN : window.lagP99Micros() / 1_000.0;
            };
        }

        /** The numbers behind a decision, for events and logs. */
        String figures(RankBy rankBy) {
            return switch (rankBy) {
                case LATENCY -> Double.isNaN(latencyMs) ? "no latency" : "latency " + rounded(latencyMs) + " ms";
                case LAG -> lag() + missing();
            };
        }

        private String lag() {
            return window.arrivedLagP99Micros() < 0
                    ? "no message"
                    : "lag p99 " + rounded(window.arrivedLagP99Micros() / 1_000.0) + " ms";
        }

        private String missing() {
            return window.losses() == 0
                    ? ""
                    : String.format(Locale.ROOT, ", %.1f %% of messages missing", 100 * window.lossShare());
        }

        private static double rounded(double number) {
            return Math.round(number * 1_000) / 1_000.0;
        }
    }

    /** Whether enough is known to judge: of a few messages the slowest says nothing about a connection. */
    static boolean canJudge(List<Contender> live, RankBy rankBy) {
        return rankBy == RankBy.LATENCY
                || live.stream().anyMatch(c -> c.window().copies() >= Trial.COPIES);
    }

    /**
     * The connections to replace, slowest first; none unless {@link #canJudge}.
     *
     * @param minAgeMs who is younger is compared with, but not judged
     */
    static List<Contender> slow(List<Contender> live, RankBy rankBy, long minAgeMs) {
        List<Contender> ranked = live.stream()
                .filter(c -> !Double.isNaN(c.cost(rankBy)))
                .sorted(Comparator.comparingDouble((Contender c) -> c.cost(rankBy))
                        .thenComparingDouble(Contender::latencyMs)
                        .reversed())
                .toList();
        if (ranked.size() < 2 || !canJudge(live, rankBy)) {
            return List.of();
        }
        double good = ranked.get(ranked.size() - 1 - (ranked.size() - 1) / 4).cost(rankBy);
        return ranked.stream()
                .limit(live.size() >= 4 ? live.size() / 2 : 1)
                .filter(c -> c.cost(rankBy) >= CLEARLY * good && c.cost(rankBy) >= good + LEAST_MS)
                .filter(c -> c.ageMs() >= minAgeMs)
                .toList();
    }
}
