package io.firstline.integration;

import io.firstline.bus.Addresses;
import io.firstline.bus.FeedMessageCodec;
import io.firstline.stream.FeedMessage;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * A consumer of a feed on a node that does not carry it, with the least that one must do to see each message once: it drops what comes
 * from former owners, leaves out what the one before had told it already, and asks for what is missing.
 */
@SuppressWarnings("NonAtomicVolatileUpdate") // one writer: its context
final class Follower {
    private static final int REMEMBERED = 60_000;
    private static final FeedMessageCodec CODEC = new FeedMessageCodec();

    private record Seen(long sequence, long identity) {}

    private final Vertx vertx;
    private final String feed;
    private final Consumer<FeedMessage> take;
    private final MessageConsumer<FeedMessage> consumer;
    private final Deque<Seen> seen = new ArrayDeque<>();
    private final Deque<FeedMessage> waiting = new ArrayDeque<>();
    private Map<Long, Integer> repeats = new HashMap<>();
    private int epoch;
    private long last;
    private boolean asking;

    volatile long holes;
    volatile long filled;
    volatile long repeated;
    volatile long stale;
    /** When the owner's first message came, by epoch. */
    final Map<Integer, Long> beganNanos = new ConcurrentHashMap<>();

    Follower(Vertx vertx, String feed, Consumer<FeedMessage> take) {
        this.vertx = vertx;
        this.feed = feed;
        this.take = take;
        this.consumer = vertx.eventBus().consumer(Addresses.feed(feed), this::receive);
    }

    MessageConsumer<FeedMessage> consumer() {
        return consumer;
    }

    private void receive(Message<FeedMessage> delivery) {
        waiting.add(delivery.body());
        drain();
    }

    private void drain() {
        while (!asking && !waiting.isEmpty()) {
            FeedMessage message = waiting.peek();
            if (message.epoch() < epoch) {
                stale++;
                waiting.poll();
            } else if (epoch != 0 && message.sequence() > last + 1 && message.epoch() >= epoch) {
                holes++;
                ask(last + 1, message.sequence() - 1, message);
            } else {
                waiting.poll();
                accept(message);
            }
        }
    }

    /** A hole is filled before anything that comes after it. */
    private void ask(long from, long to, FeedMessage next) {
        asking = true;
        vertx.eventBus()
                .<Buffer>request(
                        Addresses.resend(feed),
                        new JsonObject().put("from", from).put("to", to).put("epoch", next.epoch()),
                        new DeliveryOptions().setSendTimeout(500))
                .onComplete(reply -> {
                    asking = false;
                    if (reply.succeeded()) {
                        List<FeedMessage> messages = messages(reply.result().body());
                        filled += messages.size();
                        for (FeedMessage message : messages) {
                            if (message.epoch() >= epoch) {
                                accept(message);
                            }
                        }
                        last = to;
                        drain();
                    } else {
                        vertx.setTimer(20, t -> drain());
                    }
                });
    }

    private static List<FeedMessage> messages(Buffer body) {
        List<FeedMessage> messages = new ArrayList<>();
        for (int at = 0; at < body.length(); at += Integer.BYTES + body.getInt(at)) {
            messages.add(CODEC.decodeFromWire(at + Integer.BYTES, body));
        }
        return messages;
    }

    private void accept(FeedMessage message) {
        if (message.epoch() > epoch) {
            epoch = message.epoch();
            beganNanos.put(epoch, System.nanoTime());
            repeats = new HashMap<>();
            for (Seen before : seen) {
                if (before.sequence() >= message.sequence()) {
                    repeats.merge(before.identity(), 1, Integer::sum);
                }
            }
        } else if (message.sequence() <= last) {
            stale++;
            return;
        }
        last = message.sequence();
        long identity = message.identity();
        Integer told = repeats.get(identity);
        if (told != null) {
            repeats.put(identity, told - 1);
            if (told == 1) {
                repeats.remove(identity);
            }
            repeated++;
            return;
        }
        seen.add(new Seen(message.sequence(), identity));
        if (seen.size() > REMEMBERED) {
            seen.poll();
        }
        take.accept(message);
    }
}
