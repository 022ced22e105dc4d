package io.firstline.stream;

import io.firstline.payload.Payload;
import io.firstline.payload.PayloadHash;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;

/**
 * One message of a merged stream.
 *
 * @param feed the feed's name
 * @param epoch grows with every node of a cluster that takes the feed over; 0 = the feed is not shared between nodes
 * @param sequence counts the feed's messages from 1 without holes: a consumer of the whole feed that sees a hole has lost something
 * @param connectionId the connection whose copy came first
 * @param receivedMicros when it came, microseconds since the epoch
 * @param key what tells the message from others of the feed by the venue's rules; 0 = its bytes do
 * @param payload the bytes as received; shared by all consumers of this node, so do not change it
 * @param text whether the server sent it as text
 * @param late younger messages of its stream had been published before it: exact if the venue numbers the stream's messages. Else it is
 *     true only if the connection that brought it is known to be behind in its stream, or in the feed if the venue names no streams;
 *     then false is no proof of order
 */
public record FeedMessage(
        String feed,
        int epoch,
        long sequence,
        String connectionId,
        long receivedMicros,
        long key,
        Buffer payload,
        boolean text,
        boolean late) {

    /** A message of a feed that is not shared between nodes, with no key. */
    public FeedMessage(
            String feed,
            long sequence,
            String connectionId,
            long receivedMicros,
            Buffer payload,
            boolean text,
            boolean late) {
        this(feed, 0, sequence, connectionId, receivedMicros, 0, payload, text, late);
    }

    /** Stands for the message: the same for all its copies on all nodes, and another for every other message of about the same time. */
    public long identity() {
        return key != 0 ? key : PayloadHash.of(new Payload().over(payload, text));
    }

    /** The payload as a string. */
    public String asText() {
        return payload.toString(StandardCharsets.UTF_8);
    }

    /** The same message under another feed's name and with another number. */
    public FeedMessage as(String otherFeed, long otherSequence) {
        return new FeedMessage(otherFeed, epoch, otherSequence, connectionId, receivedMicros, key, payload, text, late);
    }

    /** The same message as the node publishes it that has the feed in this epoch. */
    public FeedMessage in(int otherEpoch, long otherSequence) {
        return new FeedMessage(feed, otherEpoch, otherSequence, connectionId, receivedMicros, key, payload, text, late);
    }

    /** All fields as JSON: the payload as {@code text}, or as {@code base64} if it is binary. */
    public JsonObject toJson() {
        JsonObject json = new JsonObject()
                .put("feed", feed)
                .put("sequence", sequence)
                .put("connection", connectionId)
                .put("receivedMicros", receivedMicros);
        if (epoch != 0) {
            json.put("epoch", epoch);
        }
        if (late) {
            json.put("late", true);
        }
        return text
                ? json.put("text", asText())
                : json.put("base64", java.util.Base64.getEncoder().encodeToString(payload.getBytes()));
    }
}
