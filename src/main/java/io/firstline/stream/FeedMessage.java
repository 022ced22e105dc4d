package io.firstline.stream;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;

/**
 * One message of a merged stream.
 *
 * @param feed the feed's name
 * @param sequence counts the feed's messages from 1 without holes: a consumer of the whole feed that sees a hole has lost something
 * @param connectionId the connection whose copy came first
 * @param receivedMicros when it came, microseconds since the epoch
 * @param payload the bytes as received; shared by all consumers of this node, so do not change it
 * @param text whether the server sent it as text
 * @param late younger messages had been published before it
 */
public record FeedMessage(
        String feed,
        long sequence,
        String connectionId,
        long receivedMicros,
        Buffer payload,
        boolean text,
        boolean late) {

    /** The payload as a string. */
    public String asText() {
        return payload.toString(StandardCharsets.UTF_8);
    }

    /** The same message under another feed's name and with another number. */
    public FeedMessage as(String otherFeed, long otherSequence) {
        return new FeedMessage(otherFeed, otherSequence, connectionId, receivedMicros, payload, text, late);
    }

    /** All fields as JSON: the payload as {@code text}, or as {@code base64} if it is binary. */
    public JsonObject toJson() {
        JsonObject json = new JsonObject()
                .put("feed", feed)
                .put("sequence", sequence)
                .put("connection", connectionId)
                .put("receivedMicros", receivedMicros);
        if (late) {
            json.put("late", true);
        }
        return text
                ? json.put("text", asText())
                : json.put("base64", java.util.Base64.getEncoder().encodeToString(payload.getBytes()));
    }
}
