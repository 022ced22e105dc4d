package io.firstline.pool;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Counts failures by cause and says which one is news: each cause once until the feed has been whole for a while. A server that accepts
 * and cuts at once would else be news at every attempt. Pure, not thread-safe; times are nanoseconds of the monotonic clock.
 */
final class FailureLog {
    /** A server may close with any code and refuse with any status: causes beyond this many are counted together. */
    static final int MAX_CAUSES = 64;

    static final String OTHER = "other";

    private final long stableNanos;
    private final Map<String, Long> counts = new TreeMap<>();
    private final Set<String> told = new HashSet<>();
    private boolean whole;
    private long wholeSinceNanos;

    /**
     * Begins without a failure.
     *
     * @param stableNanos a feed that was whole for so long has recovered: what fails next is news again
     */
    FailureLog(long stableNanos) {
        this.stableNanos = stableNanos;
    }

    /** Counts a failure; true if its cause was not told since the feed last recovered. */
    boolean isNews(String cause, long nowNanos) {
        String counted = counts.containsKey(cause) || counts.size() < MAX_CAUSES ? cause : OTHER;
        counts.merge(counted, 1L, Long::sum);
        return isFirst(counted, nowNanos);
    }

    /** True if this was not said since the feed last recovered. */
    boolean isFirst(String saying, long nowNanos) {
        if (whole && nowNanos - wholeSinceNanos >= stableNanos) {
            told.clear();
        }
        return told.add(saying);
    }

    /** The feed has all its connections, or has not. */
    void whole(boolean isWhole, long nowNanos) {
        if (isWhole && !whole) {
            wholeSinceNanos = nowNanos;
        }
        whole = isWhole;
    }

    /** The feed starts anew: everything is news. */
    void restart() {
        told.clear();
        whole = false;
    }

    Map<String, Long> counts() {
        return Map.copyOf(counts);
    }
}
