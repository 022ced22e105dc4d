package io.firstline.bus;

import io.firstline.stream.FeedMessage;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import java.util.ArrayList;
import java.util.List;

/**
 * An answer to a question for messages: on the bus a {@code Buffer} of messages, each in the form of {@link FeedMessageCodec} with its
 * length before it, and the rest as headers of the same names.
 *
 * @param epochs who gave which numbers: {@link Epochs#toString()}
 * @param life another life is another run of the feed, which counts from 1 again
 * @param first the oldest number that is kept; 0 = none is
 * @param last the last number that was published
 * @param to the answer is about numbers up to this one: of those that were asked for, what is not here is not kept
 * @param missing how many those are
 * @param more whether there is more of what was asked for, beyond {@code to}
 */
record Resent(
        Epochs epochs,
        long life,
        long first,
        long last,
        long to,
        long missing,
        boolean more,
        List<FeedMessage> messages) {
    /** An answer has no more than this, or one message. */
    static final Amount BOUND = new Amount(1_024, 1 << 20);

    private static final FeedMessageCodec CODEC = new FeedMessageCodec();

    Resent {
        messages = List.copyOf(messages);
    }

    Buffer body() {
        Buffer body = Buffer.buffer();
        for (FeedMessage message : messages) {
            int start = body.length();
            body.appendInt(0);
            CODEC.encodeToWire(body, message);
            body.setInt(start, body.length() - start - Integer.BYTES);
        }
        return body;
    }

    DeliveryOptions headers() {
        return new DeliveryOptions()
                .addHeader("epochs", epochs.toString())
                .addHeader("life", Long.toString(life))
                .addHeader("first", Long.toString(first))
                .addHeader("last", Long.toString(last))
                .addHeader("to", Long.toString(to))
                .addHeader("missing", Long.toString(missing))
                .addHeader("more", Boolean.toString(more));
    }

    static Resent of(Message<Buffer> reply) {
        Buffer body = reply.body();
        List<FeedMessage> messages = new ArrayList<>();
        for (int at = 0; at < body.length(); at += Integer.BYTES + body.getInt(at)) {
            messages.add(CODEC.decodeFromWire(at + Integer.BYTES, body));
        }
        MultiMap headers = reply.headers();
        return new Resent(
                Epochs.parse(headers.get("epochs")),
                Long.parseLong(headers.get("life")),
                Long.parseLong(headers.get("first")),
                Long.parseLong(headers.get("last")),
                Long.parseLong(headers.get("to")),
                Long.parseLong(headers.get("missing")),
                Boolean.parseBoolean(headers.get("more")),
                messages);
    }
}
