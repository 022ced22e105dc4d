package io.firstline.cluster;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Decides how long a node waits before it claims a feed without an owner, so that two nodes rarely claim it at once
 * and the best node claims it first: warm ones, then those that lose nothing but receive nothing now, then those that have heard a later owner, then by the
 * feed's own order.
 */
final class ClaimDelay {
    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(80);
    private static final long COLD_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
    /** A node that is not warm waits this long for a better one, which may still lack votes. */
    private static final long LEFT_TO_OTHERS_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** How long the preferred member of a feed may take to start with the whole cluster. */
    private static final long START_NANOS = TimeUnit.SECONDS.toNanos(3);

    /** A feed whose owner pauses at times is claimed no later than this after its last request. */
    private static final long LONGEST_PAUSE_MS = 3_000;

    private ClaimDelay() {}

    /**
     * Returns how long after its lease an owner is still waited for that has requested it, because its process pauses at
     * times: it is expected to continue within twice the length of such a pause. A lease alone outlasts pauses of a third of
     * its length, and another one after it.
     *
     * @param pauseMs the length of such pauses
     */
    static long forPausesMs(long pauseMs, long leaseMs) {
        return Math.max(0, Math.min(2 * pauseMs - leaseMs * 2 / 3, LONGEST_PAUSE_MS - leaseMs));
    }

    /** Returns the wait at the start, when the feed has never had an owner. */
    static long atStartNanos(String feed, String self, Collection<String> members) {
        int place = Placement.order(feed, members).indexOf(self);
        return place == 0 ? 0 : START_NANOS + place * STEP_NANOS;
    }

    /**
     * Returns the wait after the loss of an owner.
     *
     * @param warm whether this node could take over without a loss
     * @param behind whether it could, but would publish late
     * @param receiving whether it receives the feed
     * @param epoch the highest epoch in which it knows a message; 0 = none: it would begin the feed from message 1
     * @param last the node that had the last lease, as owner or to claim it; null = not known
     */
    static long nanos(
            String feed,
            String self,
            boolean warm,
            boolean behind,
            boolean receiving,
            int epoch,
            String last,
            MembershipView presence,
            long nowNanos) {
        Set<String> present = presence.present(nowNanos);
        present.removeIf(presence::hasEnded);
        // after a vain claim, a node waits for its turn again; an owner is not warm. One that has heard a later owner
        // may be back after a pause, with messages that this node lacks
        if (last != null
                && !last.equals(self)
                && !presence.isWarm(last, feed)
                && !presence.isBehind(last, feed)
                && presence.epoch(last, feed) <= epoch) {
            present.remove(last);
        }
        List<String> turns = new ArrayList<>(Placement.order(feed, present));
        turns.removeIf(member -> !member.equals(self) && !presence.carries(member, feed));
        turns.sort(
                Comparator.comparing((String member) -> !(member.equals(self) ? warm : presence.isWarm(member, feed)))
                        .thenComparing(member -> !(member.equals(self) ? behind : presence.isBehind(member, feed)))
                        .thenComparing(member -> -(member.equals(self) ? epoch : presence.epoch(member, feed))));
        long turnNanos = Math.max(0, turns.indexOf(self)) * STEP_NANOS;
        if (warm) {
            return turnNanos;
        }
        boolean anyWarm = turns.stream().anyMatch(member -> presence.isWarm(member, feed));
        if (behind) {
            return turnNanos + (anyWarm ? COLD_NANOS : 0);
        }
        boolean othersAreBetter = anyWarm
                || turns.stream()
                        .anyMatch(member -> presence.isBehind(member, feed)
                                || (presence.receives(member, feed)
                                        && (!receiving || presence.epoch(member, feed) > epoch)));
        return turnNanos + (othersAreBetter ? LEFT_TO_OTHERS_NANOS : COLD_NANOS);
    }
}
