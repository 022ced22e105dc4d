package io.firstline.arbitration;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.arbitration.report.LineFigures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A server with several streams, and the lines that carry them: a whole run of a pool from one seed, in virtual time,
 * with a model that knows everything.
 *
 * <p>A line keeps the order of each stream. It has a delay, a queue that jitters, an extra delay per stream that
 * differs from line to line, and freezes, after which all withheld copies arrive at once. Extra delays and jitter
 * together stay below the skew.
 *
 * <p>A joiner opens after the first message was published. A line that subscribes after the server's first message and
 * opens before the pool's first copy is a founder by definition, and may be ahead of the others: the bytes do not show
 * that it has missed messages.
 */
final class Simulation implements Arbiter.Output<Integer> {
    static final long MS = 1_000_000L;
    static final long SKEW = 150 * MS;
    static final long GUARD = 500 * MS;

    /** The faults of a run. */
    enum Family {
        /** Unique messages; lines freeze, join and leave, but one in step is always left. */
        STEADY,
        /** As STEADY, but every line may leave, the last one too. */
        OUTAGES,
        /** As STEADY, and every line loses different messages. */
        LOSSY,
        /** Repeats of equal bytes on lines that are open from the first message to the last. */
        REPEATS,
        /** Repeats, and lines that join and leave. */
        REPEATS_JOINING
    }

    private record Event(long atNanos, long order, Wire wire, int what) {
        static final int JOIN = -1;
        static final int LEAVE = -2;
    }

    /** One line as the world knows it. */
    private static final class Wire {
        boolean founder;
        long connectNanos;
        long subscribedNanos;
        long leavesNanos;
        Line line;
    }

    private final Family family;
    private final long seed;
    private final SplittableRandom random;
    private final Arbiter<Integer> arbiter;

    private final int streams;
    private final long[] sentNanos;
    private final int[] stream;
    private final long[] hash;
    private final List<Event> events = new ArrayList<>();
    private final List<Wire> wires = new ArrayList<>();

    final List<Integer> published = new ArrayList<>();
    private final List<Boolean> flaggedLate = new ArrayList<>();
    private final List<Long> publishedNanos = new ArrayList<>();
    private final Set<Integer> deliveredInStep = new HashSet<>();
    private final int[] copiesInStep;
    private long copies;
    private long nowNanos;
    int joins;
    final Set<Integer> takeoversAt = new HashSet<>();
    int outOfStep;
    int lateOnes;
    int flaggedInVain;
    int lateUnnoticed;

    Simulation(Family family, long seed) {
        this.family = family;
        this.seed = seed;
        this.random = new SplittableRandom(seed);
        this.arbiter = new Arbiter<>(new ArbiterSettings(4_096, 60_000 * MS, GUARD, SKEW), this);
        int messages = random.nextInt(20, 500);
        this.streams = random.nextInt(1, 5);
        this.sentNanos = new long[messages];
        this.stream = new int[messages];
        this.hash = new long[messages];
        this.copiesInStep = new int[messages];
        serve(messages);
        int founders = random.nextInt(family == Family.REPEATS || family == Family.LOSSY ? 2 : 1, 5);
        int joiners = family == Family.REPEATS ? 0 : random.nextInt(0, 4);
        long end = sentNanos[messages - 1];
        for (int i = 0; i < founders + joiners; i++) {
            wire(i < founders ? -1 : random.nextLong(0, end + 1), end);
        }
        events.sort(Comparator.comparingLong(Event::atNanos).thenComparingLong(Event::order));
    }

    private boolean repeats() {
        return family == Family.REPEATS || family == Family.REPEATS_JOINING;
    }

    private void serve(int messages) {
        long meanGap = random.nextLong(1, 30) * MS;
        int heartbeatEvery = random.nextInt(5, 60);
        long now = 1_000 * MS;
        int burst = 0;
        for (int i = 0; i < messages; i++) {
            burst = burst > 0 ? burst - 1 : random.nextInt(20) == 0 ? random.nextInt(2, 12) : 0;
            now += burst > 0 ? random.nextLong(0, MS / 4) : random.nextLong(1, 2 * meanGap);
            sentNanos[i] = now;
            stream[i] = random.nextInt(streams);
            hash[i] = 0x9E37_79B9_7F4A_7C15L * (i + 1);
            if (repeats() && i % heartbeatEvery == 0) {
                hash[i] = 7;
                stream[i] = 0;
            } else if (repeats() && i > 0 && burst > 0 && random.nextBoolean()) {
                hash[i] = hash[i - 1];
                stream[i] = stream[i - 1];
            } else if (repeats() && i > 20 && random.nextInt(10) == 0) {
                int earlier = random.nextInt(i);
                hash[i] = hash[earlier];
                stream[i] = stream[earlier];
            }
        }
    }

    private void wire(long joinsNanos, long end) {
        Wire wire = new Wire();
        wires.add(wire);
        wire.founder = joinsNanos < 0;
        wire.subscribedNanos = Math.max(0, joinsNanos);
        wire.connectNanos = wire.subscribedNanos - random.nextLong(0, 200 * MS);
        wire.leavesNanos = family == Family.REPEATS || random.nextInt(3) == 0
                ? Long.MAX_VALUE
                : random.nextLong(wire.subscribedNanos + MS, end + 1_000 * MS);
        events.add(new Event(wire.subscribedNanos, -2, wire, Event.JOIN));
        if (wire.leavesNanos != Long.MAX_VALUE) {
            events.add(new Event(wire.leavesNanos, -1, wire, Event.LEAVE));
        }
        long delay = random.nextLong(1, random.nextBoolean() ? 20 : 400) * MS;
        long jitter = random.nextLong(1, random.nextBoolean() ? 3 : 60) * MS;
        long loss = family == Family.LOSSY ? random.nextLong(1, 200) : 0;
        long[] extra = new long[streams];
        Arrays.setAll(extra, s -> random.nextLong(0, SKEW / 4));
        long[] freezes = random.longs(random.nextInt(0, 3), 0, end + 1).sorted().toArray();
        long queueNanos = 0;
        for (int i = 0; i < sentNanos.length; i++) {
            if (sentNanos[i] < wire.subscribedNanos) {
                continue;
            }
            queueNanos = Math.max(queueNanos, sentNanos[i] + delay + random.nextLong(jitter));
            long at = queueNanos + extra[stream[i]];
            long order = at;
            for (long from : freezes) {
                long until = from + from % (3_000 * MS);
                if (at >= from && at < until) {
                    at = until;
                }
            }
            if (random.nextLong(1_000) >= loss) {
                events.add(new Event(at, order, wire, i));
            }
        }
    }

    Simulation run() {
        for (Event event : events) {
            nowNanos = event.atNanos();
            Wire wire = event.wire();
            switch (event.what()) {
                case Event.JOIN -> {
                    if (wire.founder || arbiter.published() > 0) {
                        wire.line = arbiter.join(wire.connectNanos, nowNanos);
                    }
                }
                case Event.LEAVE -> {
                    if (wire.line != null && (family == Family.OUTAGES || anotherInStep(wire))) {
                        arbiter.leave(wire.line, nowNanos);
                    }
                }
                default -> {
                    if (wire.line == null) {
                        continue;
                    }
                    boolean gone = wire.line.left;
                    arbiter.copy(wire.line, new Sent<>(hash[event.what()], event.what(), 100), nowNanos);
                    copies += gone ? 0 : 1;
                    if (!gone && wire.line.inStep()) {
                        deliveredInStep.add(event.what());
                        copiesInStep[event.what()]++;
                    }
                }
            }
        }
        arbiter.settleFigures(Long.MAX_VALUE);
        return this;
    }

    private boolean anotherInStep(Wire leaving) {
        return wires.stream().anyMatch(w -> w != leaving && w.line != null && w.line.inStep());
    }

    @Override
    public void first(Line line, Integer message, boolean late) {
        published.add(message);
        flaggedLate.add(late);
        publishedNanos.add(nowNanos);
        lateOnes += late ? 1 : 0;
    }

    @Override
    public void inStep(Line line, boolean alone) {
        joins++;
        if (alone) {
            takeoversAt.add(published.size());
        }
    }

    @Override
    public void outOfStep(Line line) {
        outOfStep++;
    }

    @Override
    public void conflict(Line line, int stream) {
        throw new AssertionError("contents are not compared here");
    }

    void check() {
        String run = "-Dfirstline.seed=" + seed + " (" + family + ")";
        assertThat(outOfStep).as("out of step, %s", run).isZero();
        if (repeats()) {
            checkCounts(run);
        } else {
            checkUnion(run);
            checkOrder(run);
        }
        checkFigures(run);
    }

    private void checkUnion(String run) {
        Set<Integer> once = new HashSet<>(published);
        assertThat(published).as("published twice, %s", run).hasSize(once.size());
        assertThat(once).as("delivered in step, %s", run).containsAll(deliveredInStep);
    }

    /** Published after a younger one of its stream, without being flagged late. */
    private void checkOrder(String run) {
        int[] youngest = new int[streams];
        long[] youngestNanos = new long[streams];
        Arrays.fill(youngest, -1);
        for (int i = 0; i < published.size(); i++) {
            int message = published.get(i);
            int of = stream[message];
            if (family == Family.OUTAGES && takeoversAt.contains(i)) {
                Arrays.fill(youngest, -1);
            }
            if (message > youngest[of]) {
                youngest[of] = message;
                youngestNanos[of] = publishedNanos.get(i);
                flaggedInVain += flaggedLate.get(i) ? 1 : 0;
            } else if (family == Family.LOSSY) {
                boolean unnoticed = !flaggedLate.get(i) && publishedNanos.get(i) - youngestNanos[of] > SKEW;
                lateUnnoticed += unnoticed ? 1 : 0;
            } else {
                assertThat(flaggedLate.get(i))
                        .as("%d after %d in stream %d, %s", message, youngest[of], of, run)
                        .isTrue();
            }
        }
    }

    private void checkCounts(String run) {
        for (int i = 0; i < hash.length; i++) {
            long of = hash[i];
            long sent = Arrays.stream(hash).filter(h -> h == of).count();
            long seen = published.stream().filter(m -> hash[m] == of).count();
            assertThat(seen).as("times message %d, %s", i, run).isLessThanOrEqualTo(sent);
            if (family == Family.REPEATS) {
                assertThat(seen).as("times message %d, %s", i, run).isEqualTo(sent);
            }
        }
    }

    /** How many repeats that a line in step delivered were matched with an earlier occurrence. */
    long absorbed() {
        long absorbed = 0;
        for (long of : Arrays.stream(hash).distinct().toArray()) {
            long inStep = deliveredInStep.stream().filter(m -> hash[m] == of).count();
            long seen = published.stream().filter(m -> hash[m] == of).count();
            absorbed += Math.max(0, inStep - seen);
        }
        return absorbed;
    }

    private void checkFigures(String run) {
        long wins = 0;
        long late = 0;
        long unmatched = 0;
        for (Wire wire : wires) {
            if (wire.line == null) {
                continue;
            }
            LineFigures figures = wire.line.figures();
            wins += figures.wins();
            late += figures.lateCopies();
            unmatched += figures.unmatched();
            assertThat(figures.losses()).as("losses, %s", run).isNotNegative();
            assertThat(figures.saves()).as("saves, %s", run).isBetween(0L, figures.wins());
        }
        assertThat(wins).as("wins, %s", run).isEqualTo(published.size()).isEqualTo(arbiter.published());
        assertThat(wins + late + unmatched).as("copies, %s", run).isLessThanOrEqualTo(copies);
        assertThat(arbiter.lateMessages()).as("late, %s", run).isEqualTo(lateOnes);
    }
}
