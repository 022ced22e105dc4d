package io.firstline.feed.path;

import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Chooses the path of a new connection, and decides when another path is worth a trial. Eviction compares connections;
 * this compares paths. Pure; times are nanoseconds of the monotonic clock.
 *
 * <p>A new connection opens on the best path that is not in use. Each {@value #EXPLORE_EVERY}th one explores: it takes
 * an untested path, or the one measured longest ago. A path that failed is left alone for 5 s, after each further
 * failure for twice as long, at most ten minutes.
 *
 * <p>A trial opens a candidate beside the slowest connection, which the candidate replaces only if it is clearly
 * faster. There is one at most each {@value #TRIAL_EVERY_MIN} minutes: on a path that was clearly better when it was
 * measured, otherwise on one that is untested or was measured more than {@value #OLD_MIN} minutes ago.
 *
 * @param <P> the path
 */
public final class PathChoice<P> {
    static final int EXPLORE_EVERY = 5;
    public static final int TRIAL_EVERY_MIN = 5;
    static final int OLD_MIN = 30;

    private static final long TRIAL_EVERY_NANOS = TimeUnit.MINUTES.toNanos(TRIAL_EVERY_MIN);
    private static final long OLD_NANOS = TimeUnit.MINUTES.toNanos(OLD_MIN);

    /** Why a path is chosen. */
    public enum Reason {
        /** The best of those that are not in use. */
        BEST,
        /** Untested, or measured long ago. */
        EXPLORE
    }

    public record Chosen<P>(P path, Reason reason) {}

    /**
     * A connection in use.
     *
     * @param slot its number in the feed
     */
    public record Used<P>(int slot, P path) {}

    /**
     * A candidate to open.
     *
     * @param slot the slot of the connection that it may replace
     */
    public record Trial<P>(int slot, P path, Reason reason) {}

    private final PathTable<P> table;
    private long choices;
    private boolean tried;
    private long triedNanos;

    public PathChoice(PathTable<P> table) {
        this.table = table;
    }

    /**
     * Returns the path of the next connection; null = each is in use or left alone, so the caller takes its turns.
     *
     * @param paths those that can be used
     */
    public Chosen<P> next(List<P> paths, Set<P> inUse, long nowNanos) {
        List<P> free = paths.stream()
                .filter(path -> !inUse.contains(path) && !rests(path, nowNanos))
                .toList();
        if (free.isEmpty()) {
            return null;
        }
        if (++choices % EXPLORE_EVERY == 0) {
            P longestAgo = longestAgo(free, nowNanos);
            if (isOld(longestAgo, nowNanos)) {
                return new Chosen<>(longestAgo, Reason.EXPLORE);
            }
        }
        P best = first(free, this::compareCosts);
        return new Chosen<>(best, isMeasured(best) ? Reason.BEST : Reason.EXPLORE);
    }

    /**
     * Returns the path of a candidate beside a slow connection if all paths are in use: the best one that is clearly
     * faster; null = there is none. A path keeps its last connection, so that it stays known, and delivers if others
     * fail.
     *
     * @param slow the path of the slow connection
     * @param uses how many connections that path has
     * @param paths those that can be used
     */
    public P faster(P slow, int uses, List<P> paths, long nowNanos) {
        PathFigures slower = table.find(slow);
        return uses < 2
                ? null
                : first(
                        paths.stream()
                                .filter(path -> isMeasured(path) && !rests(path, nowNanos))
                                .filter(path -> table.find(path).isClearlyFasterThan(slower))
                                .toList(),
                        this::compareCosts);
    }

    /**
     * Returns a trial that is worth it now; null = none. The next one follows no earlier than
     * {@value #TRIAL_EVERY_MIN} minutes after this one.
     *
     * @param used the connections that deliver, of feeds in which none is missing
     */
    public Trial<P> trial(List<P> paths, List<Used<P>> used, long nowNanos) {
        if (isTooSoon(nowNanos) || !used.stream().allMatch(each -> isMeasured(each.path()))) {
            return null; // the slowest is not known before all are measured
        }
        Used<P> worst = used.stream()
                .max((a, b) -> Double.compare(cost(a.path()), cost(b.path())))
                .orElse(null);
        List<P> free = paths.stream()
                .filter(path -> used.stream().noneMatch(each -> each.path().equals(path)))
                .filter(path -> !rests(path, nowNanos))
                .toList();
        if (worst == null || free.isEmpty()) {
            return null;
        }
        P best = first(free, this::compareCosts);
        P longestAgo = longestAgo(free, nowNanos);
        Trial<P> trial = null;
        if (isMeasured(best) && table.find(best).isClearlyFasterThan(table.find(worst.path()))) {
            trial = new Trial<>(worst.slot(), best, Reason.BEST);
        } else if (isOld(longestAgo, nowNanos)) {
            trial = new Trial<>(worst.slot(), longestAgo, Reason.EXPLORE);
        }
        if (trial != null) {
            tried = true;
            triedNanos = nowNanos;
        }
        return trial;
    }

    /** Returns whether no trial is worth it because one was made before. */
    public boolean isTooSoon(long nowNanos) {
        return tried && nowNanos - triedNanos < TRIAL_EVERY_NANOS;
    }

    private interface Order<P> {
        int compare(P a, P b);
    }

    /** The first of equals: paths keep their order. */
    private static <P> P first(List<P> paths, Order<P> order) {
        P first = null;
        for (P path : paths) {
            first = first == null || order.compare(path, first) < 0 ? path : first;
        }
        return first;
    }

    /** Untested ones come last. */
    private int compareCosts(P a, P b) {
        return Double.compare(cost(a), cost(b));
    }

    private P longestAgo(List<P> paths, long nowNanos) {
        return first(paths, (a, b) -> Long.compare(agoNanos(b, nowNanos), agoNanos(a, nowNanos)));
    }

    /** The time since it was measured; a failed attempt or an inconclusive trial counts too. */
    private long agoNanos(P path, long nowNanos) {
        PathFigures figures = table.find(path);
        if (figures == null || figures.attempts() == 0) {
            return Long.MAX_VALUE;
        }
        return nowNanos - figures.usedNanos();
    }

    private boolean isOld(P path, long nowNanos) {
        return agoNanos(path, nowNanos) >= OLD_NANOS;
    }

    private boolean isMeasured(P path) {
        PathFigures figures = table.find(path);
        return figures != null && figures.isMeasured();
    }

    private double cost(P path) {
        return isMeasured(path) ? table.find(path).costMs() : Double.POSITIVE_INFINITY;
    }

    private boolean rests(P path, long nowNanos) {
        PathFigures figures = table.find(path);
        return figures != null && figures.isResting(nowNanos);
    }
}
