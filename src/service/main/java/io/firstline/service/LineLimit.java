package io.firstline.service;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Limits how many log lines of one kind are written within a second, and counts the others. Pure, not thread-safe.
 * Times are milliseconds of any clock; the clock may be set back.
 */
final class LineLimit {
    /**
     * Lines of further kinds within a second are counted per logger: some libraries build a new text for every line.
     */
    static final int MOST_KINDS = 256;

    private static final long WINDOW_MS = 1_000;

    private final int mostLines;
    private final Map<String, long[]> lines = new LinkedHashMap<>();
    private long sinceMs;

    /**
     * Creates a limit.
     *
     * @param mostLines the number of lines of one kind that are written within a second
     */
    LineLimit(int mostLines) {
        this.mostLines = mostLines;
    }

    /**
     * Counts a line; returns whether to write it.
     *
     * @param kind equal for lines that differ only in their arguments
     */
    boolean isWritten(String logger, String kind) {
        String counted = lines.containsKey(kind) || lines.size() < MOST_KINDS ? kind : "a line of " + logger;
        return ++lines.computeIfAbsent(counted, k -> new long[1])[0] <= mostLines;
    }

    /** Returns whether the current second is over. */
    boolean isOver(long nowMs) {
        return nowMs < sinceMs || nowMs - sinceMs >= WINDOW_MS;
    }

    /** Returns how many lines of each kind were not written, and starts the next second. */
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
