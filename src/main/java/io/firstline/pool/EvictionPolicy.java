package io.firstline.pool;

import io.firstline.config.RankBy;
import java.util.Comparator;
import java.util.List;

/**
 * Which connections are to be replaced: of four or more the slow half, of fewer the slowest, as in the system that Firstline
 * implements. Pure. What was not measured is no reason: such a connection stays.
 */
final class EvictionPolicy {
    private EvictionPolicy() {}

    /**
     * A live connection as eviction sees it.
     *
     * @param latencyMs moving average of its round trip, NaN = not measured
     * @param lagP99Micros 99th percentile of its lag since the last eviction, -1 = no copies
     */
    record Contender(String connectionId, double latencyMs, long lagP99Micros) {
        double cost(RankBy rankBy) {
            return switch (rankBy) {
                case LATENCY -> latencyMs;
                case LAG -> lagP99Micros < 0 ? Double.NaN : lagP99Micros;
            };
        }
    }

    /** The connections to replace, slowest first. */
    static List<Contender> slow(List<Contender> live, RankBy rankBy) {
        int count = live.size() >= 4 ? live.size() / 2 : live.size() >= 2 ? 1 : 0;
        return live.stream()
                .filter(c -> !Double.isNaN(c.cost(rankBy)))
                .sorted(Comparator.comparingDouble((Contender c) -> c.cost(rankBy))
                        .reversed())
                .limit(count)
                .toList();
    }
}
