package io.firstline.cluster;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** The present members, as far as this one hears them, and the feeds that they carry. Single-threaded. */
final class MembershipView {
    private final String self;
    /** All nodes that may own feeds. */
    private Collection<String> members;

    private final long goneNanos;
    private final Map<String, Heard> heard = new HashMap<>();

    private record Heard(long nanos, Map<String, NodeHeartbeat.Part> carries) {}

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
    }

    void heard(NodeHeartbeat round, long nowNanos) {
        if (members.contains(round.from())) {
            heard.put(round.from(), new Heard(nowNanos, round.carries()));
        }
    }

    /** Returns the present members, this one included. */
    Set<String> present(long nowNanos) {
        TreeSet<String> present = new TreeSet<>();
        present.add(self);
        heard.forEach((member, last) -> {
            if (nowNanos - last.nanos() < goneNanos) {
                present.add(member);
            }
        });
        return present;
    }

    boolean isMajority(long nowNanos) {
        return present(nowNanos).size() > members.size() / 2;
    }

    /** Returns whether another member could take over a feed without a loss. */
    boolean isWarm(String member, String feed) {
        return part(member, feed).warm();
    }

    /** Returns whether another member receives a feed from the exchange. */
    boolean receives(String member, String feed) {
        return part(member, feed).receives();
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
                .mapToInt(member -> part(member, feed).epoch())
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
