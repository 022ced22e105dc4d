package io.firstline.http;

import io.firstline.bus.Addresses;
import io.firstline.bus.FeedBatch;
import io.firstline.stream.FeedMessage;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Shows the newest messages of one feed to one browser. It is an ordinary consumer of the feed: if it is too slow it
 * loses messages, and it delays nobody. Between two updates it keeps the last {@value #SHOWN} messages and inspects at
 * most {@value #LOOKS}. Runs on one event loop.
 */
final class Tail {
    static final int SHOWN = 40;
    static final int LOOKS = 5_000;
    private static final int LONGEST = 2_000;

    private final ServerSentEvents listener;
    private final String filter;
    private final MessageConsumer<Object> consumer;
    private final Deque<Object> newest = new ArrayDeque<>();
    private long passed;
    private long matched;
    private int looks;

    /**
     * Starts reading.
     *
     * @param filter text that a message must contain; empty = any message
     */
    Tail(Vertx vertx, String feed, String filter, ServerSentEvents listener) {
        this.listener = listener;
        this.filter = filter;
        this.consumer = vertx.eventBus().localConsumer(Addresses.feed(feed), this::read);
    }

    private void read(Message<Object> message) {
        if (message.body() instanceof FeedBatch batch) {
            batch.messages().forEach(this::see);
        } else {
            see(message.body());
        }
    }

    private void see(Object body) {
        passed++;
        if (!filter.isEmpty() && (looks++ >= LOOKS || !text(body).contains(filter))) {
            return;
        }
        matched++;
        newest.addLast(body);
        if (newest.size() > SHOWN) {
            newest.removeFirst();
        }
    }

    /** Sends the messages since the last call. */
    void send() {
        if (!listener.isReady()) {
            return;
        }
        JsonArray messages = new JsonArray();
        newest.forEach(body -> messages.add(shown(body)));
        newest.clear();
        listener.send(new JsonObject()
                .put("passed", passed)
                .put("matched", matched)
                .put("messages", messages)
                .encode());
        passed = 0;
        matched = 0;
        looks = 0;
    }

    void close() {
        consumer.unregister();
        listener.end();
    }

    private static JsonObject shown(Object body) {
        String text = text(body);
        JsonObject shown =
                new JsonObject().put("text", text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text);
        if (body instanceof FeedMessage message) {
            shown.put("sequence", message.sequence())
                    .put("connection", message.connectionId())
                    .put("micros", message.receivedMicros());
        } else if (body instanceof JsonObject message) {
            shown.put("sequence", message.getLong("sequence"))
                    .put("connection", message.getString("connection"))
                    .put("micros", message.getLong("receivedMicros"));
        }
        return shown;
    }

    /** The payload, whatever body the feed publishes. */
    private static String text(Object body) {
        if (body instanceof FeedMessage message) {
            return message.asText();
        }
        if (body instanceof JsonObject message) {
            return message.getString("text", message.getString("base64"));
        }
        return body instanceof Buffer payload ? payload.toString() : String.valueOf(body);
    }
}
