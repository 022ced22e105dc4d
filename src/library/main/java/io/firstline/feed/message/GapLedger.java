package io.firstline.feed.message;

import io.firstline.arbitration.SequenceTracker;
import io.firstline.arbitration.SequenceTracker.Gap;
import io.firstline.arbitration.report.GapFate;
import io.firstline.feed.report.GapReport;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;

/**
 * Collects the gaps of a feed's streams as they open, heal or are lost; keeps the last of them in detail. Calls only
 * its listener. Runs on the feed's context.
 */
public final class GapLedger {
    /** A number that is missing on every connection for this long is lost. */
    static final long HEALING_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final int REMEMBERED = 1_000;

    /** Receives gaps. */
    public interface Listener {
        /**
         * A gap opened, healed or was lost.
         *
         * @param by the connection whose message revealed or healed it; null for a loss
         * @param lackedBy the connections that missed it
         */
        void gap(String stream, Gap gap, String by, List<String> lackedBy);

        /**
         * The first snapshot after a loss is published: with it, a book is valid again.
         *
         * @param number of the snapshot
         * @param by the connection that delivered it
         */
        default void repaired(String stream, long number, String by) {}
    }

    /**
     * A gap and its state.
     *
     * @param closedNanos when it was healed or lost; 0 = it is open
     * @param healedBy the connection that delivered the last of it; null = none
     * @param lackedBy the connections that missed it
     */
    public record Entry(String stream, Gap gap, long closedNanos, String healedBy, List<String> lackedBy) {
        public GapReport report(LongUnaryOperator toEpochMicros) {
            return new GapReport(
                    stream,
                    gap.from(),
                    gap.to(),
                    gap.fate(),
                    toEpochMicros.applyAsLong(gap.atNanos()),
                    closedNanos == 0 ? 0 : toEpochMicros.applyAsLong(closedNanos),
                    healedBy,
                    lackedBy);
        }
    }

    private final Listener listener;
    private final Deque<Entry> closed = new ArrayDeque<>();

    public GapLedger(Listener listener) {
        this.listener = listener;
    }

    /**
     * A numbered message of a stream is being published.
     *
     * @param clock read only if the message has to do with a gap
     * @return whether it is older than the newest of its stream
     */
    public boolean published(OutgoingCopy copy, LongSupplier clock) {
        StreamWatch stream = copy.stream();
        SequenceTracker chain = stream.chain;
        long first = copy.proves() && !copy.restarts() ? copy.first() : copy.last();
        long nowNanos = copy.restarts() || !chain.isWhole(first) ? clock.getAsLong() : 0;
        if (copy.restarts()) {
            chain.restart().forEach(gap -> close(stream, gap, null, nowNanos));
            stream.restarted(copy.last());
        }
        boolean old = isOld(copy);
        if (copy.snapshot() && !old && stream.snapshot(copy.last())) {
            listener.repaired(stream.name, copy.last(), copy.by());
        }
        for (Gap gap : chain.published(first, copy.last(), copy.proves(), nowNanos)) {
            if (gap.fate() == GapFate.HEALED) {
                close(stream, gap, copy.by(), nowNanos);
            } else {
                listener.gap(stream.name, gap, copy.by(), stream.holes.lackedBy(gap.from(), gap.to()));
            }
        }
        return old;
    }

    /** A stream was not subscribed for a while: the numbers from then are not missing. */
    public void beginsAgain(StreamWatch stream, long nowNanos) {
        stream.chain.restart().forEach(gap -> close(stream, gap, null, nowNanos));
    }

    /**
     * Returns whether all numbers of a message are older than the newest of its stream. If numbers prove something,
     * the newest itself counts as old too: a server may repeat earlier messages on a connection that has just opened.
     */
    static boolean isOld(OutgoingCopy copy) {
        SequenceTracker chain = copy.stream().chain;
        boolean repeats = copy.proves()
                && !copy.snapshot()
                && chain.hasBegun()
                && copy.first() <= copy.last() // a heartbeat may have the number of the message before it
                && copy.last() == chain.newest();
        return repeats || chain.isOld(copy.last());
    }

    /** Gives up numbers that are missing for too long; returns whether there are any. */
    public boolean giveUp(StreamWatch stream, long nowNanos) {
        List<Gap> lost = stream.chain.giveUpBefore(nowNanos - HEALING_NANOS);
        lost.forEach(gap -> close(stream, gap, null, nowNanos));
        if (!lost.isEmpty()) {
            stream.lost();
        }
        return !lost.isEmpty();
    }

    private void close(StreamWatch stream, Gap gap, String healedBy, long nowNanos) {
        if (closed.size() == REMEMBERED) {
            closed.removeFirst();
        }
        List<String> lackedBy = stream.holes.lackedBy(gap.from(), gap.to());
        closed.addLast(new Entry(stream.name, gap, nowNanos, healedBy, lackedBy));
        listener.gap(stream.name, gap, healedBy, lackedBy);
    }

    /** Returns the last closed gaps, oldest first, then the open ones. */
    public List<Entry> entries(Collection<StreamWatch> streams) {
        List<Entry> entries = new ArrayList<>(closed);
        for (StreamWatch stream : streams) {
            for (Gap gap : stream.chain.open()) {
                entries.add(new Entry(stream.name, gap, 0, null, stream.holes.lackedBy(gap.from(), gap.to())));
            }
        }
        return entries;
    }
}
