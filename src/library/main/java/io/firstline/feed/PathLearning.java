package io.firstline.feed;

import io.firstline.config.PathConfig;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.check.FeedUrl;
import io.firstline.connection.Scheduler;
import io.firstline.connection.report.Path;
import io.firstline.feed.path.PathChoice;
import io.firstline.feed.path.PathFigures;
import io.firstline.feed.path.PathTable;
import io.firstline.feed.report.EvictionReason;
import io.firstline.feed.report.PathReport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Learns how good the paths of a feed are, over all connections that used them, and chooses the paths of new ones.
 * Where nothing better is known, connections take turns, and the connector spreads them over the addresses of the host.
 * A slow connection is replaced on a faster path, although that is in use, if another one stays on the slow path. Runs
 * on the feed's context.
 */
final class PathLearning {
    /** Fewer copies say little about a path. */
    private static final int LEAST_COPIES = PromotionPolicy.COPIES;

    private static final int LOOK_EVERY = 5;
    private final Scheduler scheduler;
    private final SlotTable slotTable;
    private final Replacements replacements;
    private final Arbitration arbitration;
    /** Returns the configurations of the turns, which name URLs, local addresses and proxies. */
    private final Supplier<List<WsConnectionConfig>> turns;

    private final PathTable<Path> table = new PathTable<>();
    private final PathChoice<Path> choice = new PathChoice<>(table);
    private final Map<PooledConnection, Counted> counted = new HashMap<>();
    private int looks;
    /** The path of the next attempt; null = any of its turn. */
    private Path chosen;
    /** The path of the next candidate, whatever is better; null = none. */
    private Path trial;

    private final TurnSpread spread;

    /** The counts of a connection so far. */
    private record Counted(long copies, long wins, long losses) {
        private static final Counted NONE = new Counted(0, 0, 0);
    }

    PathLearning(
            FeedParts parts,
            Replacements replacements,
            Arbitration arbitration,
            Supplier<List<WsConnectionConfig>> turns) {
        this.scheduler = parts.scheduler();
        this.slotTable = parts.slotTable();
        this.replacements = replacements;
        this.arbitration = arbitration;
        this.turns = turns;
        this.spread = new TurnSpread(scheduler, slotTable, replacements, turns);
    }

    // new connections

    /**
     * Returns whose turn the next attempt is: that of the best path not in use, or the given one.
     *
     * @param slower the connection that a candidate replaces only if it is faster; null = none
     */
    int turn(int turn, PooledConnection slower) {
        chosen = null;
        if (spread.hasWanted()) {
            return spread.takeWanted();
        }
        List<Path> open = openPaths();
        if (trial != null) {
            Path wanted = trial;
            trial = null;
            return follow(wanted, turn, open);
        }
        long now = scheduler.nowNanos();
        PathChoice.Chosen<Path> next = choice.next(known(open), used(), now);
        if (next != null) {
            return follow(next.path(), turn, open);
        }
        Path slow = slower == null ? null : slower.connection.path();
        Path faster = slow == null ? null : choice.faster(slow, uses(slow), known(open), now);
        return faster == null ? turn : follow(faster, turn, open);
    }

    /** Whether all that is known of the way of a configuration is clearly slower than the path of a connection. */
    private boolean isSlower(WsConnectionConfig config, PooledConnection pooled) {
        List<Path> known = known(List.of(openPath(config)));
        return !known.isEmpty() && known.stream().allMatch(path -> isClearlyFaster(pooled.connection.path(), path));
    }

    private boolean isClearlyFaster(Path path, Path than) {
        PathFigures one = table.find(path);
        return one != null && one.isClearlyFasterThan(table.find(than));
    }

    private int follow(Path path, int turn, List<Path> open) {
        chosen = isComplete(path) ? path : null;
        for (int i = 0; i < open.size(); i++) {
            int other = Math.floorMod(turn + i, open.size());
            if (open.get(other).equals(opened(path))) {
                return i == 0 ? turn : other;
            }
        }
        return turn;
    }

    /** Sets the address that the last choice prefers. */
    WsConnectionConfig onChosenPath(WsConnectionConfig config) {
        if (chosen == null || chosen.server() == null || !opened(chosen).equals(openPath(config))) {
            return config;
        }
        PathConfig path = config.path();
        return config.withPath(new PathConfig(chosen.server(), path.local(), path.proxy()));
    }

    /** The paths of the turns, with any address of the host. */
    private List<Path> openPaths() {
        return turns.get().stream().map(PathLearning::openPath).toList();
    }

    private static Path openPath(WsConnectionConfig config) {
        PathConfig path = config.path();
        return new Path(
                FeedUrl.authority(config.url()),
                null,
                path.local(),
                path.proxy() == null ? null : path.proxy().address());
    }

    private static Path opened(Path path) {
        return path.withServer(null);
    }

    /** Whether it says which way a connection goes. */
    private static boolean isComplete(Path path) {
        return path.server() != null || path.proxy() != null;
    }

    private List<Path> known(List<Path> open) {
        return table.paths().stream()
                .filter(path -> isComplete(path) && open.contains(opened(path)))
                .toList();
    }

    private Set<Path> used() {
        Set<Path> used = new HashSet<>();
        slotTable.open().forEach(pooled -> used.add(pooled.connection.path()));
        // attempts under way too: those that begin together must spread
        slotTable.slots().stream()
                .flatMap(slot -> Stream.of(slot.pooled(), slot.candidate()))
                .filter(Objects::nonNull)
                .forEach(pooled -> used.add(pooled.connection.path()));
        return used;
    }

    private int uses(Path path) {
        return (int) slotTable.placed().stream()
                .filter(pooled -> pooled.connection.path().equals(path))
                .count();
    }

    private PathFigures figures(Path path) {
        return table.of(path, this::used, scheduler.nowNanos());
    }

    // lives of connections

    /** An attempt begins. */
    void began(PooledConnection pooled) {
        figures(pooled.connection.path()).tried(scheduler.nowNanos());
    }

    /** A connection has opened. */
    void opened(PooledConnection pooled) {
        PathFigures figures = figures(pooled.connection.path());
        Path path = pooled.connection.path();
        if (path.proxy() == null && pooled.connection.config().path().server() == null) {
            figures.tried(scheduler.nowNanos()); // the attempt counted for any address of the host
        }
        figures.opened(
                (scheduler.nowNanos() - pooled.connection.connectStartedNanos()) / 1e6,
                pooled.connection.connectTimes());
        counted.put(pooled, Counted.NONE);
    }

    /** A connection or an attempt has ended. */
    void ended(PooledConnection pooled) {
        long now = scheduler.nowNanos();
        Path path = pooled.connection.path();
        if (!pooled.connection.isClosedByUs() && pooled.connection.end() != null) {
            figures(path).failedBecause(pooled.connection.end().toString());
        }
        if (counted.remove(pooled) != null) {
            figures(path).ended(pooled.connection.ageMs(), pooled.connection.isClosedByUs(), now);
            if (!pooled.dismissed && pooled.hasFailed()) {
                spread.failed(pooled);
            }
        } else if (!pooled.connection.isClosedByUs()) {
            figures(path).failed(now);
            spread.failed(pooled);
            if (!isComplete(path)) { // any address of the host was tried
                Set<Path> used = used();
                known(List.of(path)).stream()
                        .filter(each -> !used.contains(each))
                        .forEach(each -> table.find(each).failed(now));
            }
        }
    }

    // called about once a second

    /** Measures the connections each fifth time, and opens a candidate on another path if that is worth a trial. */
    void look() {
        if (++looks % LOOK_EVERY != 0) {
            return;
        }
        arbitration.settleFigures();
        for (PooledConnection pooled : slotTable.open()) {
            if (pooled.isLive() && counted.containsKey(pooled)) {
                measure(pooled);
            }
        }
        if (!replacements.anyUnproven()) {
            spread.look(this::isSlower);
        }
        if (arbitration.areFiguresTrusted() && !replacements.anyUnproven()) {
            tryAnother();
        }
    }

    private void measure(PooledConnection pooled) {
        PathFigures figures = figures(pooled.connection.path());
        long now = scheduler.nowNanos();
        if (pooled.isProven()) {
            figures.lasts();
            spread.lasts(pooled);
        }
        double latencyMs = pooled.connection.latencyMs();
        if (pooled.line == null) {
            figures.measured(new PathFigures.Measurement(latencyMs, latencyMs, Double.NaN, Double.NaN, 0, 0, 0), now);
            return;
        }
        Counted before = counted.get(pooled);
        Counted counts = new Counted(pooled.line.copies(), pooled.line.wins(), pooled.line.losses());
        counted.put(pooled, counts);
        boolean says =
                pooled.line.inStep() && pooled.line.windowCopies() >= LEAST_COPIES && arbitration.areFiguresTrusted();
        figures.measured(
                new PathFigures.Measurement(
                        says ? arbitration.costMs(pooled) : Double.NaN,
                        latencyMs,
                        says ? pooled.line.windowLagP50Micros() / 1_000.0 : Double.NaN,
                        says ? pooled.line.window().arrivedLagP99Micros() / 1_000.0 : Double.NaN,
                        counts.copies() - before.copies(),
                        counts.wins() - before.wins(),
                        Math.max(0, counts.losses() - before.losses())),
                now);
    }

    private void tryAnother() {
        if (table.paths().size() < 2 || choice.isTooSoon(scheduler.nowNanos())) {
            return;
        }
        List<Path> open = openPaths();
        List<Path> paths = new ArrayList<>(known(open));
        if (paths.size() < 2) {
            return; // there is only one way
        }
        paths.addAll(open.stream().distinct().filter(path -> !isComplete(path)).toList());
        List<PathChoice.Used<Path>> used = new ArrayList<>();
        for (ConnectionSlot slot : slotTable.slots()) {
            used.add(new PathChoice.Used<>(
                    slot.number(), slot.pooled().connection.path()));
        }
        PathChoice.Trial<Path> next = choice.trial(paths, used, scheduler.nowNanos());
        if (next == null) {
            return;
        }
        trial = next.path();
        slotTable.slots().stream()
                .filter(slot -> slot.number() == next.slot())
                .forEach(slot -> slot.challenge(
                        new EvictionReason(
                                EvictionReason.Cause.PATH, next.path().toString()),
                        replacements.trialMs()));
        trial = null;
    }

    /** The figures of all known paths, those in use first. */
    List<PathReport> report() {
        Map<Path, Integer> used = new HashMap<>();
        slotTable.open().forEach(pooled -> used.merge(pooled.connection.path(), 1, Integer::sum));
        long now = scheduler.nowNanos();
        List<PathReport> reports = new ArrayList<>();
        for (Path path : table.paths()) {
            PathFigures of = table.find(path);
            boolean neverOpened = of.failures() > 0 && known(List.of(path)).isEmpty();
            if (isComplete(path) || neverOpened) {
                reports.add(new PathReport(
                        path,
                        used.getOrDefault(path, 0),
                        of.attempts(),
                        of.failures(),
                        of.restNanos(now) / 1_000_000,
                        of.connectMs(),
                        of.times(),
                        of.latencyMs(),
                        of.lagP50Ms(),
                        of.lagP99Ms(),
                        of.copies(),
                        of.wins(),
                        of.losses(),
                        of.lifetimeMs(),
                        of.lastFailure()));
            }
        }
        reports.sort((a, b) -> Integer.compare(b.connections(), a.connections()));
        return reports;
    }
}
