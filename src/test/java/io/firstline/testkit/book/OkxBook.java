package io.firstline.testkit.book;

import com.fasterxml.jackson.databind.JsonNode;

/** OKX, {@code books}: a snapshot, then each update names the seqId that it follows. */
public final class OkxBook extends BookBuilder {
    private long lastSeqId;

    @Override
    boolean isOfBook(JsonNode message) {
        return message.path("arg").path("channel").asText().equals("books") && message.has("data");
    }

    @Override
    void apply(JsonNode message) {
        JsonNode data = message.path("data").path(0);
        long previous = data.path("prevSeqId").asLong();
        if (message.path("action").asText().equals("snapshot")) {
            require(previous == -1, "a snapshot follows nothing", message);
            begin(data.path("bids"), data.path("asks"));
        } else {
            require(book() != null, "the first message must be a snapshot", message);
            require(previous == lastSeqId, "prevSeqId must be " + lastSeqId, message);
            book().apply(data.path("bids"), data.path("asks"));
        }
        lastSeqId = data.path("seqId").asLong();
    }
}
