package io.firstline.arbitration;

import io.firstline.arbitration.report.SubsetFigures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Finds, for each number of connections, those that would have been the best: the fewest messages lost, then the
 * shortest 99th percentile of the lag, then the shortest median. Tries all subsets of up to twelve connections. Of more
 * it builds each subset from the best smaller one. Pure; takes up to seconds: not for an event loop.
 */
public final class BestSubsets {
    private static final int MOST_TRIED = 12;

    private static final Comparator<SubsetFigures> BETTER_FIRST = Comparator.comparingLong(SubsetFigures::lost)
            .thenComparingLong(SubsetFigures::lagP99Micros)
            .thenComparingLong(SubsetFigures::lagP50Micros);

    private final int messages;
    private final int[][] lags;
    private final SubsetFigures[] best;
    private final int[] sorted;

    private BestSubsets(ArrivalTable table) {
        this.messages = table.messages();
        this.lags = new int[table.connections()][];
        Arrays.setAll(lags, table::lagsOf);
        this.best = new SubsetFigures[table.connections() + 1];
        this.sorted = new int[messages];
    }

    /** Returns the best subset of each size, the smallest first; empty if there is no message. */
    public static List<SubsetFigures> of(ArrivalTable table) {
        if (table.messages() == 0) {
            return List.of();
        }
        BestSubsets subsets = new BestSubsets(table);
        int[] none = new int[table.messages()];
        Arrays.fill(none, ArrivalTable.NEVER);
        if (table.connections() <= MOST_TRIED) {
            subsets.tryAll(0, List.of(), none);
        } else {
            subsets.build(none);
        }
        return List.copyOf(Arrays.asList(subsets.best).subList(1, subsets.best.length));
    }

    /** Tries all subsets that have these connections and any of the following ones. */
    private void tryAll(int next, List<Integer> chosen, int[] lagsOfChosen) {
        if (next == lags.length) {
            return;
        }
        int[] with = earliest(lagsOfChosen, lags[next]);
        List<Integer> more = with(chosen, next);
        consider(more, with);
        tryAll(next + 1, more, with);
        tryAll(next + 1, chosen, lagsOfChosen);
    }

    private void build(int[] none) {
        int[] lagsOfChosen = none;
        List<Integer> chosen = List.of();
        for (int size = 1; size <= lags.length; size++) {
            for (int next = 0; next < lags.length; next++) {
                if (!chosen.contains(next + 1)) {
                    consider(with(chosen, next), earliest(lagsOfChosen, lags[next]));
                }
            }
            List<Integer> larger = best[size].connections();
            for (int number : larger) {
                lagsOfChosen = earliest(lagsOfChosen, lags[number - 1]);
            }
            chosen = larger;
        }
    }

    private static List<Integer> with(List<Integer> chosen, int next) {
        List<Integer> more = new ArrayList<>(chosen);
        more.add(next + 1);
        more.sort(null);
        return more;
    }

    private static int[] earliest(int[] some, int[] others) {
        int[] earliest = new int[some.length];
        for (int i = 0; i < some.length; i++) {
            earliest[i] = Math.min(some[i], others[i]);
        }
        return earliest;
    }

    private void consider(List<Integer> chosen, int[] lagsOfChosen) {
        int delivered = 0;
        for (int lag : lagsOfChosen) {
            if (lag != ArrivalTable.NEVER) {
                sorted[delivered++] = lag;
            }
        }
        SubsetFigures known = best[chosen.size()];
        if (known != null && messages - delivered > known.lost()) {
            return; // sorting is what takes time
        }
        Arrays.sort(sorted, 0, delivered);
        SubsetFigures figures = new SubsetFigures(
                List.copyOf(chosen),
                messages,
                messages - delivered,
                percentile(50, delivered),
                percentile(99, delivered));
        if (known == null || BETTER_FIRST.compare(figures, known) < 0) {
            best[chosen.size()] = figures;
        }
    }

    /** By nearest rank; -1 = nothing was delivered. */
    private long percentile(int percent, int delivered) {
        return delivered == 0 ? -1 : sorted[(int) (((long) percent * delivered + 99) / 100) - 1];
    }
}
