package io.firstline.arbitration;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.arbitration.report.SubsetFigures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BestSubsetsTest {
    private static final int NEVER = ArrivalTable.NEVER;

    /** Every subset, straight from the definition. */
    private static SubsetFigures bestOf(int size, int connections, int[][] lags) {
        List<SubsetFigures> all = new ArrayList<>();
        for (int members = 1; members < 1 << connections; members++) {
            if (Integer.bitCount(members) == size) {
                all.add(figures(members, connections, lags));
            }
        }
        return all.stream()
                .min(Comparator.comparingLong(SubsetFigures::lost)
                        .thenComparingLong(SubsetFigures::lagP99Micros)
                        .thenComparingLong(SubsetFigures::lagP50Micros))
                .orElseThrow();
    }

    private static SubsetFigures figures(int members, int connections, int[][] lags) {
        int[] numbers = IntStream.range(0, connections)
                .filter(each -> (members & 1 << each) != 0)
                .toArray();
        int[] delivered = Arrays.stream(lags)
                .mapToInt(message ->
                        Arrays.stream(numbers).map(each -> message[each]).min().orElseThrow())
                .filter(lag -> lag != NEVER)
                .sorted()
                .toArray();
        return new SubsetFigures(
                Arrays.stream(numbers).mapToObj(each -> each + 1).toList(),
                lags.length,
                lags.length - delivered.length,
                delivered.length == 0 ? -1 : delivered[(int) Math.ceil(delivered.length * 0.5) - 1],
                delivered.length == 0 ? -1 : delivered[(int) Math.ceil(delivered.length * 99 / 100.0) - 1]);
    }

    private static int[][] random(int connections, Random random) {
        int[][] lags = new int[1 + random.nextInt(300)][connections];
        for (int[] message : lags) {
            for (int i = 0; i < connections; i++) {
                message[i] = random.nextInt(20) == 0 ? NEVER : random.nextInt(1_000) * (1 + i);
            }
            message[random.nextInt(connections)] = 0;
        }
        return lags;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8})
    void shouldFindWhatTryingAllFinds(int connections) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            int[][] lags = random(connections, random);

            List<SubsetFigures> found = BestSubsets.of(ArrivalTable.of(connections, lags));

            assertThat(found).as("seed %d", seed).hasSize(connections);
            for (int size = 1; size <= connections; size++) {
                SubsetFigures best = bestOf(size, connections, lags);
                assertThat(found.get(size - 1))
                        .as("seed %d size %d", seed, size)
                        .satisfies(it -> {
                            assertThat(it.connections())
                                    .hasSize(best.connections().size());
                            assertThat(it)
                                    .usingRecursiveComparison()
                                    .ignoringFields("connections")
                                    .isEqualTo(best);
                            int members = it.connections().stream()
                                    .mapToInt(number -> 1 << (number - 1))
                                    .sum();
                            assertThat(it).isEqualTo(figures(members, connections, lags));
                        });
            }
        }
    }

    @Test
    void shouldPreferTheConnectionThatLosesNothingToTheFastest() {
        List<SubsetFigures> found = BestSubsets.of(ArrivalTable.of(2, new int[] {0, 900}, new int[] {NEVER, 0}));

        assertThat(found)
                .containsExactly(
                        new SubsetFigures(List.of(2), 2, 0, 0, 900), new SubsetFigures(List.of(1, 2), 2, 0, 0, 0));
    }

    @Test
    void shouldNotTryAllSubsetsOfManyConnections() {
        int connections = 32;
        int[][] lags = new int[200][connections];
        for (int i = 0; i < lags.length; i++) {
            Arrays.fill(lags[i], 5_000);
            lags[i][i % 2 == 0 ? 7 : 20] = 0; // these two are always the first
        }

        List<SubsetFigures> found = BestSubsets.of(ArrivalTable.of(connections, lags));

        assertThat(found).hasSize(connections);
        assertThat(found.get(1)).isEqualTo(new SubsetFigures(List.of(8, 21), 200, 0, 0, 0));
    }

    /** Losses between the messages whose lags are compared count too; all subsets of all messages would take a minute. */
    @Test
    void shouldCompareManyMessagesOfTwelveConnectionsInTime() {
        Random random = new Random(1);
        int[][] lags = new int[100_000][12];
        for (int[] message : lags) {
            Arrays.setAll(message, i -> random.nextInt(20_000));
            message[random.nextInt(12)] = 0;
            message[4] = Math.min(message[4], 500); // the fastest
        }
        for (int connection = 0; connection < 12; connection++) {
            if (connection != 8) {
                lags[50_001 + connection][connection] = NEVER;
            }
        }
        long from = System.nanoTime();

        List<SubsetFigures> found = BestSubsets.of(ArrivalTable.of(12, lags));

        assertThat(System.nanoTime() - from).isLessThan(25_000_000_000L);
        assertThat(found.get(0)).isEqualTo(figures(1 << 8, 12, lags));
        assertThat(found.get(1).lost()).isZero();
        assertThat(found.get(1).connections()).contains(5);
        assertThat(found.get(1))
                .isEqualTo(figures(
                        found.get(1).connections().stream()
                                .mapToInt(number -> 1 << (number - 1))
                                .sum(),
                        12,
                        lags));
        assertThat(found.get(11)).isEqualTo(figures((1 << 12) - 1, 12, lags));
    }

    @Test
    void shouldSayNothingWithoutAMessage() {
        assertThat(BestSubsets.of(ArrivalTable.of(3))).isEmpty();
    }

    @Test
    void shouldSayThatAConnectionDeliveredNothing() {
        int[][] lags = {{NEVER}, {NEVER}};

        assertThat(BestSubsets.of(ArrivalTable.of(1, lags)))
                .containsExactly(new SubsetFigures(List.of(1), 2, 2, -1, -1));
    }
}
