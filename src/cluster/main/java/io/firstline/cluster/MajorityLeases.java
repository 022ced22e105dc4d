package io.firstline.cluster;

import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.function.ToIntFunction;

/**
 * The engine that needs nothing: a majority of the configured members grants the leases. Other nodes may join, own
 * feeds and leave; they have no vote, so any two majorities still have a member in common.
 */
final class MajorityLeases implements LeaseEngine {
    private final String self;
    /** The configured members; they are fixed. */
    private final List<String> voters;
    /** The voters, and the other nodes that have joined. */
    private List<String> members;

    private final long leaseNanos;
    private final LeaseAcceptor acceptor;

    /**
     * Starts the vote of a member. A node without a vote follows the same rules for itself: so it knows what the
     * voters have granted, but nobody counts it.
     *
     * @param silentNanos how long it grants nothing: at least the length of a lease
     * @param sinceNanos from when that counts
     * @param startNanos when this process began to hear the others
     */
    MajorityLeases(
            String self, List<String> voters, long leaseNanos, long silentNanos, long sinceNanos, long startNanos) {
        this.self = self;
        this.voters = voters;
        this.members = voters;
        this.leaseNanos = leaseNanos;
        this.acceptor = new LeaseAcceptor(leaseNanos, silentNanos, sinceNanos, startNanos);
    }

    @Override
    public List<String> members() {
        return members;
    }

    @Override
    public void joined(Collection<String> nodes) {
        TreeSet<String> all = new TreeSet<>(voters);
        all.addAll(nodes);
        members = List.copyOf(all);
    }

    @Override
    public LeaseClaim newClaim(String feed, long nowNanos) {
        return new LeaseProposer(feed, self, voters.size(), () -> members.size(), leaseNanos, nowNanos);
    }

    @Override
    public List<LeaseVote> vote(NodeHeartbeat of, ToIntFunction<String> published, long nowNanos) {
        of.given().forEach(released -> acceptor.release(of.from(), released, nowNanos));
        List<LeaseVote> votes = of.asks().stream()
                .map(ask -> acceptor.vote(of.from(), ask, published, nowNanos))
                .toList();
        return voters.contains(self) ? votes : List.of();
    }

    @Override
    public boolean isThere(MembershipView view, long nowNanos) {
        return view.isMajority(voters, nowNanos);
    }

    @Override
    public boolean isReady(long nowNanos) {
        return acceptor.isReady(nowNanos);
    }

    @Override
    public void died(String member, NodeRun run, long nowNanos) {
        acceptor.died(member, nowNanos);
    }

    @Override
    public GrantedLease last(String feed) {
        return acceptor.promised(feed);
    }
}
