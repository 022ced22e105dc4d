package io.firstline.arbitration;

import io.firstline.arbitration.report.SubsetFigures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Finds, for each number of connections, those that would have been the best: the fewest messages lost, then the
 * shortest 99th percentile of the lag, then the shortest median. Pure; takes up to seconds: not for an event loop.
 *
 * <p>Up to {@value #MOST_EXACT} connections, it tries all subsets, so the result is exact. Up to {@value #MOST_TRIED}, it
 * tries all too: losses are exact, but of subsets that lose equally many it chooses by the lags of at most
 * {@value #MOST_COMPARED} messages, taken evenly. Of more connections, it builds each subset from the best smaller one.
 * The figures of the chosen subsets are always those of all messages.
 */
public final class BestSubsets {
    private static final int MOST_EXACT = 8;
    private static final int MOST_TRIED = 12;
    private static final int MOST_COMPARED = 5_000;

    private static final Comparator<SubsetFigures> BETTER_FIRST = Comparator.comparingLong(SubsetFigures::lost)
            .thenComparingLong(SubsetFigures::lagP99Micros)
            .thenComparingLong(SubsetFigures::lagP50Micros);

    private final int messages;
    private final int[][] lags;
    private final SubsetFigures[] best;
    private final int[] sorted;
    /** The messages that each subset loses, by its connections as bits; null = those without a lag. */
    private final int[] lost;

    private BestSubsets(int[][] lags, int[] lost) {
        this.messages = lags[0].length;
        this.lags = lags;
        this.best = new SubsetFigures[lags.length + 1];
        this.sorted = new int[messages];
        this.lost = lost;
    }

    /** Returns the best subset of each size, the smallest first; empty if there is no message. */
    public static List<SubsetFigures> of(ArrivalTable table) {
        if (table.messages() == 0) {
            return List.of();
        }
        int[][] lags = new int[table.connections()][];
        Arrays.setAll(lags, table::lagsOf);
        BestSubsets subsets = new BestSubsets(lags, null);
        if (lags.length <= MOST_EXACT || (lags.length <= MOST_TRIED && table.messages() <= MOST_COMPARED)) {
            subsets.tryAll(0, List.of(), subsets.never());
        } else if (lags.length <= MOST_TRIED) {
            BestSubsets thinned = new BestSubsets(thinned(lags), lost(lags));
            thinned.tryAll(0, List.of(), thinned.never());
            thinned.found().forEach(subsets::measure);
        } else {
            subsets.build(subsets.never());
        }
        return subsets.found().stream()
                .map(subset -> numbered(subset, table.numbers()))
                .toList();
    }

    /** Returns the figures with the numbers of the connections instead of those of their columns. */
    private static SubsetFigures numbered(SubsetFigures subset, List<Integer> numbers) {
        return new SubsetFigures(
                subset.connections().stream()
                        .map(column -> numbers.get(column - 1))
                        .toList(),
                subset.messages(),
                subset.lost(),
                subset.lagP50Micros(),
                subset.lagP99Micros());
    }

    private List<SubsetFigures> found() {
        return List.copyOf(Arrays.asList(best).subList(1, best.length));
    }

    private int[] never() {
        int[] never = new int[messages];
        Arrays.fill(never, ArrivalTable.NEVER);
        return never;
    }

    private static int[][] thinned(int[][] lags) {
        int[][] thinned = new int[lags.length][MOST_COMPARED];
        for (int i = 0; i < MOST_COMPARED; i++) {
            int message = (int) ((long) i * lags[0].length / MOST_COMPARED);
            for (int connection = 0; connection < lags.length; connection++) {
                thinned[connection][i] = lags[connection][message];
            }
        }
        return thinned;
    }

    /** How many messages each subset loses, by its connections as bits. */
    private static int[] lost(int[][] lags) {
        int[] lost = new int[1 << lags.length];
        for (int message = 0; message < lags[0].length; message++) {
            int losers = 0;
            for (int connection = 0; connection < lags.length; connection++) {
                losers |= lags[connection][message] == ArrivalTable.NEVER ? 1 << connection : 0;
            }
            lost[losers]++;
        }
        // a subset also loses what it loses together with others
        for (int bit = 1; bit < lost.length; bit <<= 1) {
            for (int subset = 0; subset < lost.length; subset++) {
                lost[subset] += (subset & bit) == 0 ? lost[subset | bit] : 0;
            }
        }
        return lost;
    }

    /** Takes over a subset with the figures of these messages. */
    private void measure(SubsetFigures subset) {
        int[] lagsOfChosen = never();
        for (int number : subset.connections()) {
            lagsOfChosen = earliest(lagsOfChosen, lags[number - 1]);
        }
        consider(subset.connections(), lagsOfChosen);
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
        int missing = lost == null ? messages - delivered : lost[bits(chosen)];
        SubsetFigures known = best[chosen.size()];
        if (known != null && missing > known.lost()) {
            return; // sorting is what takes time
        }
        Arrays.sort(sorted, 0, delivered);
        SubsetFigures figures = new SubsetFigures(
                List.copyOf(chosen), messages, missing, percentile(50, delivered), percentile(99, delivered));
        if (known == null || BETTER_FIRST.compare(figures, known) < 0) {
            best[chosen.size()] = figures;
        }
    }

    private static int bits(List<Integer> chosen) {
        int bits = 0;
        for (int number : chosen) {
            bits |= 1 << (number - 1);
        }
        return bits;
    }

    /** By nearest rank; -1 = nothing was delivered. */
    private long percentile(int percent, int delivered) {
        return delivered == 0 ? -1 : sorted[(int) (((long) percent * delivered + 99) / 100) - 1];
    }
}
