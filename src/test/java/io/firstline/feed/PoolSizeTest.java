package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.arbitration.ArrivalTable;
import io.firstline.arbitration.BestSubsets;
import io.firstline.arbitration.report.SubsetFigures;
import io.firstline.feed.PoolSize.Change;
import io.firstline.feed.PoolSize.Decision;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** How many connections a pool has, by what the last one is worth. */
class PoolSizeTest {
    private static final long MINUTE = 60_000_000_000L;
    private static final long EVERY_MS = 60_000L * PoolSize.EVERY_MIN;

    private final PoolSize size = new PoolSize(2, 5, EVERY_MS);
    private long now = -3 * MINUTE;

    /** Figures of so many connections of which the last is worth something. */
    private static List<SubsetFigures> best(int connections, long withoutOneMicros, long withoutOneLost) {
        List<SubsetFigures> best = new ArrayList<>();
        List<Integer> numbers = new ArrayList<>();
        for (int number = 1; number <= connections; number++) {
            numbers.add(number);
            boolean all = number == connections;
            best.add(new SubsetFigures(
                    List.copyOf(numbers),
                    PoolSize.MESSAGES,
                    all ? 0 : withoutOneLost,
                    0,
                    all ? 500 : 500 + withoutOneMicros));
        }
        return best;
    }

    /** The decision of the next look. */
    private Decision look(int connections, long withoutOneMicros, long withoutOneLost) {
        now += PoolSize.EVERY_MIN * MINUTE;
        assertThat(size.isDue(now)).isTrue();
        return size.decide(connections, best(connections, withoutOneMicros, withoutOneLost), 0, now);
    }

    private Change change(int connections, long withoutOneMicros, long withoutOneLost) {
        return look(connections, withoutOneMicros, withoutOneLost).change();
    }

    @Test
    void shouldGrowWhileTheLastConnectionIsWorthIt() {
        size.begin(now);
        assertThat(change(2, 5_000, 0)).isEqualTo(Change.NONE);
        assertThat(change(2, 5_000, 0)).isEqualTo(Change.GROW);
        assertThat(change(3, 0, 4)).as("messages count too").isEqualTo(Change.NONE);
        Decision decision = look(3, 0, 4);
        assertThat(decision.change()).isEqualTo(Change.GROW);
        assertThat(decision.why()).isEqualTo("without one of 3, p99 + 0.0 ms and 4 of 200 messages lost");
        for (int i = 0; i < 9; i++) {
            assertThat(change(5, 5_000, 3)).as("not beyond the maximum").isEqualTo(Change.NONE);
        }
    }

    @Test
    void shouldShrinkAfterThreeLooks() {
        size.begin(now);
        assertThat(change(4, 900, 0)).isEqualTo(Change.NONE);
        assertThat(change(4, 900, 0)).isEqualTo(Change.NONE);
        Decision decision = look(4, 900, 0);
        assertThat(decision.change()).isEqualTo(Change.SHRINK);
        assertThat(decision.number()).isEqualTo(4);
        for (int i = 0; i < 9; i++) {
            assertThat(change(2, 0, 0)).as("not below the minimum").isEqualTo(Change.NONE);
        }
    }

    @Test
    void shouldNotHuntBetweenTheLimits() {
        size.begin(now);
        for (int i = 0; i < 20; i++) {
            assertThat(change(3, 1_500, 0)).isEqualTo(Change.NONE);
            assertThat(change(3, i % 2 == 0 ? 5_000 : 0, 0)).isEqualTo(Change.NONE);
        }
    }

    @Test
    void shouldGrowAtOnceWhenMessagesWereLostOnAll() {
        size.begin(now);
        now += PoolSize.EVERY_MIN * MINUTE;
        assertThat(size.decide(2, best(2, 0, 0), 7, now).change()).isEqualTo(Change.GROW);
        now += PoolSize.EVERY_MIN * MINUTE;
        assertThat(size.decide(3, best(3, 0, 0), 7, now).change())
                .as("no further ones")
                .isEqualTo(Change.NONE);
    }

    @Test
    void shouldWaitForMessages() {
        size.begin(now);
        List<SubsetFigures> few = List.of(
                new SubsetFigures(List.of(1), 10, 5, 0, 900_000), new SubsetFigures(List.of(1, 2), 10, 0, 0, 0));
        for (int i = 0; i < 9; i++) {
            now += PoolSize.EVERY_MIN * MINUTE;
            assertThat(size.decide(2, few, 0, now).change()).isEqualTo(Change.NONE);
        }
    }

    @Test
    void shouldTryAWorthlessConnectionLessAndLessOften() {
        size.begin(now);
        List<Integer> looks = new ArrayList<>();
        int sinceGrowth = 0;
        int connections = 2;
        while (looks.size() < 8) {
            // the second is worth a lot, the third nothing
            Change change = change(connections, connections == 2 ? 9_000 : 0, 0);
            sinceGrowth++;
            if (change == Change.GROW) {
                connections++;
                looks.add(sinceGrowth);
                sinceGrowth = 0;
            } else if (change == Change.SHRINK) {
                connections--;
            }
        }
        assertThat(looks).isSorted();
        assertThat(looks.get(7)).isGreaterThan(8 * looks.get(0));
        assertThat(looks.get(7) * PoolSize.EVERY_MIN).as("minutes").isLessThan(25 * 60);
    }

    @Test
    void shouldBeFixedIfBothBoundsAreEqual() {
        PoolSize fixed = new PoolSize(3, 3, EVERY_MS);
        fixed.begin(now);
        assertThat(fixed.isFixed()).isTrue();
        assertThat(fixed.isDue(now + 900 * MINUTE)).isFalse();
    }

    /**
     * A market in which so many connections are worth it, and each connection is often late. The number follows, within
     * the bounds, with few changes, whatever connections are closed.
     */
    @Test
    void shouldFollowWhatConnectionsAreWorth() {
        long seed = Long.getLong("firstline.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        int hours = 0;
        for (int run = 0; run < 6; run++) {
            int max = random.nextInt(3, 7);
            PoolSize pool = new PoolSize(2, max, EVERY_MS);
            pool.begin(now);
            TreeSet<Integer> numbers = new TreeSet<>(List.of(1, 2));
            int changes = 0;
            boolean bad = false;
            long sum = 0;
            int looks = 0;
            for (int i = 0; i < 600; i++) {
                if (i % 300 == 0) {
                    bad = !bad;
                    sum = 0;
                    looks = 0;
                }
                now += PoolSize.EVERY_MIN * MINUTE;
                Decision decision = pool.decide(numbers.size(), figures(numbers, bad ? 0.3 : 0, random), 0, now);
                if (decision.change() == Change.GROW) {
                    int added = 1;
                    while (numbers.contains(added)) {
                        added++;
                    }
                    numbers.add(added);
                    changes++;
                } else if (decision.change() == Change.SHRINK) {
                    assertThat(numbers.remove(decision.number()))
                            .as("seed %d", seed)
                            .isTrue();
                    changes++;
                }
                assertThat(numbers.size()).as("seed %d", seed).isBetween(2, max);
                sum += numbers.size();
                looks++;
                if (i % 300 == 299) {
                    double average = (double) sum / looks;
                    assertThat(average)
                            .as("seed %d, bad %s, of %d", seed, bad, max)
                            .isBetween(bad ? 0.65 * Math.min(4, max) : 2, bad ? max : 2.8);
                }
            }
            hours += 600 * PoolSize.EVERY_MIN / 60;
            assertThat(changes).as("seed %d: changes in 50 hours", seed).isLessThan(40);
        }
        System.out.println("pool size: " + hours + " hours, seed " + seed);
    }

    /** Each connection is late with this probability, otherwise in time. */
    private static List<SubsetFigures> figures(SortedSet<Integer> numbers, double late, SplittableRandom random) {
        int most = numbers.last();
        int[][] lags = new int[300][most];
        for (int[] message : lags) {
            int fastest = Integer.MAX_VALUE;
            for (int number : numbers) {
                message[number - 1] = random.nextDouble() < late ? random.nextInt(20_000, 60_000) : random.nextInt(300);
                fastest = Math.min(fastest, message[number - 1]);
            }
            for (int number : numbers) {
                message[number - 1] -= fastest;
            }
        }
        return BestSubsets.of(ArrivalTable.of(most, lags).only(List.copyOf(numbers)));
    }
}
