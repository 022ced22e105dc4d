package io.firstline.testkit.book;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * Binance, {@code @depth}: the client keeps the events until it has a snapshot over REST, ignores events that are older
 * than the book, and applies the others, which follow each other without a hole.
 */
public final class BinanceBook extends BookBuilder {
    private final List<JsonNode> waiting = new ArrayList<>();
    private long lastUpdateId;
    private boolean hasApplied;

    /** Whether it has events and no snapshot. */
    boolean wantsSnapshot() {
        return book() == null && !waiting.isEmpty();
    }

    /**
     * Takes the answer of {@code /api/v3/depth}. Ask for it after the first event has come. Returns false if it is
     * older than that event: then ask again.
     */
    public boolean snapshot(String answer) {
        JsonNode json = read(answer);
        long id = json.path("lastUpdateId").asLong();
        if (waiting.isEmpty() || id + 1 < waiting.get(0).path("U").asLong()) {
            return false;
        }
        lastUpdateId = id;
        begin(json.path("bids"), json.path("asks"));
        List<JsonNode> kept = List.copyOf(waiting);
        waiting.clear();
        kept.forEach(this::follow);
        return true;
    }

    @Override
    boolean isOfBook(JsonNode message) {
        return event(message).path("e").asText().equals("depthUpdate");
    }

    @Override
    void apply(JsonNode message) {
        if (book() == null) {
            waiting.add(event(message));
        } else {
            follow(event(message));
        }
    }

    private void follow(JsonNode event) {
        long first = event.path("U").asLong();
        long last = event.path("u").asLong();
        if (last <= lastUpdateId) {
            return; // it is in the book
        }
        require(
                hasApplied ? first == lastUpdateId + 1 : first <= lastUpdateId + 1,
                "U must be " + (lastUpdateId + 1),
                event);
        book().apply(event.path("b"), event.path("a"));
        lastUpdateId = last;
        hasApplied = true;
    }

    private static JsonNode event(JsonNode message) {
        return message.has("data") ? message.path("data") : message;
    }
}
