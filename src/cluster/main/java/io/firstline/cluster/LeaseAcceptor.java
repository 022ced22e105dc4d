package io.firstline.cluster;

import java.util.HashMap;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * One member's vote on which node publishes which feed. A node with the votes of a majority has a lease. Three rules
 * ensure that no two nodes have one at the same time:
 *
 * <ul>
 * <li>A voter grants a feed to another node only after the lease that it granted has expired by its own clock, or was
 *     released. Voters count from the arrival of a request, the owner from its sending, so the owner's lease ends
 *     first.
 * <li>It grants only epochs that exceed all epochs it has granted. It may grant the last one again, to the same node.
 * <li>Nothing is written to disk: after a start, a voter does not know what it granted, and grants nothing until all
 *     of it must have expired. Nor does it know the epochs, and the time of day of a claimant may be behind: so it first
 *     hears the others for a while, and grants no epoch before one in which it has heard that the feed was published.
 *     The refusal names that epoch, and the claimant exceeds it.
 * </ul>
 *
 * <p>After Lamport's Paxos with leases and without a disk (PaxosLease, Trencseni and others 2012). Single-threaded;
 * times are nanoseconds of this node's monotonic clock. Clocks need not agree, but their speeds may differ by a few
 * per cent only.
 */
final class LeaseAcceptor {
    /** How long a voter hears the others after its start: a part of a lease in which each sends several heartbeats. */
    private static final int HEARINGS_PER_LEASE = 2;

    private final long leaseNanos;
    private final long fromNanos;
    private final Map<String, GrantedLease> promises = new HashMap<>();

    /**
     * Creates a voter that has just started.
     *
     * @param silentNanos how long it grants nothing: at least the length of a lease
     * @param sinceNanos from when that counts: no earlier process of its member has granted anything since
     * @param startNanos when this process began to hear the others
     */
    LeaseAcceptor(long leaseNanos, long silentNanos, long sinceNanos, long startNanos) {
        this.leaseNanos = leaseNanos;
        long freeNanos = sinceNanos + Math.max(leaseNanos, silentNanos);
        long heardNanos = startNanos + leaseNanos / HEARINGS_PER_LEASE;
        this.fromNanos = heardNanos - freeNanos > 0 ? heardNanos : freeNanos;
    }

    /**
     * Votes on a request.
     *
     * @param published returns the highest epoch in which this member has heard that a feed was published, 0 = never; called only
     *     if the request is not for the epoch that was granted last
     */
    LeaseVote vote(String node, LeaseRequest ask, ToIntFunction<String> published, long nowNanos) {
        GrantedLease last = promises.get(ask.feed());
        int known = last == null ? 0 : last.epoch();
        if (ask.epoch() != known) {
            known = Math.max(known, published.applyAsInt(ask.feed()));
        }
        boolean granted = nowNanos - fromNanos >= 0
                && (last != null || promises.size() < MessageFields.MOST_FEEDS)
                && ask.epoch() >= known
                && isFree(last, node, ask.epoch(), nowNanos);
        if (granted) {
            promises.put(ask.feed(), new GrantedLease(node, ask.epoch(), nowNanos + leaseNanos));
            known = ask.epoch();
        }
        return new LeaseVote(ask.feed(), ask.epoch(), granted, known);
    }

    private static boolean isFree(GrantedLease last, String node, int epoch, long nowNanos) {
        if (last == null) {
            return true;
        }
        if (last.node().equals(node)) {
            return epoch >= last.epoch();
        }
        return epoch > last.epoch() && !last.isRunning(nowNanos);
    }

    /** A node releases its lease of a feed, or its claim. */
    void release(String node, LeaseRequest given, long nowNanos) {
        GrantedLease last = promises.get(given.feed());
        if (last != null && last.node().equals(node) && last.epoch() == given.epoch() && last.isRunning(nowNanos)) {
            promises.put(given.feed(), new GrantedLease(node, given.epoch(), nowNanos));
        }
    }

    /** The process of a node has ended: it uses none of its leases any more. */
    void died(String node, long nowNanos) {
        promises.replaceAll((feed, last) -> last.node().equals(node) && last.isRunning(nowNanos)
                ? new GrantedLease(node, last.epoch(), nowNanos)
                : last);
    }

    /** Returns the last lease that it has granted; null = none since its start. */
    GrantedLease promised(String feed) {
        return promises.get(feed);
    }

    /** Returns whether it grants leases yet. */
    boolean isReady(long nowNanos) {
        return nowNanos - fromNanos >= 0;
    }
}
