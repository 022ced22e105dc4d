package io.firstline.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.arbitration.ArrivalTable;
import io.firstline.probe.SharedServers.Close;
import io.firstline.probe.SharedServers.Pair;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SharedServersTest {
    private static final int MESSAGES = 600;
    private static final List<Close> NO_CLOSES = List.of();

    /**
     * Lags behind the first copies of paths whose servers are late now and then; paths with the same number share one.
     *
     * @param ownMs how late each path is beside its server, at most
     */
    private static int[][] lags(SplittableRandom random, double serverMs, double ownMs, int... servers) {
        int most = Arrays.stream(servers).max().orElseThrow() + 1;
        int[][] lags = new int[servers.length][MESSAGES];
        for (int message = 0; message < MESSAGES; message++) {
            double[] late = new double[most];
            Arrays.setAll(late, i -> -serverMs / 2 * Math.log(1 - random.nextDouble()));
            int[] at = new int[servers.length];
            Arrays.setAll(at, i -> (int) (1_000 * (i + late[servers[i]] + random.nextDouble(ownMs))));
            int first = Arrays.stream(at).min().orElseThrow();
            for (int i = 0; i < servers.length; i++) {
                lags[i][message] = at[i] - first;
            }
        }
        return lags;
    }

    private static List<List<Integer>> found(int[][] lags) {
        return SharedServers.of(lags, NO_CLOSES, lags.length).stream()
                .map(pair -> List.of(pair.a(), pair.b()))
                .toList();
    }

    @RepeatedTest(20)
    void shouldFindPathsOfOneServerByTheMessagesThatAreLateOnBoth() {
        long seed = new SplittableRandom().nextLong();
        SplittableRandom random = new SplittableRandom(seed);

        assertThat(found(lags(random, 4, 0.3, 0, 1, 2, 1, 3)))
                .as("seed %d", seed)
                .containsExactly(List.of(1, 3));
        assertThat(found(lags(random, 4, 0.3, 0, 0, 0, 1, 2)))
                .as("three of one, seed %d", seed)
                .containsExactly(List.of(0, 1), List.of(0, 2), List.of(1, 2));
        assertThat(found(lags(random, 4, 0.3, 0, 1, 2, 3, 4)))
                .as("independent ones, seed %d", seed)
                .isEmpty();
    }

    @Test
    void shouldSayNothingByTheLagsOfThreePaths() {
        assertThat(found(lags(new SplittableRandom(1), 4, 0.3, 0, 0, 1)))
                .as("the first copy varies too: two others are needed")
                .isEmpty();
    }

    @Test
    void shouldSayNothingWhereOnlyTheMachineVaries() {
        assertThat(found(lags(new SplittableRandom(2), 0.02, 0.001, 0, 0, 1, 2, 3)))
                .isEmpty();
    }

    @Test
    void shouldIgnoreMessagesThatOnePathLacksAndPathsThatLackNearlyAll() {
        int[][] lags = lags(new SplittableRandom(3), 4, 0.3, 0, 0, 1, 2, 3);
        for (int message = 0; message < MESSAGES; message += 2) {
            lags[0][message] = ArrivalTable.NEVER;
        }
        Arrays.fill(lags[4], 50, MESSAGES, ArrivalTable.NEVER);

        assertThat(found(lags)).containsExactly(List.of(0, 1));
        assertThat(found(new int[][] {{}, {}, {}, {}})).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "1000000, 1400000, 3, 1, the same moment",
        "1000000, 1600000, 3, 0, another moment",
        "1000000, 1400000, 2, 0, all were closed"
    })
    void shouldFindPathsThatWereClosedAtTheSameMoment(long one, long other, int opened, int times, String why) {
        List<Pair> pairs =
                SharedServers.of(new int[][] {{}, {}, {}}, List.of(new Close(0, one), new Close(2, other)), opened);

        assertThat(pairs).as(why).isEqualTo(times == 0 ? List.of() : List.of(new Pair(0, 2, Double.NaN, times)));
    }
}
