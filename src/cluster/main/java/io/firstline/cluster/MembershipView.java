package io.firstline.cluster;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** The present members, as far as this one hears them, and the feeds that they carry. Single-threaded. */
final class MembershipView {
    /** The others wait at most this much longer for a member whose process pauses at times. */
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final String self;
    /** All nodes that may own feeds. */
    private Collection<String> members;

    private final long goneNanos;
    private final Map<String, Heard> heard = new HashMap<>();
    /** The last process of each member that is proven to have ended. */
    private final Map<String, NodeRun> ended = new HashMap<>();

    private record Heard(
            long nanos, NodeRun run, long number, Map<String, NodeHeartbeat.Part> carries, long pauseNanos) {
        private Heard later(long byNanos) {
            return new Heard(nanos + byNanos, run, number, carries, pauseNanos);
        }
    }

    /**
     * Starts with this member alone.
     *
     * @param goneNanos a member that is silent for this long counts as absent
     */
    MembershipView(String self, Collection<String> members, long goneNanos) {
        this.self = self;
        this.members = members;
        this.goneNanos = goneNanos;
    }

    /** Replaces the members, which may come and go. */
    void members(Collection<String> now) {
        members = now;
        heard.keySet().retainAll(now);
        ended.keySet().retainAll(now);
    }

    void heard(NodeHeartbeat round, long nowNanos) {
        Heard last = heard.get(round.from());
        boolean isOvertaken = // by a younger one on another connection
                last != null && last.run().equals(round.run()) && round.number() < last.number();
        if (members.contains(round.from()) && !isOvertaken) {
            long pauseNanos = TimeUnit.MILLISECONDS.toNanos(round.pauseMs());
            heard.put(round.from(), new Heard(nowNanos, round.run(), round.number(), round.carries(), pauseNanos));
        }
    }

    /**
     * The process of another member has ended, which is proven. Ignored if another process runs the member since.
     *
     * @return whether that was not known
     */
    boolean ended(String member, NodeRun process) {
        return process.isKnown() && process.equals(run(member)) && !process.equals(ended.put(member, process));
    }

    /** Returns whether the last process of another member has ended. */
    boolean hasEnded(String member) {
        return hasEnded(member, run(member));
    }

    /** Returns whether a process of another member has ended; false if it is not the last one that did. */
    boolean hasEnded(String member, NodeRun process) {
        return process.isKnown() && process.equals(ended.get(member));
    }

    /** This process has paused. The others were not silent for that time. One that was heard since was silent since then. */
    void paused(long forNanos, long nowNanos) {
        heard.replaceAll((member, last) -> last.later(Math.min(forNanos, nowNanos - last.nanos())));
    }

    /** Returns the present members, this one included. */
    Set<String> present(long nowNanos) {
        TreeSet<String> present = new TreeSet<>();
        present.add(self);
        heard.forEach((member, last) -> {
            if (nowNanos - last.nanos() < goneNanos + Math.min(2 * last.pauseNanos(), LONGEST_PAUSE_NANOS)) {
                present.add(member);
            }
        });
        return present;
    }

    /** Returns whether more than half of the voters are present. */
    boolean isMajority(Collection<String> voters, long nowNanos) {
        Set<String> present = present(nowNanos);
        return voters.stream().filter(present::contains).count() > voters.size() / 2;
    }

    /** Returns whether another member could take over a feed without a loss. */
    boolean isWarm(String member, String feed) {
        return part(member, feed).warm();
    }

    /** Returns whether another member could take over a feed without a loss, but publishes late: it does not receive it now. */
    boolean isBehind(String member, String feed) {
        return part(member, feed).behind();
    }

    /** Returns whether another member receives a feed from the exchange. */
    boolean receives(String member, String feed) {
        return part(member, feed).receives();
    }

    /** Returns the highest epoch in which a feed was published, as far as another member knows; 0 = never. */
    int epoch(String member, String feed) {
        return part(member, feed).epoch();
    }

    /**
     * Returns whether another member receives messages of a feed that its owner does not publish, though the member has
     * heard everything that the owner has published.
     *
     * @param epoch of the owner
     * @param sequence the number of the last message that the owner has published
     */
    boolean isAhead(String member, String feed, int epoch, long sequence) {
        NodeHeartbeat.Part part = part(member, feed);
        return part.ahead() && part.epoch() == epoch && part.sequence() >= sequence;
    }

    /** Returns the fingerprint of another member's configuration of a feed; empty = not known. */
    String config(String member, String feed) {
        return part(member, feed).config();
    }

    /** Returns the process that runs another member; {@link NodeRun#UNKNOWN} if it has not named it. */
    NodeRun run(String member) {
        Heard last = heard.get(member);
        return last == null ? NodeRun.UNKNOWN : last.run();
    }

    /** Returns the time in which another member has received nothing from the exchange, nanoseconds. */
    long silentNanos(String member, String feed, long nowNanos) {
        Heard last = heard.get(member);
        return last == null
                ? 0
                : TimeUnit.MILLISECONDS.toNanos(part(member, feed).silentMs()) + nowNanos - last.nanos();
    }

    /** Returns the highest epoch in which a feed was published, as far as the other present members know; 0 = never. */
    int epochOf(String feed, long nowNanos) {
        return present(nowNanos).stream()
                .mapToInt(member -> epoch(member, feed))
                .max()
                .orElse(0);
    }

    /** The same of all members that were ever heard, present or not. */
    int knownEpoch(String feed) {
        return heard.keySet().stream()
                .mapToInt(member -> epoch(member, feed))
                .max()
                .orElse(0);
    }

    private NodeHeartbeat.Part part(String member, String feed) {
        Heard last = heard.get(member);
        return last == null ? NodeHeartbeat.Part.NONE : last.carries().getOrDefault(feed, NodeHeartbeat.Part.NONE);
    }

    boolean carries(String member, String feed) {
        Heard last = heard.get(member);
        return last != null && last.carries().containsKey(feed);
    }
}
