package io.firstline.arbitration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SeenMessagesTest {
    private static final long FOR_EVER = Long.MAX_VALUE;
    private static final long MS = 1_000_000;

    /** History of 8: a table of 16 places; hashes equal modulo 16 share a home. */
    @Test
    void shouldFindCollidingHashes() {
        SeenMessages history = new SeenMessages(8, FOR_EVER);
        for (long i = 0; i < 6; i++) {
            history.add(3 + 16 * i, 0, 0, 0, 0, 0);
        }
        for (long i = 0; i < 6; i++) {
            assertThat(match(history, 3 + 16 * i, 1)).isEqualTo(i + 1);
        }
        assertThat(match(history, 3 + 16 * 6, 1)).isZero();
    }

    @Test
    void shouldCloseHolesAcrossTheEndOfTheTable() {
        SeenMessages history = new SeenMessages(4, FOR_EVER);
        long[] hashes = {7, 15, 23, 0, 31, 8}; // table of 8: homes 7 7 7 0 7 0
        for (int i = 0; i < hashes.length; i++) {
            history.add(hashes[i], 0, 0, 0, 0, 0);
            for (int j = 0; j <= i; j++) {
                assertThat(match(history, hashes[j], 1)).isEqualTo(j < i - 3 ? 0 : j + 1);
            }
        }
    }

    @Test
    void shouldBoundByCountAndBySpan() {
        SeenMessages history = new SeenMessages(3, 100);
        history.add(1, 0, 0, 0, 0, 0);
        history.add(2, 0, 0, 0, 50, 50);
        history.add(3, 0, 0, 0, 101, 101);
        assertThat(history.oldest()).isEqualTo(2);
        history.add(4, 0, 0, 0, 110, 110);
        history.add(5, 0, 0, 0, 120, 120);
        assertThat(history.oldest()).isEqualTo(3);
        assertThat(history.newest()).isEqualTo(5);
        assertThat(match(history, 2, 1)).isZero();
    }

    @Test
    void shouldPassOverWhatALineCannotDeliverOrHasLost() {
        SeenMessages history = new SeenMessages(8, FOR_EVER);
        history.add(9, 0, 0, 0, 10, 10);
        history.add(9, 0, 0, 0, 20, 20);
        history.add(9, 0, 0, 0, 30, 30);
        history.add(8, 0, 0, 0, 40, 40);
        assertThat(history.match(9, 1, 0, 15))
                .as("published before it connected")
                .isEqualTo(2);
        assertThat(history.match(8, 1, 45, 0)).as("the same").isZero();
        assertThat(history.match(8, 1, 0, 45)).as("of repeats alone").isEqualTo(4);
        assertThat(history.pass(9, 1, 2)).isEqualTo(2);
        assertThat(history.pass(9, 2, 2)).isEqualTo(3);
        assertThat(match(history, 9, 2)).as("passed for good").isEqualTo(3);
        assertThat(history.pass(9, 3, 2)).isZero();
        assertThat(match(history, 9, 2)).isZero();
        assertThat(history.pass(8, 4, 2)).isZero();
        assertThat(history.isUnique(9)).isFalse();
    }

    @Test
    void shouldProveThatALineLacksWhatOnesLikeItFollow() {
        SeenMessages history = new SeenMessages(8, FOR_EVER);
        history.add(9, 0, 1, 0, 0, 0);
        history.add(1, 0, 2, 1, 0, 0);
        history.markDelivered(2, 0);
        assertThat(history.follower(1, 8, 0, 1)).as("another stream").isZero();
        history.add(2, 0, 1, 1, 0, 0);
        assertThat(history.follower(1, 8, 0, 1)).as("one of them alone").isZero();
        history.markDelivered(3, 0);
        assertThat(history.follower(1, 8, 0, 1)).isEqualTo(3);
        assertThat(history.follower(1, 2, 0, 1)).as("not as far").isZero();
        history.add(2, 0, 1, 1, 0, 0);
        assertThat(history.follower(1, 8, 0, 1)).as("which of them it was").isZero();
        assertThat(history.publisher(1)).isZero();
        history.release(0);
        assertThat(history.publisher(1)).isEqualTo(-1);
    }

    @Test
    void shouldReleaseASlotForAnotherLine() {
        SeenMessages history = new SeenMessages(8, FOR_EVER);
        history.add(1, 0, 0, 0, 0, 0);
        history.add(5, 0, 0, 1, 0, 0);
        history.add(5, 0, 0, 1, 0, 0);
        history.markDelivered(1, 1);
        assertThat(match(history, 5, 1)).isZero();
        history.release(1);
        assertThat(history.winner(2)).isEqualTo(-1);
        assertThat(history.winner(1)).as("shared with one that has left").isEqualTo(-1);
        assertThat(history.deliveredBy(1)).isEqualTo(1);
        assertThat(match(history, 1, 1)).isEqualTo(1);
        assertThat(match(history, 5, 1)).isEqualTo(2);
    }

    /** The same, written as simply as possible. */
    private static final class Naive {
        private record Entry(long sequence, long hash, long nanos, int stream, Set<Integer> delivered) {}

        private final int capacity;
        private final long span;
        private final Map<Long, Entry> entries = new LinkedHashMap<>();
        private long newest;

        Naive(int capacity, long span) {
            this.capacity = capacity;
            this.span = span;
        }

        void forgetExpired(long nanos, int most, int least) {
            while (entries.size() > most
                    || (entries.size() > least
                            && nanos - entries.values().iterator().next().nanos > span)) {
                entries.remove(entries.keySet().iterator().next());
            }
        }

        void add(long hash, int slot, int stream, long nanos) {
            forgetExpired(nanos, capacity - 1, 0);
            Entry entry = new Entry(++newest, hash, nanos, stream, new HashSet<>());
            entry.delivered.add(slot);
            entries.put(newest, entry);
        }

        long match(long hash, int slot, long floorNanos, long passed) {
            List<Entry> open = new ArrayList<>(
                    entries.values().stream().filter(e -> e.hash == hash).toList());
            long youngest = open.isEmpty() ? 0 : open.get(open.size() - 1).sequence;
            open.removeIf(e -> e.delivered.contains(slot) || e.nanos < floorNanos);
            while (!open.isEmpty() && open.get(0).sequence < passed && open.get(0).sequence != youngest) {
                open.remove(0);
            }
            return open.isEmpty() ? 0 : open.get(0).sequence;
        }
    }

    /** The last cases grow during the run, with streams and repeats, or before there are any, and pack old pages. */
    @ParameterizedTest
    @CsvSource({"1, 1000", "2, 1000", "3, 1000", "7, 1000", "64, 1000", "300, 1000", "1000, 40000", "1500, 30000"})
    void shouldBehaveLikeANaiveList(int capacity, long spanMs) {
        long span = spanMs * MS;
        Long given = Long.getLong("firstline.seed");
        long seed = given != null ? given : System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        SeenMessages history = new SeenMessages(capacity, span);
        Naive naive = new Naive(capacity, span);
        int quietFor = capacity == 1_500 ? 600 : 0;
        long[] floor = new long[64];
        long[] passed = new long[64];
        long now = 0;
        for (int step = 0; step < 40_000; step++) {
            now += MS * random.nextInt(random.nextInt(100) == 0 ? 2_000 : 12);
            int slot = random.nextInt(4) * 21;
            // few homes: some hashes share their home, some are equal
            long hash = step < quietFor ? step : random.nextInt(5) + 1_024L * random.nextInt(1 + capacity / 4);
            long expected = naive.match(hash, slot, floor[slot], passed[slot]);
            assertThat(match(history, hash, slot, floor[slot], passed[slot]))
                    .as("step %d, -Dfirstline.seed=%d", step, seed)
                    .isEqualTo(expected);
            if (expected != 0) {
                history.markDelivered(expected, slot);
                naive.entries.get(expected).delivered.add(slot);
                passed[slot] = Math.max(passed[slot], expected - random.nextInt(50));
            } else {
                int stream = step < quietFor ? 0 : step % 3;
                naive.add(hash, slot, stream, now);
                assertThat(history.add(hash, hash * stream, stream, slot, now, now))
                        .isEqualTo(naive.newest);
            }
            Naive.Entry any = naive.entries.get(naive.newest - random.nextInt(naive.entries.size()));
            assertThat(history.stream(any.sequence)).isEqualTo(any.stream);
            assertThat(history.content(any.sequence)).isEqualTo(any.hash * any.stream);
            assertThat(history.firstNanos(any.sequence)).isEqualTo(any.nanos);
            if (random.nextInt(500) == 0) {
                history.release(slot);
                naive.entries.values().forEach(e -> e.delivered.remove(slot));
                floor[slot] = now - MS * random.nextInt(200);
                passed[slot] = 0;
            }
            if (random.nextInt(20) == 0) {
                history.prepare(now);
                naive.forgetExpired(now, capacity, 64);
            }
            assertThat(history.newest() - history.oldest() + 1).isEqualTo(naive.entries.size());
            assertThat(history.isUnique(hash))
                    .isEqualTo(naive.entries.values().stream()
                                    .filter(e -> e.hash == hash)
                                    .count()
                            == 1);
        }
    }

    private static long match(SeenMessages history, long hash, int slot) {
        return history.match(hash, slot, 0, 0);
    }

    private static long match(SeenMessages history, long hash, int slot, long floorNanos, long passed) {
        long sequence = history.match(hash, slot, floorNanos, floorNanos);
        while (sequence != 0 && sequence < passed && history.hasYoungerAlike(sequence)) {
            sequence = history.pass(hash, sequence, slot);
        }
        return sequence;
    }
}
