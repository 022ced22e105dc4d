package io.firstline.cluster;

import com.dynatrace.hash4j.hashing.Hashing;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Which nodes carry which feed: each feed has the members in an order of its own, drawn by hashing, and the first that are there carry
 * it. So feeds are spread evenly, and a node that comes or goes moves no feed but its own.
 */
final class Placement {
    private Placement() {}

    /** All members in a feed's order of preference. */
    static List<String> order(String feed, Collection<String> members) {
        return members.stream()
                .sorted(Comparator.comparingLong((String member) -> draw(feed, member))
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
    }

    private static long draw(String feed, String member) {
        return Hashing.xxh3_64().hashCharsToLong(feed + "\n" + member);
    }

    /** Who of those that are there carries a feed, in the order in which they are to own it. */
    static List<String> carriers(String feed, Collection<String> present, int replicas) {
        return order(feed, present).stream().limit(replicas).toList();
    }
}
