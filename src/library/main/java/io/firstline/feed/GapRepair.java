package io.firstline.feed;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Decides when a stream is subscribed again, so that the venue sends a snapshot of it: after a gap that no connection has
 * healed, one stream at a time, and each at most once in {@value #EVERY_S} seconds. Pure; times are nanoseconds of the
 * monotonic clock.
 */
final class GapRepair {
    static final long EVERY_S = 30;

    private static final long EVERY_NANOS = EVERY_S * 1_000_000_000L;

    /** The streams with a lost gap, and when it was found. */
    private final Map<String, Long> due = new LinkedHashMap<>();

    private final Map<String, Long> lastNanos = new LinkedHashMap<>();

    /** Numbers of a stream are lost. */
    void lost(String stream, long nowNanos) {
        due.putIfAbsent(stream, nowNanos);
    }

    boolean isIdle() {
        return due.isEmpty();
    }

    /** Returns the stream that is subscribed again now; null = none. It is not returned again for the same gap. */
    String next(long nowNanos) {
        Iterator<String> streams = due.keySet().iterator();
        while (streams.hasNext()) {
            String stream = streams.next();
            Long last = lastNanos.get(stream);
            if (last == null || nowNanos - last >= EVERY_NANOS) {
                streams.remove();
                lastNanos.put(stream, nowNanos);
                return stream;
            }
        }
        return null;
    }
}
