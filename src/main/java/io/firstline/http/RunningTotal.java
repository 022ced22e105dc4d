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

    /** The figures of one thing, which grew since they were last seen. Where one shrank, all have begun anew. */
    void see(String key, long... figures) {
        long[] before = lastSeen.put(key, figures);
        boolean goesOn = before != null && noneShrank(before, figures);
        for (int i = 0; i < totals.length; i++) {
            totals[i] += goesOn ? figures[i] - before[i] : figures[i];
        }
        seen.add(key);
    }

    private static boolean noneShrank(long[] before, long[] figures) {
        for (int i = 0; i < before.length; i++) {
            if (figures[i] < before[i]) {
                return false;
            }
        }
        return true;
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
