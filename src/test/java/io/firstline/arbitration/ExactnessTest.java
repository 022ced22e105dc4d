package io.firstline.arbitration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Lines that keep the order of each stream, are in step, and lack single copies, of repeats too. No message is lost or
 * published twice. A message is out of order only if no line delivered it before a younger one. {@code
 * -Dfirstline.seed=N} replays one run.
 */
class ExactnessTest {
    private static final long MS = 1_000_000L;
    private static final long SKEW = 250 * MS;
    private static final int RUNS = Integer.getInteger("firstline.runs", 40);
    /** The seeds of fewer runs are among these, so the same bounds hold. */
    private static final int COUNTED_RUNS = Math.max(RUNS, 40);

    private record Copy(long atNanos, int line, int message) {}

    /** One server, its lines, and what they carry. */
    private static final class World implements Arbiter.Output<Integer> {
        private final SplittableRandom random;
        private final String run;
        private final Arbiter<Integer> arbiter =
                new Arbiter<>(new ArbiterSettings(16_384, 60_000 * MS, 500 * MS, SKEW), this);
        private final int streams;
        /** The arbiter knows which stream a message belongs to. */
        private final boolean named;

        private final int[] stream;
        private final long[] bytes;
        /** By message and line: when the copy arrives; {@code NEVER} = it does not. */
        private final long[][] arrival;

        private final List<Copy> copies = new ArrayList<>();
        private final List<Integer> out = new ArrayList<>();
        private int falselyLate;
        private int lacked;
        private static final long NEVER = Long.MAX_VALUE;
        private final long warmNanos;

        World(long seed, double repeats, boolean reconnects, boolean mixed, boolean named) {
            this.named = named;
            this.random = new SplittableRandom(seed);
            this.run = "-Dfirstline.seed=" + seed + ", repeats " + repeats;
            this.streams = random.nextInt(1, named ? 4 : 2);
            int messages = random.nextInt(300, 1_000) + (named ? 0 : 400);
            int lines = random.nextInt(2, 6);
            this.stream = new int[messages];
            this.bytes = new long[messages];
            long[] sent = new long[messages];
            long gap = random.nextLong(1, 20) * MS;
            long now = 1_000 * MS;
            int beat = repeats == 0 ? Integer.MAX_VALUE : (int) (4 / repeats);
            for (int i = 0; i < messages; i++) {
                now += random.nextLong(gap / 2, gap * 3 / 2);
                sent[i] = now;
                stream[i] = 1 + random.nextInt(streams);
                bytes[i] = 0x9E37_79B9_7F4A_7C15L * (i + 1);
                int earlier =
                        i == 0 ? 0 : random.nextBoolean() ? Math.max(0, i - 1 - random.nextInt(50)) : random.nextInt(i);
                if (i % beat == beat - 1) {
                    bytes[i] = 7;
                    stream[i] = 1;
                } else if (i > 0 && random.nextDouble() < repeats) {
                    bytes[i] = bytes[earlier];
                    stream[i] = stream[earlier];
                }
            }
            this.warmNanos = sent[Math.min(messages - 1, named ? 200 : 600)];
            this.arrival = new long[messages][lines];
            int whole = 1 + random.nextInt(lines - 1);
            double loss = random.nextInt(4) == 0 ? 0 : random.nextDouble(0.02);
            for (int line = 0; line < lines; line++) {
                long lag = MS + line * random.nextLong(5, 20) * MS;
                long[] last = new long[streams + 1];
                long[] lastOfKind = new long[2];
                long[] extra = {mixed ? random.nextLong(40 * MS) : 0, mixed ? random.nextLong(40 * MS) : 0};
                for (int i = 0; i < messages; i++) {
                    long at = sent[i] + lag + random.nextLong(MS);
                    last[stream[i]] = Math.max(last[stream[i]], at);
                    boolean lacks = line != whole && sent[i] > warmNanos && random.nextDouble() < loss;
                    int kind = (int) (bytes[i] >>> 40 & 1);
                    lastOfKind[kind] = Math.max(lastOfKind[kind], at + extra[kind]);
                    arrival[i][line] = lacks ? NEVER : mixed ? lastOfKind[kind] : last[stream[i]];
                }
            }
            if (reconnects) { // the first fastest line is gone for a while, and delivers nothing for 0.8 s more
                long from = sent[messages / 2];
                for (int i = 0; i < messages; i++) {
                    long at = arrival[i][0];
                    arrival[i][0] = at >= from && sent[i] < from + 1_100 * MS ? NEVER : at;
                }
                rejoinNanos = from;
            }
            for (int i = 0; i < messages; i++) {
                for (int line = 0; line < lines; line++) {
                    if (arrival[i][line] != NEVER) {
                        copies.add(new Copy(arrival[i][line], line, i));
                    }
                }
            }
            copies.sort(Comparator.comparingLong(Copy::atNanos).thenComparingInt(Copy::message));
        }

        private long rejoinNanos = NEVER;
        private long inStepNanos = NEVER;
        private long nowNanos;

        void live() {
            Line[] lines = new Line[arrival[0].length];
            Arrays.setAll(lines, i -> arbiter.join(0, 0));
            boolean gone = false;
            boolean back = false;
            for (Copy copy : copies) {
                nowNanos = copy.atNanos();
                if (!gone && copy.atNanos() >= rejoinNanos) {
                    gone = true;
                    arbiter.leave(lines[0], copy.atNanos());
                }
                if (gone && !back && copy.atNanos() >= rejoinNanos + 300 * MS) {
                    back = true;
                    lines[0] = arbiter.join(rejoinNanos + 200 * MS, rejoinNanos + 300 * MS);
                }
                int message = copy.message();
                arbiter.copy(
                        lines[copy.line()],
                        new Sent<>(bytes[message], 0, named ? stream[message] : 0, message, 10),
                        copy.atNanos());
            }
        }

        @Override
        public void first(Line line, Integer message, boolean late) {
            if (late && out.stream().noneMatch(before -> before > message && stream[before] == stream[message])) {
                falselyLate++;
            }
            out.add(message);
        }

        @Override
        public void inStep(Line line, boolean alone) {
            assertThat(alone).as(run).isFalse();
            inStepNanos = nowNanos;
        }

        @Override
        public void outOfStep(Line line) {
            throw new AssertionError("out of step, " + run);
        }

        @Override
        public void conflict(Line line, int of) {
            throw new AssertionError("conflict, " + run);
        }

        int twice() {
            Map<Long, Integer> left = new HashMap<>();
            for (long each : bytes) {
                left.merge(each, 1, Integer::sum);
            }
            out.forEach(each -> left.merge(bytes[each], -1, Integer::sum));
            return -left.values().stream().mapToInt(count -> Math.min(0, count)).sum();
        }

        void check() {
            Map<Long, Integer> left = new HashMap<>();
            for (long each : bytes) {
                left.merge(each, 1, Integer::sum);
            }
            out.forEach(each -> left.merge(bytes[each], -1, Integer::sum));
            assertThat(left.values()).as("lost (1) or twice (-1), %s", run).allMatch(count -> count == 0);
            boolean[] excused = excused();
            for (int of = 0; of <= streams; of++) {
                int place = 0;
                for (int message = 0; message < bytes.length; message++) {
                    if (stream[message] != of || excused[message]) {
                        continue;
                    }
                    int found = place;
                    while (found < out.size() && bytes[out.get(found)] != bytes[message]) {
                        found++;
                    }
                    assertThat(found)
                            .as("message %d of stream %d is out of order, %s", message, of, run)
                            .isLessThan(out.size());
                    place = found + 1;
                }
            }
        }

        /**
         * Messages that first arrive after a younger one of their stream; and repeats that cannot be recognised in
         * time.
         */
        private boolean[] excused() {
            int messages = bytes.length;
            boolean[] excused = new boolean[messages];
            long[] youngerNanos = new long[streams + 1];
            Arrays.fill(youngerNanos, NEVER);
            for (int m = messages - 1; m >= 0; m--) {
                long first = NEVER;
                for (int line = 0; line < arrival[m].length; line++) {
                    first = Math.min(first, counts(m, line));
                }
                // the message that a joining line matches is published before the copies that it holds
                excused[m] =
                        youngerNanos[stream[m]] < first || (youngerNanos[stream[m]] == first && first == inStepNanos);
                youngerNanos[stream[m]] = Math.min(youngerNanos[stream[m]], first);
                lacked += excused[m] ? 1 : 0;
            }
            Map<Long, Integer> count = new HashMap<>();
            for (long each : bytes) {
                count.merge(each, 1, Integer::sum);
            }
            for (int m = 0; m < messages; m++) {
                for (int line = 0; line < arrival[m].length; line++) {
                    if (count.get(bytes[m]) > 1 && (arrival[m][line] == NEVER || excused[m])) {
                        excuseAlike(m, line, excused, count);
                    }
                }
            }
            return excused;
        }

        /** When a copy may first be published: a line that joins counts from the time at which it is in step. */
        private long counts(int m, int line) {
            long at = arrival[m][line];
            return line != 0 || at < rejoinNanos || at == NEVER ? at : Math.max(at, inStepNanos);
        }

        /** A copy of the same bytes may be this message until its line delivers a message of unique bytes. */
        private void excuseAlike(int m, int line, boolean[] excused, Map<Long, Integer> count) {
            int by = 0;
            for (int each = 1; each < arrival[m].length; each++) {
                by = arrival[m][each] < arrival[m][by] ? each : by;
            }
            long proof = NEVER;
            for (int u = m + 1; u < bytes.length; u++) {
                if (stream[u] == stream[m]
                        && arrival[u][by] != NEVER
                        && arrival[u][line] != NEVER
                        && count.get(bytes[u]) == 1) {
                    proof = Math.max(arrival[u][by], arrival[u][line]);
                    break;
                }
            }
            for (int q = m + 1; q < bytes.length; q++) {
                if (bytes[q] == bytes[m] && arrival[q][line] <= proof) {
                    excused[q] = true;
                }
            }
        }
    }

    /** Two kinds of messages under one stream name; their order differs from line to line. */
    @ParameterizedTest
    @ValueSource(doubles = {0, 0.02, 0.1})
    void shouldHardlyEverPublishTwiceWhatLinesBringInAnotherOrder(double repeats) {
        int twice = 0;
        for (long seed = 1; seed <= RUNS; seed++) {
            World world = new World(seed, repeats, false, true, true);
            world.live();
            twice += world.twice();
        }
        assertThat(twice).as("of %d lives of 300 messages and more", RUNS).isLessThanOrEqualTo(COUNTED_RUNS * 3 / 5);
    }

    @ParameterizedTest
    @CsvSource({
        "0, true", "0.02, true", "0.05, true", "0.1, true", "0.24, true",
        "0, false", "0.02, false", "0.05, false", "0.1, false", "0.24, false"
    })
    void shouldPutOutOfOrderOnlyWhatTheLineInFrontLacks(double repeats, boolean named) {
        runs(repeats, false, named);
    }

    @ParameterizedTest
    @CsvSource({
        "0, true", "0.02, true", "0.05, true", "0.1, true", "0.24, true",
        "0, false", "0.02, false", "0.05, false", "0.1, false", "0.24, false"
    })
    void shouldDoSoWhenTheLineInFrontIsReplaced(double repeats, boolean named) {
        runs(repeats, true, named);
    }

    private static void runs(double repeats, boolean reconnects, boolean named) {
        Long only = Long.getLong("firstline.seed");
        int falselyLate = 0;
        int lacked = 0;
        List<String> failed = new ArrayList<>();
        for (long seed = only != null ? only : 1; seed <= (only != null ? only : RUNS); seed++) {
            World world = new World(seed, repeats, reconnects, false, named);
            world.live();
            try {
                world.check();
            } catch (AssertionError e) {
                failed.add(e.getMessage().lines().findFirst().orElse(""));
            }
            falselyLate += world.falselyLate;
            lacked += world.lacked;
        }
        assertThat(failed).hasSizeLessThanOrEqualTo(only != null ? 0 : allowed(repeats, named));
        assertThat(falselyLate)
                .as("flagged late and not late, of %d lacked", lacked)
                .isLessThanOrEqualTo(lacked / 12);
    }

    /**
     * Runs are not exact if lines lack several messages near to each other, and some of these repeat. Of 1,000 runs at
     * most 3 fail in named streams, and at most 8 if every fourth message repeats. Without names at most 9 fail, and at
     * most 38 if every fourth message repeats and the fastest line is replaced. Nearly all of these have one message
     * out of order, or one too many. Bad seeds are clustered: up to 160 runs, there is one more than that at times.
     */
    private static int allowed(double repeats, boolean named) {
        boolean often = repeats >= 0.1;
        int share = COUNTED_RUNS * (named ? (often ? 25 : 3) : (often ? 50 : 25)) / 1_000;
        return RUNS > 40 ? share + 1 : share;
    }
}
