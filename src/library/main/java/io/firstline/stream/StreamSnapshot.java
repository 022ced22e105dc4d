package io.firstline.stream;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Base64;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The whole state of one stream of a feed, such as an order book, and its place in the merged stream: the messages of the
 * stream with a greater sequence continue it, except those in {@code inside}.
 *
 * @param stream as {@link FeedMessage#stream} names it
 * @param epoch of the feed's owner, as in {@link FeedMessage}
 * @param sequence the last message of the feed before which everything is inside the snapshot
 * @param inside the greater sequences of late messages of the stream that are inside the snapshot too: leave them out
 * @param payload the venue's message as it sent it, or the text that its profile decodes from it; do not change it
 * @param text whether the venue sent it as text, or it was decoded
 */
public record StreamSnapshot(String stream, int epoch, long sequence, Set<Long> inside, Buffer payload, boolean text) {
    public StreamSnapshot {
        inside = Set.copyOf(inside);
    }

    /** Whether a message of the feed continues it; false = it is inside, or of another stream. */
    public boolean isContinuedBy(FeedMessage message) {
        return stream.equals(message.stream()) && message.sequence() > sequence && !inside.contains(message.sequence());
    }

    /** All fields; the payload is in {@code text}, or in {@code base64} if it is binary. */
    public JsonObject toJson() {
        JsonObject json = new JsonObject()
                .put("stream", stream)
                .put("epoch", epoch)
                .put("sequence", sequence)
                .put("inside", new JsonArray(inside.stream().sorted().toList()));
        return text
                ? json.put("text", payload.toString())
                : json.put("base64", Base64.getEncoder().encodeToString(payload.getBytes()));
    }

    /** Reads what {@link #toJson} has written; throws an {@link IllegalArgumentException} or a {@link ClassCastException} for anything else. */
    public static StreamSnapshot of(JsonObject json) {
        boolean text = json.containsKey("text");
        String payload = json.getString(text ? "text" : "base64");
        if (payload == null || json.getString("stream") == null) {
            throw new IllegalArgumentException("found no snapshot, but " + json.fieldNames());
        }
        return new StreamSnapshot(
                json.getString("stream"),
                json.getInteger("epoch", 0),
                json.getLong("sequence"),
                json.getJsonArray("inside", new JsonArray()).stream()
                        .map(each -> ((Number) each).longValue())
                        .collect(Collectors.toSet()),
                text
                        ? Buffer.buffer(payload)
                        : Buffer.buffer(Base64.getDecoder().decode(payload)),
                text);
    }
}
