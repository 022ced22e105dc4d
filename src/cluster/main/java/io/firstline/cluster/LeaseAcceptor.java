package io.firstline.cluster;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One member's vote on which node publishes which feed. A node with the votes of a majority has a lease. Three rules
 * ensure that no two nodes have one at the same time:
 *
 * <ul>
 * <li>A voter grants a feed to another node only after the lease that it granted has expired by its own clock, or was
 *     released. Voters count from the arrival of a request, the owner from its sending, so the owner's lease ends
 *     first.
 * <li>It grants only epochs that exceed all epochs it has granted. It may grant the last one again, to the same node.
 *     A claim that its node gave up without the lease counts as never heard of: this vote can no longer be part of a
 *     majority, and messages may be lost at any time. So the owner that had the vote before gets it again.
 * <li>Nothing is written to disk: after a start, a voter does not know what it granted, and grants nothing until all
 *     of it must have expired.
 * </ul>
 *
 * <p>After Lamport's Paxos with leases and without a disk (PaxosLease, Trencseni and others 2012). Single-threaded;
 * times are nanoseconds of this node's monotonic clock. Clocks need not agree, but their speeds may differ by a few
 * per cent only.
 */
final class LeaseAcceptor {
    private final long leaseNanos;
    private final long fromNanos;
    private final Map<String, GrantedLease> promises = new HashMap<>();
    /** What a claim replaced, until it is released; empty = there was nothing. */
    private final Map<String, Optional<GrantedLease>> replaced = new HashMap<>();

    /**
     * Creates a voter that has just started.
     *
     * @param silentNanos how long it grants nothing: at least the length of a lease
     */
    LeaseAcceptor(long leaseNanos, long silentNanos, long nowNanos) {
        this.leaseNanos = leaseNanos;
        this.fromNanos = nowNanos + Math.max(leaseNanos, silentNanos);
    }

    /** Votes on a request. */
    LeaseVote vote(String node, LeaseRequest ask, long nowNanos) {
        GrantedLease last = promises.get(ask.feed());
        boolean granted = nowNanos - fromNanos >= 0
                && (last != null || promises.size() < MessageFields.MOST_FEEDS)
                && isFree(last, node, ask.epoch(), nowNanos);
        if (granted) {
            if (last == null || !last.node().equals(node) || last.epoch() != ask.epoch()) {
                replaced.put(ask.feed(), Optional.ofNullable(last));
            }
            promises.put(ask.feed(), new GrantedLease(node, ask.epoch(), nowNanos + leaseNanos));
        }
        int known = granted ? ask.epoch() : last == null ? 0 : last.epoch();
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
    void release(String node, LeaseRelease given, long nowNanos) {
        GrantedLease last = promises.get(given.feed());
        if (last == null || !last.node().equals(node) || last.epoch() != given.epoch()) {
            return;
        }
        Optional<GrantedLease> earlier = replaced.remove(given.feed());
        if (given.won() || earlier == null) {
            promises.put(given.feed(), last.isRunning(nowNanos) ? last.endingAt(nowNanos) : last);
        } else if (earlier.isEmpty()) {
            promises.remove(given.feed());
        } else { // other nodes wait for their turn from now on, not from the end of the restored lease
            GrantedLease restored = earlier.get();
            promises.put(given.feed(), restored.isRunning(nowNanos) ? restored : restored.endingAt(nowNanos));
        }
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
