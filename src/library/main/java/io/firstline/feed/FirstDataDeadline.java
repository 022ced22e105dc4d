package io.firstline.feed;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Subscribed streams that must deliver data soon: an ack is not data. A venue may use other stream names in its
 * messages than in its requests; then only the silence of all streams counts. Pure; times are nanoseconds of the
 * monotonic clock.
 */
final class FirstDataDeadline {
    static final long DEADLINE_NANOS = 10_000_000_000L;

    /** When a feed last received a stream. */
    interface Seen {
        /** Returns null if the stream was never received. */
        Long lastNanos(String stream);
    }

    private final Map<String, Long> expectedSinceNanos = new HashMap<>();

    void expect(Collection<String> streams, long nowNanos) {
        streams.forEach(stream -> expectedSinceNanos.putIfAbsent(stream, nowNanos));
    }

    boolean expectsNothing() {
        return expectedSinceNanos.isEmpty();
    }

    /** Whether a stream was subscribed a short time ago and has not delivered yet. */
    boolean expects(String stream) {
        return expectedSinceNanos.containsKey(stream);
    }

    void forget(Collection<String> streams) {
        expectedSinceNanos.keySet().removeAll(streams);
    }

    /**
     * Returns the streams that are overdue and have delivered nothing, each of them once.
     *
     * @param lastDataNanos when data of any stream last arrived, also of another name; null = never
     * @param namesMatch whether some stream was received under its subscribed name
     */
    List<String> overdue(Seen seen, Long lastDataNanos, boolean namesMatch, long nowNanos) {
        List<String> silent = new ArrayList<>();
        expectedSinceNanos.entrySet().removeIf(expected -> {
            long since = expected.getValue();
            Long last = seen.lastNanos(expected.getKey());
            if (last != null && last - since >= 0) {
                return true;
            }
            if (nowNanos - since < DEADLINE_NANOS) {
                return false;
            }
            if (namesMatch || lastDataNanos == null || lastDataNanos - since < 0) {
                silent.add(expected.getKey());
            }
            return true;
        });
        silent.sort(null);
        return silent;
    }
}
