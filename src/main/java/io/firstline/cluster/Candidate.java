package io.firstline.cluster;

import java.util.HashSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * One node's way to the lease of one feed: when it asks for what, and what it has by the votes. Single-threaded; times are nanoseconds
 * of this node's monotonic clock.
 */
final class Candidate {
    /** Votes that come later than so many requests are not waited for. */
    private static final int REMEMBERED = 8;
    /** What clocks may differ in speed: the owner gives up that part of a lease earlier than it would have to. */
    private static final int DRIFT_PART = 20;
    /** Epochs are told by the time of day, in steps of so many milliseconds since the beginning of 2026. */
    private static final long EPOCH_MS = 250;

    private static final long EPOCHS_FROM_MS = 1_767_225_600_000L;

    private final String feed;
    private final String node;
    private final int members;
    private final int majority;
    private final long leaseNanos;
    private final long claimNanos;
    private final SortedMap<Long, Tally> rounds = new TreeMap<>();

    /** What it asks for; 0 = nothing. */
    private int epoch;
    /** Whether the votes for that epoch were won once. */
    private boolean won;

    private long claimedNanos;
    private long untilNanos;
    private int highestKnown;
    private boolean outvoted;
    /** Before that it does not try again. */
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
     * Has nothing yet.
     *
     * @param node whose way it is
     * @param members how many have a vote
     */
    Candidate(String feed, String node, int members, long leaseNanos, long nowNanos) {
        this.feed = feed;
        this.node = node;
        this.members = members;
        this.majority = members / 2 + 1;
        this.leaseNanos = leaseNanos;
        this.claimNanos = leaseNanos / 2;
        this.untilNanos = nowNanos;
        this.notBeforeNanos = nowNanos;
    }

    /** Someone has, or had, the feed in this epoch. */
    void heardOf(int otherEpoch) {
        highestKnown = Math.max(highestKnown, otherEpoch);
    }

    /** Whether the feed is its own: what it may do now, it may do to the end of the lease. */
    boolean owns(long nowNanos) {
        return won && nowNanos - untilNanos < 0;
    }

    /** When the lease that it has, or had, ends. */
    long untilNanos() {
        return untilNanos;
    }

    /** The epoch that it has, or claims; 0 = none. */
    int epoch() {
        return epoch;
    }

    boolean isClaiming() {
        return epoch != 0 && !won;
    }

    /** Whether it may begin a claim. */
    boolean isFree(long nowNanos) {
        return epoch == 0 && nowNanos - notBeforeNanos >= 0;
    }

    /**
     * Begins to claim the feed. Its epoch is above all that it has heard of, and not below what the time of day says: so epochs go on
     * upwards even if all nodes were stopped, or all that remembered the last one.
     *
     * @param epochMs milliseconds since 1970
     */
    void claim(long epochMs, long nowNanos) {
        epoch = Math.max(highestKnown + 1, epochAt(epochMs));
        highestKnown = epoch;
        won = false;
        outvoted = false;
        claimedNanos = nowNanos;
    }

    /** The least epoch of a claim at a time; it lasts until 2043. */
    static int epochAt(long epochMs) {
        return (int) Math.max(1, Math.min((epochMs - EPOCHS_FROM_MS) / EPOCH_MS, Integer.MAX_VALUE / 2));
    }

    /**
     * Another node asks as well. Of two claims the one of the higher epoch goes on, else that of the node whose name comes first: if neither
     * gave way, each could have a vote that the other lacks.
     *
     * @return what is to be told to the voters if it gives way; null = it does not
     */
    Ask giveWay(String rival, int rivalEpoch, long pauseNanos, long nowNanos) {
        boolean first = rivalEpoch != epoch ? rivalEpoch > epoch : rival.compareTo(node) < 0;
        return isClaiming() && first ? giveUp(pauseNanos, nowNanos) : null;
    }

    /** What to ask in a round; null = nothing. */
    Ask ask(long round, long nowNanos) {
        if (epoch == 0 || outvoted) {
            return null;
        }
        rounds.put(round, new Tally(epoch, nowNanos));
        while (rounds.size() > REMEMBERED) {
            rounds.remove(rounds.firstKey());
        }
        return new Ask(feed, epoch);
    }

    /** A member has voted on what was asked in a round. */
    void voted(String voter, long round, Vote vote) {
        heardOf(vote.knownEpoch());
        Tally tally = rounds.get(round);
        if (tally == null || epoch == 0 || tally.epoch != epoch || vote.epoch() != epoch) {
            return; // of a claim that was given up
        }
        (vote.granted() ? tally.granted : tally.refused).add(voter);
        if (tally.granted.size() >= majority) {
            long until = tally.sentNanos + leaseNanos - leaseNanos / DRIFT_PART;
            if (!won || until - untilNanos > 0) {
                untilNanos = until;
            }
            won = true;
        } else if (members - tally.refused.size() < majority) {
            outvoted = true;
        }
    }

    /**
     * Whether what it asks for is lost: the votes went to another, or did not come in time. It is then to be given back; what is left
     * of a lease can still be used.
     */
    boolean isLost(long nowNanos) {
        return epoch != 0
                && !owns(nowNanos)
                && (outvoted || (won ? isOver(nowNanos) : nowNanos - claimedNanos > claimNanos));
    }

    /** A lease that has run out is asked for a while longer: perhaps the network was away, and nobody else has it. */
    private boolean isOver(long nowNanos) {
        return nowNanos - untilNanos > leaseNanos;
    }

    /**
     * Gives up what it has or claims. All nodes together begin fewer claims than the time of day has epochs, so that these do not run
     * ahead of it.
     *
     * @param pauseNanos it does not try again for at least so long
     * @return what is to be told to the voters; null = it had nothing
     */
    Ask giveUp(long pauseNanos, long nowNanos) {
        if (epoch == 0) {
            return null;
        }
        Ask given = new Ask(feed, epoch);
        epoch = 0;
        won = false;
        outvoted = false;
        untilNanos = nowNanos;
        notBeforeNanos =
                Math.max(nowNanos + pauseNanos, claimedNanos + members * TimeUnit.MILLISECONDS.toNanos(EPOCH_MS));
        rounds.clear();
        return given;
    }
}
