package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.arbitration.LineWindow;
import io.firstline.config.RankBy;
import io.firstline.feed.EvictionPolicy.Contender;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EvictionPolicyTest {
    private static final int OLD_MS = 60_000;

    private static Contender contender(String id, double latencyMs, long lagP99Micros) {
        return new Contender(id, latencyMs, new LineWindow(1_000, 0, lagP99Micros, lagP99Micros), OLD_MS);
    }

    private static List<String> slow(RankBy rankBy, Contender... live) {
        return ids(EvictionPolicy.slow(List.of(live), rankBy, OLD_MS));
    }

    private static List<String> ids(List<Contender> contenders) {
        return contenders.stream().map(Contender::connectionId).toList();
    }

    /** Contenders named c0, c1 … in the given order. */
    private static List<Contender> lags(long... micros) {
        return new ArrayList<>(IntStream.range(0, micros.length)
                .mapToObj(i -> contender("c" + i, Double.NaN, micros[i]))
                .toList());
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 0", "2, 1", "3, 1", "4, 2", "5, 2", "6, 3", "7, 3", "32, 16"})
    void shouldTakeAtMostTheSlowHalfOfFourOrMoreAndOneOfFewer(int live, int evicted) {
        long seed = System.nanoTime();
        List<Contender> contenders =
                lags(LongStream.range(0, live).map(i -> i * i * 1_000).toArray());
        Collections.shuffle(contenders, new Random(seed));
        List<String> slowest = ids(contenders.stream()
                .sorted((a, b) -> Double.compare(b.cost(RankBy.LAG), a.cost(RankBy.LAG)))
                .limit(evicted)
                .toList());

        assertThat(ids(EvictionPolicy.slow(contenders, RankBy.LAG, OLD_MS)))
                .as("seed %d", seed)
                .hasSizeBetween(Math.min(1, evicted), evicted)
                .isSubsetOf(slowest);
    }

    @Test
    void shouldLeaveEqualConnectionsInPeace() {
        assertThat(EvictionPolicy.slow(lags(14_000, 20_000, 25_000, 30_000, 39_000), RankBy.LAG, 0))
                .isEmpty();
        assertThat(EvictionPolicy.slow(lags(0, 0, 900, 100), RankBy.LAG, 0))
                .as("less than a millisecond is nothing")
                .isEmpty();
        assertThat(EvictionPolicy.slow(lags(7_000, 7_000), RankBy.LAG, 0)).isEmpty();
    }

    @Test
    void shouldTakeWhoIsTwiceAsSlowAsTheGoodOnes() {
        assertThat(ids(EvictionPolicy.slow(lags(14_000, 20_000, 25_000, 30_000, 40_000), RankBy.LAG, 0)))
                .containsExactly("c4");
        assertThat(ids(EvictionPolicy.slow(lags(75_000, 1_000, 1_100, 75_000, 76_000), RankBy.LAG, 0)))
                .as("three of five are slow, at most two go")
                .containsExactly("c4", "c0");
        assertThat(ids(EvictionPolicy.slow(lags(1_000, 75_000, 1_000, 76_000), RankBy.LAG, 0)))
                .as("two of four are slow")
                .containsExactly("c3", "c1");
    }

    @Test
    void shouldNotJudgeByAFewMessages() {
        LineWindow few = new LineWindow(PromotionPolicy.COPIES - 1, 0, 1_000, 1_000);
        List<Contender> live = List.of(
                new Contender("a", 1, few, OLD_MS),
                new Contender("b", 9, new LineWindow(3, 0, 90_000, 90_000), OLD_MS));
        assertThat(EvictionPolicy.slow(live, RankBy.LAG, 0)).isEmpty();
        assertThat(EvictionPolicy.slow(live, RankBy.LATENCY, 0))
                .as("pings are enough")
                .hasSize(1);

        LineWindow justEnough = new LineWindow(PromotionPolicy.COPIES, 0, 1_000, 1_000);
        List<Contender> enough = List.of(new Contender("a", 1, justEnough, OLD_MS), live.get(1));
        assertThat(ids(EvictionPolicy.slow(enough, RankBy.LAG, 0)))
                .as("that it brings few while others bring many is not to its credit")
                .containsExactly("b");
    }

    @Test
    void shouldNotJudgeTheYoung() {
        List<Contender> live = List.of(
                contender("good", 1, 1_000),
                new Contender("young", 99, new LineWindow(5, 0, 99_000, 99_000), OLD_MS - 1));

        assertThat(EvictionPolicy.slow(live, RankBy.LAG, OLD_MS)).isEmpty();
        assertThat(EvictionPolicy.slow(live, RankBy.LAG, OLD_MS - 1)).hasSize(1);
    }

    @Test
    void shouldBreakATieByLatency() {
        assertThat(slow(RankBy.LAG, contender("a", 1, 9_000), contender("b", 80, 9_000), contender("c", 5, 10)))
                .containsExactly("b");
    }

    @Test
    void shouldRankByWhatItIsTold() {
        Contender good = contender("good", 1, 10);
        Contender slowPongs = contender("pongs", 80, 10);
        Contender slowCopies = contender("copies", 1, 9_000);

        assertThat(slow(RankBy.LATENCY, good, slowPongs, slowCopies)).containsExactly("pongs");
        assertThat(slow(RankBy.LAG, good, slowPongs, slowCopies)).containsExactly("copies");
    }

    @Test
    void shouldKeepWhatWasNotMeasured() {
        Contender unknown = new Contender("unknown", Double.NaN, new LineWindow(0, 0, -1, -1), OLD_MS);
        Contender fast = contender("fast", 1, 1_000);
        Contender slow = contender("slow", 9, 9_000);

        for (RankBy rankBy : RankBy.values()) {
            assertThat(slow(rankBy, unknown, unknown, unknown, unknown)).isEmpty();
            assertThat(slow(rankBy, unknown, fast, unknown, slow)).containsExactly("slow");
            assertThat(slow(rankBy, unknown, slow)).isEmpty();
        }
    }

    @Test
    void shouldTellItsNumbers() {
        Contender lossy = new Contender("l", 1.23456, new LineWindow(950, 50, LineWindow.LOST_MICROS, 1_234), OLD_MS);

        assertThat(lossy.figures(RankBy.LATENCY)).isEqualTo("latency 1.235 ms");
        assertThat(lossy.figures(RankBy.LAG)).isEqualTo("lag p99 1.234 ms, 5.0 % of messages missing");
        assertThat(contender("first everywhere", 1, 0).figures(RankBy.LAG)).isEqualTo("lag p99 0.0 ms");
        assertThat(new Contender("n", Double.NaN, new LineWindow(0, 0, -1, -1), 0).figures(RankBy.LAG))
                .isEqualTo("no message");
    }
}
