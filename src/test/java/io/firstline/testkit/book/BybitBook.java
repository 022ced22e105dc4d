package io.firstline.testkit.book;

import com.fasterxml.jackson.databind.JsonNode;

/** Bybit, {@code orderbook.50}: a snapshot, then deltas that are numbered one by one. */
public final class BybitBook extends BookBuilder {
    private long lastUpdate;

    @Override
    boolean isOfBook(JsonNode message) {
        return message.path("topic").asText().startsWith("orderbook.");
    }

    @Override
    void apply(JsonNode message) {
        JsonNode data = message.path("data");
        long update = data.path("u").asLong();
        if (message.path("type").asText().equals("snapshot")) {
            begin(data.path("b"), data.path("a"));
        } else {
            require(book() != null, "the first message must be a snapshot", message);
            require(update == lastUpdate + 1, "u must be " + (lastUpdate + 1), message);
            book().apply(data.path("b"), data.path("a"));
        }
        lastUpdate = update;
    }
}
