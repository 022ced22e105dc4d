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
final class LeaseProposer implements LeaseClaim {
    /** At most this many requests are remembered: all of the time in which their votes can extend a lease. */
    private static final int REMEMBERED = 128;
    /** Allowed clock drift: the owner stops using a lease 1/{@value} of its length early. */
    private static final int DRIFT_PART = 20;
    /** Epochs follow the time of day, in steps of this many milliseconds since the beginning of 2026. */
    private static final long EPOCH_MS = 250;

    private static final long EPOCHS_FROM_MS = 1_767_225_600_000L;

    private final String feed;
    private final String node;
    private final int voters;
    private final int majority;
    private final IntSupplier nodes;
    private final long leaseNanos;
    private final long claimNanos;
    private final SortedMap<Long, Tally> rounds = new TreeMap<>();
    /** Members that request the lease, as its owner or to claim it, and until when that counts. */
    private final Map<String, Long> rivals = new HashMap<>();

    /** The requested epoch; 0 = none. */
    private int epoch;
    /** Whether the votes for that epoch were won once. */
    private boolean won;

    private long claimedNanos;
    /** Whether this claim has exceeded a claim of the same epoch. */
    private boolean raised;

    private long untilNanos;
    private int highestKnown;
    private boolean outvoted;
    /** The next claim begins no earlier than this. */
    private long notBeforeNanos;

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
        this.feed = feed;
        this.node = node;
        this.voters = voters;
        this.majority = voters / 2 + 1;
        this.nodes = nodes;
        this.leaseNanos = leaseNanos;
        this.claimNanos = leaseNanos / 2;
        this.untilNanos = nowNanos;
        this.notBeforeNanos = nowNanos;
    }

    /** Another node has, or had, the feed in this epoch. */
    @Override
    public void heardOf(int otherEpoch) {
        highestKnown = Math.max(highestKnown, otherEpoch);
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

    /** Returns whether this node owns the feed until the end of the lease. */
    @Override
    public boolean owns(long nowNanos) {
        return won && nowNanos - untilNanos < 0;
    }

    /** Returns the end of the present or last lease. */
    @Override
    public long untilNanos() {
        return untilNanos;
    }

    /** Returns the epoch that it has or claims; 0 = none. */
    @Override
    public int epoch() {
        return epoch;
    }

    @Override
    public boolean isClaiming() {
        return epoch != 0 && !won;
    }

    /** Returns whether it may begin a claim. */
    @Override
    public boolean isFree(long nowNanos) {
        return epoch == 0
                && nowNanos - notBeforeNanos >= 0
                && rivals.values().stream().allMatch(untilNanos -> nowNanos - untilNanos >= 0);
    }

    /**
     * Begins to claim the feed. Its epoch is greater than all known ones, and no less than the epoch of the time of
     * day. So epochs ascend even if all nodes were stopped, or all that knew the last one.
     *
     * @param epochMs milliseconds since 1970
     */
    @Override
    public void claim(long epochMs, long nowNanos) {
        epoch = Math.max(highestKnown + 1, epochAt(epochMs));
        highestKnown = epoch;
        won = false;
        outvoted = false;
        raised = false;
        claimedNanos = nowNanos;
    }

    /** Returns the least epoch of a claim at a time; valid until 2043. */
    static int epochAt(long epochMs) {
        return (int) Math.max(1, Math.min((epochMs - EPOCHS_FROM_MS) / EPOCH_MS, Integer.MAX_VALUE / 2));
    }

    /**
     * Another node claims the feed too. The claim with the higher epoch continues; with equal epochs, that of the
     * node whose name sorts first. Without this rule, each could have a vote that the other needs.
     *
     * @return the request to release at the voters if this node gives way; null = it does not
     */
    @Override
    public LeaseRequest giveWay(String competitor, int competitorEpoch, long pauseNanos, long nowNanos) {
        boolean first = competitorEpoch > epoch || (competitorEpoch == epoch && competitor.compareTo(node) < 0);
        return isClaiming() && first ? giveUp(pauseNanos, nowNanos) : null;
    }

    /** Returns the request of a round; null = none. */
    @Override
    public LeaseRequest ask(long round, long nowNanos) {
        if (epoch == 0 || outvoted) {
            return null;
        }
        rounds.put(round, new Tally(epoch, nowNanos));
        while (rounds.size() > REMEMBERED || nowNanos - rounds.get(rounds.firstKey()).sentNanos >= leaseNanos) {
            rounds.remove(rounds.firstKey());
        }
        return new LeaseRequest(feed, epoch);
    }

    /** A member has voted on the request of a round. */
    @Override
    public void voted(String voter, long round, LeaseVote vote) {
        heardOf(vote.knownEpoch());
        Tally tally = rounds.get(round);
        if (tally == null || epoch == 0 || tally.epoch != epoch || vote.epoch() != epoch) {
            return; // for an abandoned claim
        }
        (vote.granted() ? tally.granted : tally.refused).add(voter);
        if (tally.granted.size() >= majority) {
            long until = tally.sentNanos + leaseNanos - leaseNanos / DRIFT_PART;
            if (until - untilNanos > 0) {
                untilNanos = until;
            }
            won = true;
        } else if (isClaiming() && !raised && !vote.granted() && vote.knownEpoch() >= epoch) {
            raise();
        } else if (voters - tally.refused.size() < majority) {
            outvoted = true;
        }
    }

    /**
     * Exceeds another claim of the same epoch, once. The other node gives way, but its own vote remains with that
     * epoch: without this, two nodes that claim at the same time would fail again and again.
     */
    private void raise() {
        raised = true;
        epoch = highestKnown + 1;
        highestKnown = epoch;
    }

    /**
     * Returns whether its claim or lease is lost: the votes went to another node, or did not arrive in time. The
     * caller must then release it; the rest of a lease may still be used.
     */
    @Override
    public boolean isLost(long nowNanos) {
        return epoch != 0
                && !owns(nowNanos)
                && (outvoted || (won ? isOver(nowNanos) : nowNanos - claimedNanos > claimNanos));
    }

    /**
     * An expired lease is requested for a while longer: the network may have been down, and no other node has the
     * lease.
     */
    private boolean isOver(long nowNanos) {
        return nowNanos - untilNanos > leaseNanos;
    }

    /**
     * Releases its lease or claim. All nodes together begin fewer claims than the time of day has epochs, so that
     * epochs do not run ahead of it.
     *
     * @param pauseNanos the shortest pause before the next claim
     * @return the request to release at the voters; null = it had none
     */
    @Override
    public LeaseRequest giveUp(long pauseNanos, long nowNanos) {
        if (epoch == 0) {
            return null;
        }
        LeaseRequest given = new LeaseRequest(feed, epoch);
        epoch = 0;
        won = false;
        outvoted = false;
        untilNanos = nowNanos;
        long sinceClaimNanos = nowNanos - claimedNanos;
        long epochsNanos = nodes.getAsInt() * TimeUnit.MILLISECONDS.toNanos(raised ? 2 * EPOCH_MS : EPOCH_MS);
        notBeforeNanos = nowNanos + Math.max(pauseNanos, epochsNanos - sinceClaimNanos);
        return given;
    }
}
