package io.firstline.cluster;

import java.util.HashMap;
import java.util.Map;

/**
 * One member's vote on who publishes which feed. Whoever has the votes of a majority has a lease; that no two nodes have one at a time
 * rests on three rules:
 *
 * <ul>
 *   <li>A voter grants a feed to another node only when the lease that it has granted has run out by its own clock, or was given back.
 *       Voters count from when they heard the request, the owner from when it sent it: its lease ends first.
 *   <li>It never grants an epoch that is not above all others it has granted, but to whom it granted that one.
 *   <li>Nothing is written to disk: a voter that has just started has forgotten what it granted, and grants nothing until all of it
 *       must have run out.
 * </ul>
 *
 * <p>After Lamport's Paxos with leases and without a disk (PaxosLease, Trencseni and others 2012). Single-threaded; times are
 * nanoseconds of this node's monotonic clock. Clocks need not agree, but must run at the same speed but for a few per cent.
 */
final class Voter {
    private final long leaseNanos;
    private final long fromNanos;
    private final Map<String, Promised> promises = new HashMap<>();

    /**
     * Has just started.
     *
     * @param silentNanos for how long it grants nothing: at least the length of a lease
     */
    Voter(long leaseNanos, long silentNanos, long nowNanos) {
        this.leaseNanos = leaseNanos;
        this.fromNanos = nowNanos + Math.max(leaseNanos, silentNanos);
    }

    /** Decides. */
    Vote vote(String node, Ask ask, long nowNanos) {
        Promised last = promises.get(ask.feed());
        boolean granted = nowNanos - fromNanos >= 0
                && (last != null || promises.size() < Said.MOST_FEEDS)
                && isFree(last, node, ask.epoch(), nowNanos);
        if (granted) {
            promises.put(ask.feed(), new Promised(node, ask.epoch(), nowNanos + leaseNanos));
        }
        int known = granted ? ask.epoch() : last == null ? 0 : last.epoch();
        return new Vote(ask.feed(), ask.epoch(), granted, known);
    }

    private static boolean isFree(Promised last, String node, int epoch, long nowNanos) {
        if (last == null) {
            return true;
        }
        if (last.epoch() == epoch) {
            return last.node().equals(node);
        }
        return epoch > last.epoch() && (last.node().equals(node) || !last.isRunning(nowNanos));
    }

    /** A node gives a feed back, or its claim to it. */
    void release(String node, Ask given, long nowNanos) {
        Promised last = promises.get(given.feed());
        if (last != null && last.node().equals(node) && last.epoch() == given.epoch() && last.isRunning(nowNanos)) {
            promises.put(given.feed(), new Promised(node, given.epoch(), nowNanos));
        }
    }

    /** The last lease that it has granted; null = none since it started. */
    Promised promised(String feed) {
        return promises.get(feed);
    }

    /** Whether it grants anything yet. */
    boolean isReady(long nowNanos) {
        return nowNanos - fromNanos >= 0;
    }
}
