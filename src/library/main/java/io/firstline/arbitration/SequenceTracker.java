package io.firstline.arbitration;

import io.firstline.arbitration.report.GapFate;
import io.firstline.arbitration.report.Proof;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Tracks the venue's sequences of one stream, in the order in which its messages were published. It finds the numbers
 * that are missing, and notices whether they arrive after all. Pure, single-threaded; times are nanoseconds of the
 * monotonic clock.
 *
 * <p>A gap is open until the missing numbers have arrived, on any connection ({@code HEALED}), or too much time has
 * passed ({@code LOST}).
 */
public final class SequenceTracker {
    /** At most this many gaps are open: beyond that, the oldest count as lost. */
    static final int MAX_OPEN = 1_024;

    /**
     * Numbers that were missing when a younger one came.
     *
     * @param from the first missing number
     * @param to the last missing number
     * @param atNanos when the gap was found
     */
    public record Gap(long from, long to, long atNanos, GapFate fate) {
        Gap become(GapFate next) {
            return new Gap(from, to, atNanos, next);
        }
    }

    /** A gap that may still heal, with the numbers that are still missing. */
    private static final class Open {
        private final Gap gap;
        /** Ranges {from, to} that are still missing, ascending. */
        private final List<long[]> missing = new ArrayList<>();

        Open(Gap gap) {
            this.gap = gap;
            missing.add(new long[] {gap.from(), gap.to()});
        }

        /** Removes numbers; true if none is missing any more. */
        boolean fill(long first, long last) {
            for (int i = 0; i < missing.size(); i++) {
                long[] range = missing.get(i);
                if (last < range[0] || first > range[1]) {
                    continue;
                }
                missing.remove(i--);
                if (first > range[0]) {
                    missing.add(++i, new long[] {range[0], first - 1});
                }
                if (last < range[1]) {
                    missing.add(++i, new long[] {last + 1, range[1]});
                }
            }
            return missing.isEmpty();
        }
    }

    private final Deque<Open> open = new ArrayDeque<>();
    private boolean begun;
    private boolean proven;
    private long newest;
    private long healed;
    private long lost;
    private long lostNumbers;

    /**
     * A message was published.
     *
     * @param first the first number it covers; if messages name their predecessor, one more than that
     * @param last the last number it covers
     * @param proves false if the venue may skip numbers: then they prove only the order
     * @return the gaps that it opened or healed, usually none
     */
    public List<Gap> published(long first, long last, boolean proves, long nowNanos) {
        proven = proves;
        if (!begun) {
            begun = true;
            newest = last;
            return List.of();
        }
        List<Gap> news = open.isEmpty() || first > newest ? List.of() : fill(first, last);
        if (last <= newest) {
            return news;
        }
        long missingFrom = newest + 1;
        newest = last;
        return proves && first > missingFrom ? List.of(openGap(missingFrom, first - 1, nowNanos)) : news;
    }

    private Gap openGap(long from, long to, long nowNanos) {
        if (open.size() == MAX_OPEN) {
            lose(open.removeFirst());
        }
        Open opened = new Open(new Gap(from, to, nowNanos, GapFate.OPEN));
        open.addLast(opened);
        return opened.gap;
    }

    private List<Gap> fill(long first, long last) {
        List<Gap> whole = new ArrayList<>();
        open.removeIf(gap -> {
            boolean heals = gap.fill(first, last);
            if (heals) {
                whole.add(gap.gap.become(GapFate.HEALED));
            }
            return heals;
        });
        healed += whole.size();
        return whole;
    }

    /** Whether a message that begins with this number neither opens nor fills a gap. */
    public boolean isWhole(long first) {
        return open.isEmpty() && (!begun || first <= newest + 1);
    }

    /** Whether a message with this last number is older than the newest that was published. */
    public boolean isOld(long last) {
        return begun && last < newest;
    }

    /** Whether this number is missing and may still come. */
    public boolean lacks(long number) {
        for (Open gap : open) {
            for (long[] range : gap.missing) {
                if (number >= range[0] && number <= range[1]) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The venue restarts its numbers: open gaps are lost. */
    public List<Gap> restart() {
        begun = false;
        return giveUp(0, true);
    }

    /** Counts the gaps that were found before a time as lost; returns them. */
    public List<Gap> giveUpBefore(long nanos) {
        return open.isEmpty() ? List.of() : giveUp(nanos, false);
    }

    private List<Gap> giveUp(long nanos, boolean all) {
        List<Gap> given = new ArrayList<>();
        while (!open.isEmpty() && (all || open.peekFirst().gap.atNanos() - nanos < 0)) {
            given.add(lose(open.removeFirst()));
        }
        return given;
    }

    private Gap lose(Open hopeless) {
        lost++;
        hopeless.missing.forEach(range -> lostNumbers += range[1] - range[0] + 1);
        return hopeless.gap.become(GapFate.LOST);
    }

    public Proof proof() {
        if (!begun || !proven) {
            return Proof.UNPROVABLE;
        }
        return lost > 0 ? Proof.GAP : Proof.PROVEN_COMPLETE;
    }

    /** Whether a message was published since the last restart. */
    public boolean hasBegun() {
        return begun;
    }

    /** The gaps that may still heal, oldest first. */
    public List<Gap> open() {
        return open.stream().map(each -> each.gap).toList();
    }

    /** The youngest number that was published. */
    public long newest() {
        return newest;
    }

    public int openGaps() {
        return open.size();
    }

    public long healedGaps() {
        return healed;
    }

    public long lostGaps() {
        return lost;
    }

    /** How many numbers are missing for good. */
    public long lostNumbers() {
        return lostNumbers;
    }
}
