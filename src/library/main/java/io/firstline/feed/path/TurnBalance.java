package io.firstline.feed.path;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;

/**
 * Decides when a connection moves back to a turn of its feed (a URL, headers, a local address, a proxy) that failed:
 * connections leave such a turn, and nothing else leads them back after it has recovered. Pure; times are nanoseconds
 * of the monotonic clock.
 *
 * <p>After a move, connections share fewer values with each other than before, so moves cannot alternate. A turn that
 * is clearly slower gets one connection only, and only if nobody else uses its URL, headers, local address or proxy:
 * that one delivers when the others fail together. A turn that failed is left alone for 5 s, after each further failure
 * for twice as long, at most ten minutes. Moves are at least 10 s apart.
 */
public final class TurnBalance {
    static final long MOVE_EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);
    static final long FIRST_REST_NANOS = TimeUnit.SECONDS.toNanos(5);
    static final long LONGEST_REST_NANOS = TimeUnit.MINUTES.toNanos(10);

    /**
     * The values that the connections of a turn share: its URL, its headers, its local address and its proxy.
     *
     * @param headers the number of the headers among those that take turns
     */
    public record Turn(String url, int headers, String local, String proxy) {}

    /**
     * A connection in use.
     *
     * @param slot its number in the feed
     */
    public record Used(int slot, Turn turn) {}

    /**
     * A candidate to open.
     *
     * @param slot the slot of the connection that it replaces
     * @param turn the index of its turn
     */
    public record Move(int slot, int turn) {}

    private static final class Failures {
        private int inARow;
        private long untilNanos;

        private boolean isOver(long nowNanos) {
            return untilNanos - nowNanos <= 0;
        }
    }

    /** The turns that failed, until no connection needs to move back to them. */
    private final Map<Turn, Failures> left = new HashMap<>();

    private boolean moved;
    private long movedNanos;

    /** An attempt failed, or its connection ended at once. */
    public void failed(Turn turn, long nowNanos) {
        Failures failures = left.computeIfAbsent(turn, any -> new Failures());
        if (failures.inARow > 0 && !failures.isOver(nowNanos)) {
            return; // connections that fail together say it once
        }
        failures.untilNanos =
                nowNanos + Math.min(LONGEST_REST_NANOS, FIRST_REST_NANOS << Math.min(16, failures.inARow));
        failures.inARow++;
    }

    /** A connection lasts: earlier failures no longer count. */
    public void lasts(Turn turn) {
        if (left.containsKey(turn)) {
            left.get(turn).inARow = 0;
        }
    }

    /** Forgets the turns of earlier configurations. */
    public void keep(Collection<Turn> turns) {
        left.keySet().retainAll(turns);
    }

    /**
     * Returns the best move; null = none is worth it now. The next one follows no earlier than 10 s after this one.
     *
     * @param used the connections of a feed in which none is missing
     * @param isSlower whether a turn is known to be clearly slower than that of a connection
     */
    public Move move(List<Turn> turns, List<Used> used, BiPredicate<Integer, Used> isSlower, long nowNanos) {
        if (moved && nowNanos - movedNanos < MOVE_EVERY_NANOS) {
            return null;
        }
        Map<List<Object>, Integer> shared = new HashMap<>();
        used.forEach(each -> values(each.turn()).forEach(value -> shared.merge(value, 1, Integer::sum)));
        Move best = null;
        int least = 0;
        Set<Turn> needed = new HashSet<>();
        for (int i = 0; i < turns.size(); i++) {
            Turn turn = turns.get(i);
            if (!left.containsKey(turn) || !left.get(turn).isOver(nowNanos)) {
                continue;
            }
            boolean isUnused = values(turn).stream().anyMatch(value -> !shared.containsKey(value));
            for (Used each : used) {
                int change = change(shared, each.turn(), turn);
                if (change < 0 && (isUnused || !isSlower.test(i, each))) {
                    needed.add(turn);
                    best = change < least ? new Move(each.slot(), i) : best;
                    least = Math.min(least, change);
                }
            }
        }
        left.entrySet().removeIf(each -> each.getValue().isOver(nowNanos) && !needed.contains(each.getKey()));
        if (best != null) {
            moved = true;
            movedNanos = nowNanos;
        }
        return best;
    }

    /** The change of the number of pairs of connections that have a value in common. */
    private static int change(Map<List<Object>, Integer> shared, Turn from, Turn to) {
        List<List<Object>> before = values(from);
        List<List<Object>> after = values(to);
        int change = 0;
        for (int key = 0; key < before.size(); key++) {
            if (!before.get(key).equals(after.get(key))) {
                change += shared.getOrDefault(after.get(key), 0) - (shared.get(before.get(key)) - 1);
            }
        }
        return change;
    }

    private static List<List<Object>> values(Turn turn) {
        return List.of(
                List.of("url", turn.url()),
                List.of("headers", turn.headers()),
                List.of("local", String.valueOf(turn.local())),
                List.of("proxy", String.valueOf(turn.proxy())));
    }
}
