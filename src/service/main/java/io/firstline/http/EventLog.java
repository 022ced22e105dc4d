package io.firstline.http;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The last events of all feeds, numbered from 1. The log is bounded: the feed with the most events loses its oldest one.
 * Not thread-safe.
 */
final class EventLog {
    static final int CAPACITY = 2_000;

    private final Map<String, Deque<JsonObject>> events = new HashMap<>();
    private int size;
    private long newest;

    void add(String feed, JsonObject event) {
        events.computeIfAbsent(feed, name -> new ArrayDeque<>())
                .addLast(event.copy().put("number", ++newest));
        if (++size > CAPACITY) {
            events.values().stream().max(Comparator.comparingInt(Deque::size)).ifPresent(Deque::removeFirst);
            size--;
        }
    }

    void forget(String feed) {
        Deque<JsonObject> forgotten = events.remove(feed);
        size -= forgotten == null ? 0 : forgotten.size();
    }

    long newest() {
        return newest;
    }

    /** Events of all feeds with a higher number, oldest first. Old events may be missing. */
    JsonArray after(long number) {
        return array(events.values().stream()
                .flatMap(ofFeed -> ofFeed.stream().filter(event -> event.getLong("number") > number))
                .sorted(Comparator.comparingLong(event -> event.getLong("number"))));
    }

    /** Events of one feed with a higher number, oldest first. Old events may be missing. */
    JsonArray after(long number, String feed) {
        return array(events.getOrDefault(feed, new ArrayDeque<>()).stream()
                .filter(event -> event.getLong("number") > number));
    }

    private static JsonArray array(Stream<JsonObject> found) {
        JsonArray later = new JsonArray();
        found.forEach(later::add);
        return later;
    }
}
