package io.firstline.cluster;

import com.dynatrace.hash4j.hashing.Hashing;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Decides which nodes carry which feed. Each feed orders the members by a hash, and the first present ones carry it.
 * So feeds are spread evenly, and a node that joins or leaves moves only its own feeds.
 */
final class Placement {
    private Placement() {}

    /** Returns all members in a feed's order of preference. */
    static List<String> order(String feed, Collection<String> members) {
        return members.stream()
                .sorted(Comparator.comparingLong((String member) -> draw(feed, member))
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
    }

    private static long draw(String feed, String member) {
        return Hashing.xxh3_64().hashCharsToLong(feed + "\n" + member);
    }

    /** Returns the present members that carry a feed, in the order in which they should own it. */
    static List<String> carriers(String feed, Collection<String> present, int replicas) {
        return order(feed, present).stream().limit(replicas).toList();
    }
}
