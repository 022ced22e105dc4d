package io.firstline.cluster;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * One node's requests for the lease of one feed: decides what to request when, and counts the votes. Single-threaded;
 * times are nanoseconds of this node's monotonic clock.
 */
final class LeaseProposer extends EpochClaim {
    /** At most this many requests are remembered: all of the time in which their votes can extend a lease. */
    private static final int REMEMBERED = 128;

    private final String node;
    private final int voters;
    private final int majority;
    private final IntSupplier nodes;
    private final long leaseNanos;
    private final SortedMap<Long, Tally> rounds = new TreeMap<>();
    /** Members that request the lease, as its owner or to claim it, and until when that counts. */
    private final Map<String, Long> rivals = new HashMap<>();

    /** Whether this claim has exceeded a claim of the same epoch. */
    private boolean raised;

    private static final class Tally {
        private final int epoch;
        private final long sentNanos;
        private final Set<String> granted = new HashSet<>();
        private final Set<String> refused = new HashSet<>();

        private Tally(int epoch, long sentNanos) {
            this.epoch = epoch;
            this.sentNanos = sentNanos;
        }
    }

    /**
     * Starts without a lease.
     *
     * @param node the node that requests the lease
     * @param voters their number
     * @param nodes the number of nodes that may request it
     */
    LeaseProposer(String feed, String node, int voters, IntSupplier nodes, long leaseNanos, long nowNanos) {
        super(feed, leaseNanos, leaseNanos, nowNanos);
        this.node = node;
        this.voters = voters;
        this.majority = voters / 2 + 1;
        this.nodes = nodes;
        this.leaseNanos = leaseNanos;
    }

    /**
     * Another member requests the lease in this epoch, as its owner or to claim it. While it does, this node begins no
     * claim: its vote may no longer count for that owner, and so it does not notice by its own votes that there is one.
     */
    @Override
    public void requestedBy(String member, int otherEpoch, long pauseNanos, long nowNanos) {
        heardOf(otherEpoch);
        rivals.put(member, nowNanos + leaseNanos + pauseNanos);
    }

    /** Another member has released the lease, or its claim. */
    @Override
    public void releasedBy(String member) {
        rivals.remove(member);
    }

    /** Returns whether it may begin a claim. */
    @Override
    public boolean isFree(long nowNanos) {
        return super.isFree(nowNanos) && rivals.values().stream().allMatch(untilNanos -> nowNanos - untilNanos >= 0);
    }

    @Override
    public void claim(long epochMs, long nowNanos) {
        super.claim(epochMs, nowNanos);
        raised = false;
    }

    /**
     * Another node claims the feed too. The claim with the higher epoch continues; with equal epochs, that of the
     * node whose name sorts first. Without this rule, each could have a vote that the other needs.
     *
     * @return the request to release at the voters if this node gives way; null = it does not
     */
    @Override
    public LeaseRequest giveWay(String competitor, int competitorEpoch, long pauseNanos, long nowNanos) {
        boolean first = competitorEpoch > epoch() || (competitorEpoch == epoch() && competitor.compareTo(node) < 0);
        return isClaiming() && first ? giveUp(pauseNanos, nowNanos) : null;
    }

    /** Returns the request of a round; null = none. */
    @Override
    public LeaseRequest ask(long round, long nowNanos) {
        if (epoch() == 0 || isRefused()) {
            return null;
        }
        rounds.put(round, new Tally(epoch(), nowNanos));
        while (rounds.size() > REMEMBERED || nowNanos - rounds.get(rounds.firstKey()).sentNanos >= leaseNanos) {
            rounds.remove(rounds.firstKey());
        }
        return new LeaseRequest(feed(), epoch());
    }

    /** A member has voted on the request of a round. */
    @Override
    public void voted(String voter, long round, LeaseVote vote) {
        heardOf(vote.knownEpoch());
        Tally tally = rounds.get(round);
        if (tally == null || epoch() == 0 || tally.epoch != epoch() || vote.epoch() != epoch()) {
            return; // for an abandoned claim
        }
        if (vote.granted()) {
            tally.granted.add(voter);
            if (tally.granted.size() >= majority) {
                granted(tally.sentNanos);
            }
        } else if (!isClaiming() || vote.knownEpoch() >= epoch()) {
            refused(tally, voter);
        } // otherwise a lease of the last owner runs there: it is free as soon as that member sees the owner's end
    }

    private void refused(Tally tally, String voter) {
        tally.refused.add(voter);
        if (isClaiming() && !raised) {
            // exceeds another claim of the same epoch, once: the other node gives way, but its own vote remains with
            // that epoch, and two nodes that claim at the same time would fail again and again
            raised = true;
            raise();
        } else if (voters - tally.refused.size() < majority) {
            refused();
        }
    }

    /** All nodes together begin fewer claims than the time of day has epochs, so that epochs do not run ahead of it. */
    @Override
    long shortestPauseNanos(long sinceClaimNanos) {
        return nodes.getAsInt() * TimeUnit.MILLISECONDS.toNanos(raised ? 2 * EPOCH_MS : EPOCH_MS) - sinceClaimNanos;
    }
}
