package io.firstline.cluster;

import java.util.Collection;

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

    /** Returns whether any node could get or renew a lease, as far as this one knows. */
    boolean isThere(MembershipView view, long nowNanos);

    /** Returns whether this node may claim leases yet. */
    boolean isReady(long nowNanos);

    /** The process of another member has ended, which is proven: its leases are free. */
    void died(String member, NodeRun run, long nowNanos);

    /** Returns the last known lease of a feed, its own included; null = none. */
    GrantedLease last(String feed);
}
