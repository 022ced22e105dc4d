package io.firstline.cluster;

import java.util.Set;

/** An action that a {@link LeaseNode} requires. Actions are carried out in their order. */
sealed interface LeaseAction {
    /** Sends a heartbeat to all other members. */
    record Broadcast(NodeHeartbeat heartbeat) implements LeaseAction {}

    /** Sends votes to a member. */
    record Reply(String to, NodeHeartbeat.Votes votes) implements LeaseAction {}

    /** This node may publish a feed until an instant. */
    record Extend(String feed, int epoch, long untilNanos) implements LeaseAction {}

    /**
     * This node must not publish a feed any more from now on.
     *
     * @param reason why it hands the feed over; null = it leaves
     */
    record End(String feed, HandOverPolicy.Reason reason) implements LeaseAction {}

    /** A feed is to be received here; answered by {@link LeaseNode#started} or {@link LeaseNode#failed}. */
    record Deploy(String feed) implements LeaseAction {}

    /** A feed is no longer to be received here; answered by {@link LeaseNode#stopped}. */
    record Undeploy(String feed) implements LeaseAction {}

    /**
     * The members in view have changed, or the majority has.
     *
     * @param sinceNanos since when there is a majority, or none
     */
    record ReportMembers(MajorityWatch.Change change, Set<String> present, boolean majority, long sinceNanos)
            implements LeaseAction {}

    /**
     * A claim of this node has ended without the lease.
     *
     * @param competitor the member whose claim continues; null = too few votes
     */
    record ReportLostClaim(String feed, String competitor) implements LeaseAction {}

    /** The process of a member has ended. */
    record ReportDeath(String member) implements LeaseAction {}

    /** This node's configuration of a feed has differed from the owner's for long. */
    record ReportOtherConfig(String feed, String owner) implements LeaseAction {}

    /** A message came from a node that is not another member; it has no effect. */
    record RejectUnknownNode(NodeMessage message) implements LeaseAction {}

    /** A member has another lease length; it gets no vote. */
    record RejectLease(String member, int leaseMs) implements LeaseAction {}
}
