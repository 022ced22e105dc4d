package io.firstline.cluster;

import java.util.List;

/** The engine that needs nothing: a majority of the configured members grants the leases. */
final class MajorityLeases implements LeaseEngine {
    private final String self;
    private final List<String> members;
    private final long leaseNanos;
    private final LeaseAcceptor acceptor;

    /**
     * Starts the vote of a member.
     *
     * @param silentNanos how long it grants nothing: at least the length of a lease
     */
    MajorityLeases(String self, List<String> members, long leaseNanos, long silentNanos, long nowNanos) {
        this.self = self;
        this.members = members;
        this.leaseNanos = leaseNanos;
        this.acceptor = new LeaseAcceptor(leaseNanos, silentNanos, nowNanos);
    }

    /** Returns this member's vote. */
    LeaseAcceptor acceptor() {
        return acceptor;
    }

    @Override
    public List<String> members() {
        return members;
    }

    @Override
    public LeaseClaim newClaim(String feed, long nowNanos) {
        return new LeaseProposer(feed, self, members.size(), leaseNanos, nowNanos);
    }

    @Override
    public boolean isThere(MembershipView view, long nowNanos) {
        return view.isMajority(nowNanos);
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
