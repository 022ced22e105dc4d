package io.firstline.pool;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Streams that were subscribed and have to show data soon: an ack is not data. Where a venue names streams in its messages otherwise
 * than in its requests, only the silence of all of them is proof. Pure; times are nanoseconds of the monotonic clock.
 */
final class FirstData {
    static final long DEADLINE_NANOS = 10_000_000_000L;

    /** When a feed last saw a stream; also for streams that it has never seen. */
    interface Seen {
        /** Null if it was never seen. */
        Long lastNanos(String stream);
    }

    private final Map<String, Long> expectedSinceNanos = new HashMap<>();

    void expect(Collection<String> streams, long nowNanos) {
        streams.forEach(stream -> expectedSinceNanos.putIfAbsent(stream, nowNanos));
    }

    boolean expectsNothing() {
        return expectedSinceNanos.isEmpty();
    }

    void forget(Collection<String> streams) {
        expectedSinceNanos.keySet().removeAll(streams);
    }

    /**
     * The streams that have had their time and shown nothing, each told once.
     *
     * @param lastDataNanos when any stream last spoke, also one of another name; null = never
     * @param namesMatch some stream has been seen under the name that it was subscribed by
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
