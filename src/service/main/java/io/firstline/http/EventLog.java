package io.firstline.http;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.Deque;

/** The last events of all feeds, numbered from 1. Not thread-safe. */
final class EventLog {
    static final int CAPACITY = 500;

    private final Deque<JsonObject> events = new ArrayDeque<>();
    private long newest;

    void add(JsonObject event) {
        events.addLast(event.copy().put("number", ++newest));
        if (events.size() > CAPACITY) {
            events.removeFirst();
        }
    }

    long newest() {
        return newest;
    }

    /** Events with a higher number, oldest first. Old events may be missing. */
    JsonArray after(long number) {
        JsonArray later = new JsonArray();
        events.stream().filter(event -> event.getLong("number") > number).forEach(later::add);
        return later;
    }
}
