package io.firstline.deploy.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.deploy.snapshot.SnapshotJoin.Joined;
import io.firstline.deploy.snapshot.SnapshotJoin.Verdict;
import io.firstline.feed.message.OutgoingCopy;
import io.firstline.feed.message.SnapshotReader.Facts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Random streams, delays and times to join: a snapshot that is joined has exactly the messages after it that the server sent
 * after it, and few are not joined.
 */
class SnapshotJoinSimulationTest {
    private static final int WORLDS = 3_000;
    private static final int EVENTS = 300;
    /** Delays beyond this are no longer named as late. */
    private static final int MOST_DELAY_MS = (int) SnapshotJoin.SETTLE_MS - 10;

    private enum Kind {
        CHAIN,
        GROWING,
        KEYED,
        BYTES
    }

    /** A change of the server's book. */
    private record Change(int atMs, Facts facts, long identity) {}

    private record Arrival(int atMs, int change, boolean late) {}

    private final long seed = System.nanoTime();

    @Test
    void shouldNeverJoinASnapshotAtAWrongPlace() {
        for (Kind kind : Kind.values()) {
            int joined = 0;
            for (int world = 0; world < WORLDS / Kind.values().length; world++) {
                joined +=
                        runs(kind, new Random(seed + world), "seed " + seed + ", world " + world + ", " + kind) ? 1 : 0;
            }
            assertThat(joined)
                    .as("joined of %s, seed %d", kind, seed)
                    .isGreaterThan(WORLDS / Kind.values().length * (kind == Kind.BYTES ? 6 : 9) / 10);
        }
    }

    private static List<Change> changes(Kind kind, Random random) {
        List<Change> changes = new ArrayList<>();
        int at = 0;
        long number = 50;
        int different = kind == Kind.BYTES ? 4 + random.nextInt(200) : Integer.MAX_VALUE;
        for (int i = 0; i < EVENTS; i++) {
            at += random.nextInt(20);
            long next = number + 1 + random.nextInt(3);
            Facts facts =
                    switch (kind) {
                        case CHAIN -> Facts.numbered(number + 1, next);
                        case GROWING -> Facts.numbered(OutgoingCopy.NO_NUMBER, next);
                        case KEYED, BYTES -> Facts.NONE;
                    };
            changes.add(new Change(at, facts, kind == Kind.BYTES ? random.nextInt(different) : 1_000L + i));
            number = next;
        }
        return changes;
    }

    /** The merged stream: in the server's order, except that some messages come late. */
    private static List<Arrival> merged(List<Change> changes, int delayMs, Random random) {
        List<Arrival> merged = new ArrayList<>();
        boolean numbered = changes.get(0).facts().isNumbered();
        for (int i = 0; i < changes.size(); i++) {
            boolean late = numbered && random.nextInt(40) == 0;
            int extra = late ? random.nextInt(MOST_DELAY_MS - delayMs) : 0;
            merged.add(new Arrival(changes.get(i).atMs() + delayMs + extra, i, false));
        }
        merged.sort(Comparator.comparingInt(Arrival::atMs));
        int newest = -1;
        for (int i = 0; i < merged.size(); i++) {
            Arrival each = merged.get(i);
            merged.set(i, new Arrival(each.atMs(), each.change(), each.change() < newest));
            newest = Math.max(newest, each.change());
        }
        return merged;
    }

    private static boolean runs(Kind kind, Random random, String world) {
        List<Change> changes = changes(kind, random);
        List<Arrival> merged = merged(changes, random.nextInt(100), random);
        int spareDelayMs = random.nextInt(100);
        int startMs = changes.get(EVENTS / 6).atMs() + random.nextInt(200);
        int snapshotMs = startMs + random.nextInt(300); // at the server
        int included =
                (int) changes.stream().filter(each -> each.atMs() <= snapshotMs).count();
        long before = merged.stream().filter(each -> each.atMs() <= startMs).count();
        Facts last = changes.get(included - 1).facts();
        SnapshotJoin join = new SnapshotJoin(kind != Kind.BYTES, kind == Kind.GROWING, before);
        if (last.isNumbered()) {
            join.newestBefore(merged.stream()
                    .limit(before)
                    .mapToLong(each -> changes.get(each.change()).facts().last())
                    .max()
                    .orElseThrow());
        }
        int next = (int) before;
        int follower = included;
        Verdict verdict = null;
        for (int now = startMs; now < startMs + 8_000 && !(verdict instanceof Joined); now++) {
            for (; next < merged.size() && merged.get(next).atMs() <= now; next++) {
                Change change = changes.get(merged.get(next).change());
                join.published(
                        next + 1,
                        change.identity(),
                        change.facts(),
                        merged.get(next).late());
            }
            if (now == snapshotMs + spareDelayMs) {
                join.snapshot(
                        -1,
                        last.isNumbered()
                                ? new Facts(true, 0, last.last(), false)
                                : new Facts(true, OutgoingCopy.NO_NUMBER, OutgoingCopy.NO_NUMBER, false),
                        TimeUnit.MILLISECONDS.toNanos(now));
            }
            long nanos = TimeUnit.MILLISECONDS.toNanos(now);
            for (; follower < EVENTS && changes.get(follower).atMs() + spareDelayMs <= now; follower++) {
                join.follower(changes.get(follower).identity(), nanos);
            }
            verdict = join.look(nanos);
            if (verdict instanceof SnapshotJoin.Refused) {
                return false;
            }
        }
        if (!(verdict instanceof Joined joined)) {
            return false;
        }
        List<Integer> continuing = new ArrayList<>();
        for (int i = (int) joined.sequence(); i < merged.size(); i++) {
            if (!joined.inside().contains(i + 1L)) {
                continuing.add(merged.get(i).change());
            }
        }
        assertThat(continuing.stream().filter(change -> change < included))
                .as(world + ": older")
                .isEmpty();
        assertThat(continuing).as(world + ": missing").hasSize(EVENTS - included);
        return true;
    }
}
