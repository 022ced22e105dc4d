package io.firstline.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.RankBy;
import io.firstline.pool.EvictionPolicy.Contender;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EvictionPolicyTest {

    private static List<String> slow(RankBy rankBy, Contender... live) {
        return EvictionPolicy.slow(List.of(live), rankBy).stream()
                .map(Contender::connectionId)
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 0", "2, 1", "3, 1", "4, 2", "5, 2", "6, 3", "7, 3", "32, 16"})
    void shouldTakeTheSlowHalfOfFourOrMoreAndOneOfFewer(int live, int evicted) {
        long seed = System.nanoTime();
        List<Contender> contenders = new ArrayList<>(IntStream.range(0, live)
                .mapToObj(i -> new Contender("c" + i, i, -1))
                .toList());
        Collections.shuffle(contenders, new Random(seed));

        List<String> slowest =
                IntStream.range(0, evicted).mapToObj(i -> "c" + (live - 1 - i)).toList();
        assertThat(EvictionPolicy.slow(contenders, RankBy.LATENCY).stream()
                        .map(Contender::connectionId)
                        .toList())
                .as("seed %d", seed)
                .isEqualTo(slowest);
    }

    @Test
    void shouldRankByWhatItIsTold() {
        Contender slowPongs = new Contender("pongs", 80, 10);
        Contender slowCopies = new Contender("copies", 1, 9_000);

        assertThat(slow(RankBy.LATENCY, slowPongs, slowCopies)).containsExactly("pongs");
        assertThat(slow(RankBy.LAG, slowPongs, slowCopies)).containsExactly("copies");
    }

    @Test
    void shouldKeepWhatWasNotMeasured() {
        Contender unknown = new Contender("unknown", Double.NaN, -1);
        Contender fast = new Contender("fast", 1, 1);
        Contender slow = new Contender("slow", 9, 9);

        for (RankBy rankBy : RankBy.values()) {
            assertThat(slow(rankBy, unknown, unknown, unknown, unknown)).isEmpty();
            assertThat(slow(rankBy, unknown, fast, unknown, slow)).containsExactly("slow", "fast");
            assertThat(slow(rankBy, unknown, slow, fast)).containsExactly("slow");
        }
    }
}
