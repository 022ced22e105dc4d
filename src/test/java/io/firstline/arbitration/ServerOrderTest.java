package io.firstline.arbitration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerOrderTest {
    private static final int A = 0;
    private static final int B = 1;

    private static final int C = 2;
    private static final int D = 3;

    private final MessageEntries entries = new MessageEntries(1_024);
    private final ServerOrder order = new ServerOrder(entries);

    /** Publishes a message of stream 1 on a line, with its sequence as its hash. */
    private long publish(int slot) {
        long sequence = entries.add(entries.newest() + 1, 0, 1, slot, 0);
        order.append(sequence, 1);
        order.markPlaced(sequence, slot);
        return sequence;
    }

    private void deliver(long sequence, int slot) {
        entries.markDelivered(sequence, slot);
        order.markPlaced(sequence, slot);
    }

    private List<Long> of(long first) {
        List<Long> list = new ArrayList<>();
        for (long each = first; each != 0; each = order.successor(each)) {
            list.add(each);
        }
        return list;
    }

    @Test
    void shouldKeepTheOrderOfEachStream() {
        for (int i = 0; i < 6; i++) {
            order.append(entries.add(i, 0, i % 2, A, 0), i % 2);
        }
        assertThat(of(1)).containsExactly(1L, 3L, 5L);
        assertThat(of(2)).containsExactly(2L, 4L, 6L);
        assertThat(order.predecessor(1)).isZero();
        assertThat(order.predecessor(5)).isEqualTo(3);
        assertThat(order.isBefore(3, 5)).isTrue();
        assertThat(order.isBefore(5, 5)).isFalse();
        order.placeAfter(5, 4);
        assertThat(of(1)).as("4 belongs to another stream").containsExactly(1L, 3L, 5L);
    }

    @Test
    void shouldMoveAnEntry() {
        for (int i = 0; i < 5; i++) {
            publish(A);
        }
        order.placeAfter(5, 1);
        assertThat(of(1)).containsExactly(1L, 5L, 2L, 3L, 4L);
        order.placeAfter(1, 0);
        assertThat(of(5)).as("after all others").containsExactly(5L, 2L, 3L, 4L, 1L);
        assertThat(order.predecessor(5)).isZero();
        order.remove(1);
        entries.removeOldest();
        assertThat(order.successor(1)).as("not remembered any more").isZero();
        order.placeAfter(2, 1);
        assertThat(of(5)).as("after all others, as 1 is not remembered").containsExactly(5L, 3L, 4L, 2L);
        order.remove(5);
        assertThat(order.predecessor(3)).isZero();
    }

    /** Labels are far apart, until many entries are placed between the same two. */
    @Test
    void shouldBehaveLikeAListHoweverOftenEntriesMove() {
        long seed = Long.getLong("firstline.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        MessageEntries many = new MessageEntries(1_024);
        ServerOrder moved = new ServerOrder(many);
        List<Long> list = new ArrayList<>();
        for (int step = 0; step < 20_000; step++) {
            while (list.size() < 3 || (many.count() < 1_000 && random.nextInt(20) == 0)) {
                list.add(many.add(step, 0, 1, A, 0));
                moved.append(many.newest(), 1);
            }
            long sequence = list.get(random.nextInt(list.size()));
            long after = list.get(step < 15_000 ? 1 : random.nextInt(list.size()));
            moved.placeAfter(sequence, after);
            if (sequence != after) {
                list.remove(sequence);
                list.add(list.indexOf(after) + 1, sequence);
            }
            int at = 1 + random.nextInt(list.size() - 1);
            assertThat(moved.successor(list.get(at - 1))).isEqualTo(list.get(at));
            assertThat(moved.predecessor(list.get(at))).isEqualTo(list.get(at - 1));
            assertThat(moved.isBefore(list.get(at - 1), list.get(at)))
                    .as("step %d, -Dfirstline.seed=%d", step, seed)
                    .isTrue();
        }
        for (int at = 1; at < list.size(); at++) {
            assertThat(moved.isBefore(list.get(at - 1), list.get(at))).isTrue();
        }
    }

    @Test
    void shouldFindWhatALineLacks() {
        long first = publish(A);
        long second = publish(A);
        long third = publish(A);
        deliver(first, B);
        deliver(third, B);
        assertThat(order.lackedBetween(first, third, B)).isEqualTo(second);
        assertThat(order.lackedBetween(first, third, B, second))
                .as("of its hash")
                .isEqualTo(second);
        assertThat(order.lackedBetween(first, third, B, third))
                .as("of another hash")
                .isZero();
        assertThat(order.lackedBetween(second, third, B)).as("none between").isZero();
        assertThat(order.lackedBetween(first, third, A))
                .as("this line lacks none")
                .isZero();
        deliver(second, B);
        assertThat(order.lackedBetween(first, third, B)).isZero();
    }

    @Test
    void shouldNotSayThatALineLacksWhatNoLineDeliveredBefore() {
        long first = publish(A);
        publish(A);
        long third = publish(B);
        assertThat(order.lackedBetween(first, third, B))
                .as("only B has delivered the third")
                .isZero();
        long other = entries.add(9, 0, 2, A, 0);
        order.append(other, 2);
        order.markPlaced(other, A);
        assertThat(order.lackedBetween(first, other, B)).as("another stream").isZero();
    }

    @Test
    void shouldProveThatALineHasPassedAnEntry() {
        long first = publish(A);
        long second = publish(A);
        assertThat(order.isPassed(first, second, B))
                .as("A delivered both, B none")
                .isFalse();
        deliver(second, B);
        assertThat(order.isPassed(first, second, B)).isTrue();
        assertThat(order.isPassed(second, second, B)).as("the place itself").isFalse();
        assertThat(order.isPassed(second, first, B))
                .as("it comes after the place")
                .isFalse();
        assertThat(order.isPassed(first, 0, B)).as("B has no place").isFalse();
    }

    /** C delivered the second and the third, A the first and the second: so the third came after the first. */
    @Test
    void shouldProveItThroughSeveralLines() {
        long first = publish(A);
        long second = publish(A);
        long third = publish(C);
        deliver(third, B);
        assertThat(order.isPassed(first, third, B)).isFalse();
        deliver(second, C);
        assertThat(order.isPassed(first, third, B)).isTrue();
    }

    @Test
    void shouldMoveAnEntryWithThoseThatComeAfterIt() {
        long first = publish(A);
        long second = publish(A);
        long third = publish(B);
        long fourth = publish(B);
        order.moveAfter(first, third, B);
        assertThat(of(third)).containsExactly(third, first, second, fourth);
        assertThat(order.isBefore(third, first)).isTrue();
    }

    /** A delivered 1, 2 and C delivered 2, 3: so 2 and 3 come after 1. */
    @Test
    void shouldMoveThoseThatSeveralLinesProveToComeAfterIt() {
        long first = publish(A);
        long second = publish(A);
        deliver(second, C);
        long third = publish(C);
        long other = publish(D);
        long place = publish(B);
        order.moveAfter(first, place, B);
        assertThat(of(other)).containsExactly(other, place, first, second, third);
    }

    /** B itself delivered 2 and 3 before 1: that does not prove that 3 comes after 2. */
    @Test
    void shouldNotMoveWhatOnlyTheSameLineProves() {
        long first = publish(A);
        long second = publish(A);
        deliver(second, B);
        long third = publish(B);
        long place = publish(B);
        order.moveAfter(first, place, B);
        assertThat(of(third)).containsExactly(third, place, first, second);
    }

    @Test
    void shouldProveItWithTheOldestMessageAsThePlace() {
        long first = publish(A);
        long second = publish(A);
        order.placeAfter(first, second);
        deliver(first, B);
        assertThat(entries.oldest()).isEqualTo(first);
        assertThat(order.isPassed(second, first, B)).isTrue();
    }

    // bounded searches

    private void publishMany(int count, int slot) {
        for (int i = 0; i < count; i++) {
            publish(slot);
        }
    }

    @ParameterizedTest
    @CsvSource({"512, true", "513, false"})
    void shouldFindWhatALineLacksSoFarAndNoFurther(int at, boolean found) {
        long from = publish(A);
        for (int i = 1; i < at; i++) {
            deliver(publish(A), B);
        }
        long lacked = publish(A);
        long until = publish(A);
        assertThat(order.lackedBetween(from, until, B)).isEqualTo(found ? lacked : 0);
    }

    /** A may have been silent, and what it delivers now stands behind its old place: far before that of B. */
    @ParameterizedTest
    @ValueSource(ints = {512, 513})
    void shouldNotTakeAMessageForPassedWithoutAProof(int distance) {
        long first = publish(A);
        publishMany(distance - 1, C);
        long place = publish(B);
        assertThat(order.isPassed(first, place, B)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"511, true", "512, false"})
    void shouldMoveThoseThatComeAfterItSoFarAndNoFurther(int distance, boolean moved) {
        long first = publish(A);
        publishMany(distance - 1, C);
        long second = publish(A);
        long place = publish(B);
        order.moveAfter(first, place, B);
        assertThat(order.isBefore(place, first)).isTrue();
        assertThat(order.isBefore(place, second)).isEqualTo(moved);
    }

    @Test
    void shouldKnowWhatALineDeliversNext() {
        long first = publish(A);
        long second = publish(A);
        long third = publish(A);
        assertThat(order.isNextAfter(first, B, second)).isTrue();
        assertThat(order.isNextAfter(first, B, third)).isFalse();
        deliver(second, B);
        assertThat(order.isNextAfter(first, B, third)).isTrue();
        assertThat(order.isNextAfter(third, B, third)).as("it is the last").isFalse();
        assertThat(order.isNextAfter(0, B, first)).as("no place").isFalse();
    }
}
