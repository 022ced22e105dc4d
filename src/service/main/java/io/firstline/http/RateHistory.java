package io.firstline.http;

import io.vertx.core.json.JsonArray;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A feed's publishing rate, in messages per second, over the last two minutes. Takes the time in nanoseconds of the
 * monotonic clock.
 */
final class RateHistory {
    static final int SECONDS = 120;

    private final Deque<Long> rates = new ArrayDeque<>();
    private long published = -1;
    private long atNanos;

    /** Records the number of published messages so far; call it about once a second. */
    void see(long publishedSoFar, long nowNanos) {
        if (published >= 0 && nowNanos > atNanos) {
            rates.addLast(Math.round(Math.max(0, publishedSoFar - published) * 1e9 / (nowNanos - atNanos)));
        }
        if (rates.size() > SECONDS) {
            rates.removeFirst();
        }
        published = publishedSoFar;
        atNanos = nowNanos;
    }

    /** The latest rate in messages per second; 0 before the second call of {@link #see}. */
    long latest() {
        return rates.isEmpty() ? 0 : rates.peekLast();
    }

    JsonArray all() {
        JsonArray all = new JsonArray();
        rates.forEach(all::add);
        return all;
    }
}
