package io.firstline.stream;

import io.firstline.payload.Payload;
import io.firstline.payload.PayloadHash;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * One message of a merged stream.
 *
 * @param feed the feed's name
 * @param epoch the owner's term, larger for each new owner in a cluster; 0 = the feed is not shared between nodes
 * @param sequence counts the feed's messages from 1 without holes: a hole means that a consumer of the whole feed lost
 *     messages
 * @param connectionId the connection that delivered the first copy
 * @param receivedMicros arrival time, microseconds since the Unix epoch
 * @param stream the name of its stream: the value at the feed's {@code streamPointer}, or else as the venue's profile
 *     names it; null = neither names it. Messages of one stream share the instance
 * @param identity what makes two copies the same message, as the arbiter compares them: equal for all copies on all
 *     nodes, and different from that of every other message of about the same time. A 64-bit hash of the venue's key,
 *     or, without one, of the bytes. A message made with 0 hashes its bytes at each call
 * @param bytes the payload: the bytes as received, or the text that a venue's profile decodes from them; shared by all
 *     consumers of this node, so do not change them
 * @param text whether the server sent it as text, or it was decoded
 * @param late whether younger messages of its stream were published before it: exact if the venue numbers the stream's
 *     messages. Otherwise true only if its connection is known to be behind in this stream, or in the feed if the venue
 *     names no streams; then false does not prove the order
 */
@SuppressWarnings("ArrayRecordComponent") // equals compares the bytes; a buffer around them is 80 bytes a message
public record FeedMessage(
        String feed,
        int epoch,
        long sequence,
        String connectionId,
        long receivedMicros,
        String stream,
        long identity,
        byte[] bytes,
        boolean text,
        boolean late) {

    @Override
    public long identity() {
        return identity != 0 ? identity : PayloadHash.of(new Payload().over(bytes, 0, bytes.length, text));
    }

    /** Makes a message of a feed that is not shared between nodes, identified by its bytes, without a stream. */
    public FeedMessage(
            String feed,
            long sequence,
            String connectionId,
            long receivedMicros,
            Buffer payload,
            boolean text,
            boolean late) {
        this(feed, 0, sequence, connectionId, receivedMicros, null, 0, payload, text, late);
    }

    /** Makes a message whose payload is in a buffer; not copied if the buffer is an array's whole content. */
    public FeedMessage(
            String feed,
            int epoch,
            long sequence,
            String connectionId,
            long receivedMicros,
            String stream,
            long identity,
            Buffer payload,
            boolean text,
            boolean late) {
        this(
                feed,
                epoch,
                sequence,
                connectionId,
                receivedMicros,
                stream,
                identity,
                new Payload().over(payload, text).toBytes(),
                text,
                late);
    }

    /**
     * The payload as a buffer over {@link #bytes()}. Each call makes one, so that a message that is kept is smaller:
     * call it once.
     */
    public Buffer payload() {
        return Payload.buffer(bytes);
    }

    /** The length of the payload in bytes. */
    public int length() {
        return bytes.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FeedMessage that
                && sequence == that.sequence
                && epoch == that.epoch
                && receivedMicros == that.receivedMicros
                && text == that.text
                && late == that.late
                && feed.equals(that.feed)
                && connectionId.equals(that.connectionId)
                && Objects.equals(stream, that.stream)
                && Arrays.equals(bytes, that.bytes)
                && identity() == that.identity();
    }

    @Override
    public int hashCode() {
        return Long.hashCode(sequence);
    }

    /** The payload as a string. */
    public String asText() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** A copy of this message with another feed's name and another sequence number. */
    public FeedMessage as(String otherFeed, long otherSequence) {
        return new FeedMessage(
                otherFeed, epoch, otherSequence, connectionId, receivedMicros, stream, identity, bytes, text, late);
    }

    /** A copy of this message with the epoch and the sequence number of the node that publishes it. */
    public FeedMessage in(int otherEpoch, long otherSequence) {
        return new FeedMessage(
                feed, otherEpoch, otherSequence, connectionId, receivedMicros, stream, identity, bytes, text, late);
    }

    /**
     * A copy of this message with the number of a subscription that merges several nodes.
     *
     * @param wasLate whether it arrived there after younger ones
     */
    public FeedMessage merged(long otherSequence, boolean wasLate) {
        return new FeedMessage(
                feed, 0, otherSequence, connectionId, receivedMicros, stream, identity, bytes, text, late || wasLate);
    }

    /** All fields but the identity as JSON; {@code stream} only if it has one. The payload is in {@code text}, or in {@code base64} if it is binary. */
    public JsonObject toJson() {
        JsonObject json = new JsonObject()
                .put("feed", feed)
                .put("sequence", sequence)
                .put("connection", connectionId)
                .put("receivedMicros", receivedMicros);
        if (epoch != 0) {
            json.put("epoch", epoch);
        }
        if (stream != null) {
            json.put("stream", stream);
        }
        if (late) {
            json.put("late", true);
        }
        return text
                ? json.put("text", asText())
                : json.put("base64", java.util.Base64.getEncoder().encodeToString(bytes));
    }
}
