package io.firstline.replay.retention;

import io.firstline.bus.FeedMessageCodec;
import io.firstline.bus.publish.RejectionLog;
import io.firstline.bus.publish.Volume;
import io.firstline.stream.FeedMessage;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import java.util.ArrayList;
import java.util.List;

/**
 * An answer to a request for messages. On the bus it is a {@code Buffer} of messages, each in the form of
 * {@link FeedMessageCodec} after its length; the other values are headers of the same names.
 *
 * @param epochs which owner assigned which numbers: {@link EpochHistory#toString()}
 * @param incarnation the run of the feed; another run counts from 1 again
 * @param first the oldest number that is kept; 0 = none
 * @param last the last published number
 * @param to the answer covers numbers up to this one: requested numbers that are not in it are not kept
 * @param missing how many requested numbers are not kept
 * @param more whether more was requested than fits, beyond {@code to}
 */
public record ReplayResponse(
        EpochHistory epochs,
        long incarnation,
        long first,
        long last,
        long to,
        long missing,
        boolean more,
        List<FeedMessage> messages) {
    /** The limit of an answer, unless it has a single message. */
    public static final Volume BOUND = new Volume(1_024, 1 << 20);

    private static final FeedMessageCodec CODEC = new FeedMessageCodec();

    public ReplayResponse {
        messages = List.copyOf(messages);
    }

    public Buffer body() {
        Buffer body = Buffer.buffer();
        for (FeedMessage message : messages) {
            int start = body.length();
            body.appendInt(0);
            CODEC.encodeToWire(body, message);
            body.setInt(start, body.length() - start - Integer.BYTES);
        }
        return body;
    }

    public DeliveryOptions headers() {
        return new DeliveryOptions()
                .addHeader("epochs", epochs.toString())
                .addHeader("life", Long.toString(incarnation))
                .addHeader("first", Long.toString(first))
                .addHeader("last", Long.toString(last))
                .addHeader("to", Long.toString(to))
                .addHeader("missing", Long.toString(missing))
                .addHeader("more", Boolean.toString(more));
    }

    /** Reads an answer; throws {@link IllegalArgumentException} if it is invalid. */
    public static ReplayResponse of(Message<?> reply) {
        Buffer body = RejectionLog.body(reply, Buffer.class);
        MultiMap headers = reply.headers();
        return new ReplayResponse(
                EpochHistory.parse(header(headers, "epochs")),
                number(headers, "life"),
                number(headers, "first"),
                number(headers, "last"),
                number(headers, "to"),
                number(headers, "missing"),
                Boolean.parseBoolean(headers.get("more")),
                messages(body));
    }

    /** Reads the body of an answer; throws {@link IllegalArgumentException} if it is invalid. */
    public static List<FeedMessage> messages(Buffer body) {
        List<FeedMessage> messages = new ArrayList<>();
        int at = 0;
        while (at < body.length()) {
            int rest = body.length() - at - Integer.BYTES;
            int length = rest > 0 ? body.getInt(at) : -1;
            if (length <= 0 || length > rest) {
                throw new IllegalArgumentException("found a message of " + length + " bytes, allowed: 1 to " + rest);
            }
            messages.add(CODEC.decodeFromWire(at + Integer.BYTES, body));
            at += Integer.BYTES + length;
        }
        return messages;
    }

    private static String header(MultiMap headers, String name) {
        String value = headers.get(name);
        if (value == null) {
            throw new IllegalArgumentException("found no header " + name);
        }
        return value;
    }

    private static long number(MultiMap headers, String name) {
        return Long.parseLong(header(headers, name)); // throws a subclass of IllegalArgumentException
    }
}
