package io.firstline.http;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Sums figures of things that come and go, such as the messages of a slot's successive connections. Removed things stay
 * counted, so no total ever falls.
 */
final class RunningTotal {
    private final Map<String, long[]> lastSeen = new HashMap<>();
    private final Set<String> seen = new HashSet<>();
    private final long[] totals;

    /** Makes an empty total of this many figures. */
    RunningTotal(int figures) {
        this.totals = new long[figures];
    }

    /**
     * Adds the growth of one thing's figures since the last call. If the first figure shrank, all have restarted. If
     * another shrank, it was corrected, and counts again once it exceeds its former maximum.
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

    /** The sums. Things not seen since the last call are removed. */
    long[] sums() {
        lastSeen.keySet().retainAll(seen);
        seen.clear();
        return totals.clone();
    }

    /** The sum of the only figure. */
    long sum() {
        return sums()[0];
    }
}
