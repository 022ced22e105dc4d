package io.firstline.http;

import io.vertx.core.json.JsonArray;
import java.util.ArrayDeque;
import java.util.Deque;

/** How many messages a feed published per second, for the last two minutes. Takes the time in nanoseconds of the monotonic clock. */
final class RateHistory {
    static final int SECONDS = 120;

    private final Deque<Long> rates = new ArrayDeque<>();
    private long published = -1;
    private long atNanos;

    /** Takes what the feed has published until now, about once a second. */
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

    /** Messages per second, lately; 0 before the second look. */
    long latest() {
        return rates.isEmpty() ? 0 : rates.peekLast();
    }

    JsonArray all() {
        JsonArray all = new JsonArray();
        rates.forEach(all::add);
        return all;
    }
}
