package io.firstline.cluster;

import java.util.Collection;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * Grants the leases of all feeds: the members of the cluster by majority, or a service beside it. The part on one
 * node, without sockets, timers and clocks. Single-threaded; times are nanoseconds of this node's monotonic clock.
 */
interface LeaseEngine {
    /** Returns the nodes that may own feeds, this one included. */
    Collection<String> members();

    /** These nodes have joined the cluster and may own feeds, whether they are members by configuration or not. */
    default void joined(Collection<String> nodes) {}

    /** Creates this node's claim of a feed; called once for each feed. */
    LeaseClaim newClaim(String feed, long nowNanos);

    /**
     * Takes the releases of a heartbeat and votes on its requests.
     *
     * @param published returns the highest epoch in which this node has heard that a feed was published; 0 = never
     * @return empty if the members do not vote, or this one has no vote
     */
    default List<LeaseVote> vote(NodeHeartbeat of, ToIntFunction<String> published, long nowNanos) {
        return List.of();
    }

    /** Returns whether any node could get or renew a lease, as far as this one knows. */
    boolean isThere(MembershipView view, long nowNanos);

    /** Returns whether this node may claim leases yet. */
    boolean isReady(long nowNanos);

    /** The process of another member has ended, which is proven: its leases are free. */
    void died(String member, NodeRun run, long nowNanos);

    /** Returns the last known lease of a feed, its own included; null = none. */
    GrantedLease last(String feed);
}
