package io.firstline.service;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How many log lines of a kind are written within a second; the others are counted. Pure, not thread-safe; times are milliseconds of any
 * clock, which may be set back.
 */
final class LineLimit {
    /** More kinds within a second are counted by logger: some libraries make a kind of its own of every line. */
    static final int MOST_KINDS = 256;

    private static final long WINDOW_MS = 1_000;

    private final int mostLines;
    private final Map<String, long[]> lines = new LinkedHashMap<>();
    private long sinceMs;

    /**
     * Begins to count.
     *
     * @param mostLines of one kind within a second
     */
    LineLimit(int mostLines) {
        this.mostLines = mostLines;
    }

    /**
     * Counts a line; whether it is written.
     *
     * @param kind the same for lines that differ only in their arguments
     */
    boolean isWritten(String logger, String kind) {
        String counted = lines.containsKey(kind) || lines.size() < MOST_KINDS ? kind : "a line of " + logger;
        return ++lines.computeIfAbsent(counted, k -> new long[1])[0] <= mostLines;
    }

    /** Whether a second is over since the counting began anew. */
    boolean isOver(long nowMs) {
        return nowMs < sinceMs || nowMs - sinceMs >= WINDOW_MS;
    }

    /** How many lines of each kind were not written; counting begins anew. */
    Map<String, Long> leftOut(long nowMs) {
        Map<String, Long> leftOut = new LinkedHashMap<>();
        lines.forEach((kind, count) -> {
            if (count[0] > mostLines) {
                leftOut.put(kind, count[0] - mostLines);
            }
        });
        lines.clear();
        sinceMs = nowMs;
        return leftOut;
    }
}
