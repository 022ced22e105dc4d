package io.firstline.pool;

import io.firstline.arbitration.Chain;
import io.firstline.arbitration.Chain.Fate;
import io.firstline.arbitration.Chain.Gap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What the chains of a feed's streams say: gaps as they open, heal or are lost, the last of them in detail. Pure but for whom it tells;
 * belongs to the feed's context.
 */
final class GapLedger {
    /** What has not come by then, on any connection, will not come. */
    static final long HEALING_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final int REMEMBERED = 1_000;

    /** Who is told. */
    interface Listener {
        /**
         * A gap opened, healed or was lost.
         *
         * @param by the connection whose message showed it, or healed it; null with a loss
         * @param lackedBy the connections that passed over it
         */
        void gap(String stream, Gap gap, String by, List<String> lackedBy);
    }

    /**
     * A gap, as it stands.
     *
     * @param closedNanos when it was healed or given up; 0 = it is open
     * @param healedBy the connection that brought the last of it; null = nobody
     * @param lackedBy the connections that passed over it
     */
    record Entry(String stream, Gap gap, long closedNanos, String healedBy, List<String> lackedBy) {}

    private final Listener listener;
    private final Deque<Entry> closed = new ArrayDeque<>();

    GapLedger(Listener listener) {
        this.listener = listener;
    }

    /**
     * A numbered message of a stream is being published.
     *
     * @return whether it is older than the newest of its stream
     */
    boolean published(Copy copy, long nowNanos) {
        StreamWatch stream = copy.stream();
        Chain chain = stream.chain;
        if (copy.restarts()) {
            chain.restart().forEach(gap -> close(stream, gap, null, nowNanos));
            stream.holes.countedAnew(copy.last());
        }
        boolean old = isOld(copy);
        long first = copy.proves() && !copy.restarts() ? copy.first() : copy.last();
        for (Gap gap : chain.published(first, copy.last(), copy.proves(), nowNanos)) {
            if (gap.fate() == Fate.HEALED) {
                close(stream, gap, copy.by(), nowNanos);
            } else {
                listener.gap(stream.name, gap, copy.by(), stream.holes.lackedBy(gap.from(), gap.to()));
            }
        }
        return old;
    }

    /**
     * Whether all that a message stands for is older than the newest of its stream, or as old where its numbers prove something: a server
     * may send again what it has sent before to a connection that has just opened.
     */
    static boolean isOld(Copy copy) {
        Chain chain = copy.stream().chain;
        boolean repeats = copy.proves()
                && chain.hasBegun()
                && copy.first() <= copy.last() // a heartbeat may have the number of the message before it
                && copy.last() == chain.newest();
        return repeats || chain.isOld(copy.last());
    }

    /** Gives up what has been missing for too long. */
    void giveUp(StreamWatch stream, long nowNanos) {
        stream.chain.giveUpBefore(nowNanos - HEALING_NANOS).forEach(gap -> close(stream, gap, null, nowNanos));
    }

    private void close(StreamWatch stream, Gap gap, String healedBy, long nowNanos) {
        if (closed.size() == REMEMBERED) {
            closed.removeFirst();
        }
        List<String> lackedBy = stream.holes.lackedBy(gap.from(), gap.to());
        closed.addLast(new Entry(stream.name, gap, nowNanos, healedBy, lackedBy));
        listener.gap(stream.name, gap, healedBy, lackedBy);
    }

    /** The last gaps that are over, oldest first, and then those that are open. */
    List<Entry> entries(Collection<StreamWatch> streams) {
        List<Entry> entries = new ArrayList<>(closed);
        for (StreamWatch stream : streams) {
            for (Gap gap : stream.chain.open()) {
                entries.add(new Entry(stream.name, gap, 0, null, stream.holes.lackedBy(gap.from(), gap.to())));
            }
        }
        return entries;
    }
}
