package io.firstline.feed;

import io.firstline.arbitration.LineWindow;
import io.firstline.config.RankBy;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Decides which connections to replace: those clearly slower than the good ones. Of four or more connections it
 * chooses at most the slow half, of fewer at most one. A connection without a measurement stays. Pure.
 */
final class EvictionPolicy {
    /** Clearly slower: by this factor compared with the fastest quarter, and by at least {@link #LEAST_MS}. */
    private static final double CLEARLY = 2;

    private static final double LEAST_MS = 1;

    private EvictionPolicy() {}

    /**
     * A live connection that is in step, with the facts that eviction uses.
     *
     * @param latencyMs moving average of its round trip, NaN = not measured
     * @param window its lag and losses since the last eviction, or since the trial began
     */
    record Contender(String connectionId, double latencyMs, LineWindow window, long ageMs) {
        /** Returns the value that it is ranked by, in milliseconds; NaN = not measured. */
        double cost(RankBy rankBy) {
            return switch (rankBy) {
                case LATENCY -> latencyMs;
                case LAG -> window.lagP99Micros() < 0 ? Double.NaN : window.lagP99Micros() / 1_000.0;
            };
        }

        /** Formats the figures behind a decision, for events and logs. */
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

    /** Returns whether there is enough data to judge: the slowest of a few messages says nothing about a connection. */
    static boolean canJudge(List<Contender> live, RankBy rankBy) {
        return rankBy == RankBy.LATENCY
                || live.stream().anyMatch(c -> c.window().copies() >= PromotionPolicy.COPIES);
    }

    /**
     * Returns the connections to replace, slowest first; none unless {@link #canJudge}.
     *
     * @param minAgeMs younger connections are compared but never chosen
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
