package io.firstline.http;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Adds up figures of things that come and go, such as the messages of the connections that have had a seat one after the other. What
 * has gone stays counted, so no total ever falls.
 */
final class RunningTotal {
    private final Map<String, long[]> lastSeen = new HashMap<>();
    private final Set<String> seen = new HashSet<>();
    private final long[] totals;

    /** Of nothing yet: so many figures of each thing. */
    RunningTotal(int figures) {
        this.totals = new long[figures];
    }

    /**
     * The figures of one thing, which grew since they were last seen. Where the first shrank, all have begun anew. Another that shrank was
     * corrected: it counts on when it is greater than it has been.
     */
    void see(String key, long... figures) {
        long[] before = lastSeen.get(key);
        boolean goesOn = before != null && figures[0] >= before[0];
        long[] greatest = figures.clone();
        for (int i = 0; i < totals.length; i++) {
            if (goesOn) {
                greatest[i] = Math.max(before[i], figures[i]);
                totals[i] += greatest[i] - before[i];
            } else {
                totals[i] += figures[i];
            }
        }
        lastSeen.put(key, greatest);
        seen.add(key);
    }

    /** All that is there has been seen: what has not is forgotten. */
    long[] sums() {
        lastSeen.keySet().retainAll(seen);
        seen.clear();
        return totals.clone();
    }

    /** The same of the only figure. */
    long sum() {
        return sums()[0];
    }
}
