package io.firstline.feed;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Counts failures by cause and decides which one to report: each cause once until the feed has had all its
 * connections for a while. Otherwise a server that accepts and closes at once would be reported at every attempt.
 * Pure, not thread-safe; times are nanoseconds of the monotonic clock.
 */
final class FailureLog {
    /** A server may use any close code and any HTTP status, so further causes are counted together. */
    static final int MAX_CAUSES = 64;

    static final String OTHER = "other";

    private final long stableNanos;
    private final Map<String, Long> counts = new TreeMap<>();
    private final Set<String> reported = new HashSet<>();
    private boolean whole;
    private long wholeSinceNanos;
    private String last = "";

    /**
     * Starts without a failure.
     *
     * @param stableNanos a feed that had all its connections for this long has recovered: its next failure is
     *     reported again
     */
    FailureLog(long stableNanos) {
        this.stableNanos = stableNanos;
    }

    /** Counts a failure; returns true if its cause was not reported since the feed last recovered. */
    boolean isNews(String cause, long nowNanos) {
        String counted = counts.containsKey(cause) || counts.size() < MAX_CAUSES ? cause : OTHER;
        counts.merge(counted, 1L, Long::sum);
        return isFirst(counted, nowNanos);
    }

    /** Returns true if this was not reported since the feed last recovered. */
    boolean isFirst(String saying, long nowNanos) {
        if (whole && nowNanos - wholeSinceNanos >= stableNanos) {
            reported.clear();
        }
        return reported.add(saying);
    }

    /** Sets whether the feed has all its connections. */
    void whole(boolean isWhole, long nowNanos) {
        if (isWhole && !whole) {
            wholeSinceNanos = nowNanos;
        }
        whole = isWhole;
        last = isWhole ? "" : last;
    }

    /** The feed starts again: every cause is reported again. */
    void restart() {
        reported.clear();
        whole = false;
        last = "";
    }

    /** An attempt failed or a connection was lost. */
    void last(String what) {
        last = what;
    }

    /** Returns the last failed attempt or lost connection; empty while the feed has all its connections. */
    String last() {
        return last;
    }

    /** Returns failed attempts and lost connections, by cause. */
    Map<String, Long> counts() {
        return Map.copyOf(counts);
    }
}
