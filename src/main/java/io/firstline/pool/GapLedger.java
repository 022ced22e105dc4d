package io.firstline.pool;

import io.firstline.arbitration.Chain;
import io.firstline.arbitration.Chain.Fate;
import io.firstline.arbitration.Chain.Gap;
import java.util.ArrayDeque;
import java.util.ArrayList;
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
         */
        void gap(String stream, Gap gap, String by);
    }

    /**
     * A gap that is over.
     *
     * @param healedBy the connection that brought the last of it; null = it was lost
     */
    record Entry(String stream, Gap gap, String healedBy) {}

    private final Listener listener;
    private final Deque<Entry> closed = new ArrayDeque<>();

    GapLedger(Listener listener) {
        this.listener = listener;
    }

    /**
     * A numbered message is being published.
     *
     * @return whether it is older than the newest of its stream
     */
    boolean published(StreamWatch stream, long first, long last, String by, long nowNanos) {
        Chain chain = stream.chain;
        boolean proves = first != MessageReader.NO_NUMBER;
        boolean restarts = proves && (first > last + 1 || (last <= 1 && chain.isOld(last)));
        if (restarts) {
            chain.restart().forEach(gap -> close(stream, gap, null));
        }
        boolean old = chain.isOld(last);
        for (Gap gap : chain.published(proves && !restarts ? first : last, last, proves, nowNanos)) {
            if (gap.fate() == Fate.HEALED) {
                close(stream, gap, by);
            } else {
                listener.gap(stream.name, gap, by);
            }
        }
        return old;
    }

    /** Gives up what has been missing for too long. */
    void giveUp(StreamWatch stream, long nowNanos) {
        stream.chain.giveUpBefore(nowNanos - HEALING_NANOS).forEach(gap -> close(stream, gap, null));
    }

    private void close(StreamWatch stream, Gap gap, String healedBy) {
        if (closed.size() == REMEMBERED) {
            closed.removeFirst();
        }
        closed.addLast(new Entry(stream.name, gap, healedBy));
        listener.gap(stream.name, gap, healedBy);
    }

    /** The last gaps that are over, oldest first. */
    List<Entry> closed() {
        return new ArrayList<>(closed);
    }
}
