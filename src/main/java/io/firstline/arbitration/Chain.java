package io.firstline.arbitration;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The numbers of one stream, in the order in which its messages were published: whether each follows the one before, what is missing in
 * between, and whether that came after all. Pure, single-threaded; times are nanoseconds of the monotonic clock.
 *
 * <p>A gap is open until the missing numbers have come, on whatever connection ({@code HEALED}), or too much time has passed
 * ({@code LOST}).
 */
public final class Chain {
    /** More open gaps than this: the oldest are given up. */
    static final int MAX_OPEN = 1_024;

    /** What became of a gap. */
    public enum Fate {
        OPEN,
        HEALED,
        LOST
    }

    /** What a chain proves about what was published. */
    public enum Proof {
        /** Every number since the first is there, or on its way within the time that is allowed. */
        PROVEN_COMPLETE,
        /** The venue gives no chain, or no message has come yet. */
        UNPROVABLE,
        /** Numbers are missing for good. */
        GAP
    }

    /**
     * Numbers that were missing when a younger one came.
     *
     * @param from the first that is missing
     * @param to the last that is missing
     * @param atNanos when the gap was seen
     */
    public record Gap(long from, long to, long atNanos, Fate fate) {
        Gap become(Fate next) {
            return new Gap(from, to, atNanos, next);
        }
    }

    /** A gap that may still heal: what is missing of it shrinks. */
    private static final class Open {
        private final Gap gap;
        /** Ranges {from, to} that are still missing, ascending. */
        private final List<long[]> missing = new ArrayList<>();

        Open(Gap gap) {
            this.gap = gap;
            missing.add(new long[] {gap.from(), gap.to()});
        }

        /** Takes numbers out; true if any was missing here. */
        boolean fill(long first, long last) {
            boolean any = false;
            for (int i = 0; i < missing.size(); i++) {
                long[] range = missing.get(i);
                if (last < range[0] || first > range[1]) {
                    continue;
                }
                any = true;
                missing.remove(i--);
                if (first > range[0]) {
                    missing.add(++i, new long[] {range[0], first - 1});
                }
                if (last < range[1]) {
                    missing.add(++i, new long[] {last + 1, range[1]});
                }
            }
            return any;
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
     * @param first the first number it stands for; with chains that name their predecessor, one more than that
     * @param last the last number it stands for
     * @param proves false if numbers may be left out: they then tell only the order
     * @return the gaps that it opened or healed, mostly none
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
        Open opened = new Open(new Gap(from, to, nowNanos, Fate.OPEN));
        open.addLast(opened);
        return opened.gap;
    }

    private List<Gap> fill(long first, long last) {
        List<Gap> whole = new ArrayList<>();
        open.removeIf(gap -> {
            boolean heals = gap.fill(first, last) && gap.missing.isEmpty();
            if (heals) {
                whole.add(gap.gap.become(Fate.HEALED));
            }
            return heals;
        });
        healed += whole.size();
        return whole;
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

    /** The venue counts anew from here on: what is open is lost. */
    public List<Gap> restart() {
        begun = false;
        return giveUp(0, true);
    }

    /** Gives up the gaps that were seen before a time; returns them. */
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
        return hopeless.gap.become(Fate.LOST);
    }

    public Proof proof() {
        if (!begun || !proven) {
            return Proof.UNPROVABLE;
        }
        return lost > 0 ? Proof.GAP : Proof.PROVEN_COMPLETE;
    }

    /** Whether anything was published, since the last restart. */
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
