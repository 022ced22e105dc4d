package io.firstline.feed.path;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The figures of the paths of a feed. Name servers choose addresses, so there are at most {@value #MOST} paths: the one
 * unused for longest is forgotten. Pure.
 *
 * @param <P> the path
 */
public final class PathTable<P> {
    public static final int MOST = 64;

    private final Map<P, PathFigures> figures = new LinkedHashMap<>();

    /**
     * The figures of a path, which begin now if it is new.
     *
     * @param inUse returns the paths that must be kept
     */
    public PathFigures of(P path, Supplier<Set<P>> inUse, long nowNanos) {
        PathFigures known = figures.get(path);
        if (known == null) {
            if (figures.size() >= MOST) {
                forgetOne(inUse.get(), nowNanos);
            }
            known = new PathFigures(nowNanos);
            figures.put(path, known);
        }
        return known;
    }

    private void forgetOne(Set<P> inUse, long nowNanos) {
        P oldest = null;
        long longest = Long.MIN_VALUE;
        for (Map.Entry<P, PathFigures> each : figures.entrySet()) {
            long unused = nowNanos - each.getValue().usedNanos();
            if (!inUse.contains(each.getKey()) && unused > longest) {
                oldest = each.getKey();
                longest = unused;
            }
        }
        figures.remove(oldest == null ? figures.keySet().iterator().next() : oldest);
    }

    /** The figures of a path; null = it is not known. */
    public PathFigures find(P path) {
        return figures.get(path);
    }

    /** The known paths. */
    public List<P> paths() {
        return new ArrayList<>(figures.keySet());
    }
}
