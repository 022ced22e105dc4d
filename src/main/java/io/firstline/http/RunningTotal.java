package io.firstline.http;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Adds up a figure of things that come and go, such as the messages of the connections that have had a seat one after the other. What
 * has gone stays counted, so the total never falls.
 */
final class RunningTotal {
    private final Map<String, Long> lastSeen = new HashMap<>();
    private final Set<String> seen = new HashSet<>();
    private long total;

    /** The figure of one thing, which grew since it was last seen. One that shrank has begun anew. */
    void see(String key, long figure) {
        long before = lastSeen.getOrDefault(key, 0L);
        total += figure >= before ? figure - before : figure;
        lastSeen.put(key, figure);
        seen.add(key);
    }

    /** All that is there has been seen: what has not is forgotten. */
    long sum() {
        lastSeen.keySet().retainAll(seen);
        seen.clear();
        return total;
    }
}
