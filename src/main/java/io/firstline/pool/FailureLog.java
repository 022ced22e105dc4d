package io.firstline.pool;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Counts failures by cause and says which one is news: each cause once until the feed is whole again. Not thread-safe. */
final class FailureLog {
    private final Map<String, Long> counts = new TreeMap<>();
    private final Set<String> told = new HashSet<>();

    /** Counts a failure; true if its cause was not told since the feed was last whole. */
    boolean isNews(String cause) {
        counts.merge(cause, 1L, Long::sum);
        return told.add(cause);
    }

    /** The feed is whole: what fails next is news again. */
    void recovered() {
        told.clear();
    }

    Map<String, Long> counts() {
        return Map.copyOf(counts);
    }
}
