package io.firstline.bench;

import io.firstline.bus.Addresses;
import io.firstline.bus.publish.BusSink;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.feed.FeedConfig;
import io.firstline.replay.FeedSubscription;
import io.firstline.stream.FeedMessage;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;

/** A feed of one node, and its consumers, one on each node. Each checks that it gets every message once and in order. */
final class NodeFeed implements AutoCloseable {
    static final int PAYLOAD = 200;

    /** The way of a message to a consumer. */
    enum Way {
        LOCAL("bus consumer on the same node, another loop"),
        ALONE("bus consumer, each message alone"),
        CONSUMER("bus consumer"),
        SUBSCRIPTION("FeedSubscription"),
        SOCKET("plain socket, the least for a hop");

        private final String label;

        Way(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }
    }

    private final String name;
    private final Context context;
    private final Consumer<FeedMessage> publish;
    private final List<Receipt> receipts = new ArrayList<>();
    private final List<Supplier<Future<Void>>> closing = new ArrayList<>();
    private long published;

    /** The messages that one consumer has got. */
    private static final class Receipt {
        private volatile long last;
        private volatile Histogram ages;

        private void got(FeedMessage message) {
            if (message.sequence() != last + 1) {
                throw new IllegalStateException("got message " + message.sequence() + " after " + last);
            }
            last = message.sequence();
            Histogram recorded = ages;
            if (recorded != null) {
                recorded.recordValue(System.nanoTime() - message.payload().getLong(0));
            }
        }
    }

    /** Opens a feed of a new name. */
    NodeFeed(String name, NodeGroup nodes, Way way, int consumers) {
        this.name = name;
        Vertx here = nodes.publishing();
        this.context = ((VertxInternal) here).createEventLoopContext();
        String alone = "alone." + name;
        Promise<BusSink> made = Promise.promise();
        context.runOnContext(v -> made.complete( // as a pool does: on the event loop that publishes
                new BusSink(here, FeedConfig.of(name, WsConnectionConfig.of("ws://127.0.0.1:1/")))));
        BusSink sink = NodeGroup.await(made.future());
        this.publish = way == Way.ALONE ? message -> here.eventBus().publish(alone, message) : sink::publish;
        List<Vertx> consuming =
                way == Way.LOCAL ? List.of(here) : nodes.others().subList(0, consumers);
        for (Vertx vertx : consuming) {
            Receipt receipt = new Receipt();
            receipts.add(receipt);
            Promise<Void> open = Promise.promise();
            ((VertxInternal) vertx).createEventLoopContext().runOnContext(v -> {
                if (way == Way.SUBSCRIPTION) {
                    FeedSubscription subscription =
                            FeedSubscription.of(vertx, name).handler(receipt::got);
                    closing.add(subscription::close);
                    subscription.start().onComplete(open);
                } else {
                    MessageConsumer<FeedMessage> consumer = vertx.eventBus()
                            .consumer(way == Way.ALONE ? alone : Addresses.feed(name), m -> receipt.got(m.body()));
                    closing.add(consumer::unregister);
                    consumer.completion().onComplete(open);
                }
            });
            NodeGroup.await(open.future());
        }
        publish(1); // opens the connections
        awaitAll();
    }

    /** Publishes messages in one turn of the feed's event loop. */
    void publish(int count) {
        long first = published + 1;
        published += count;
        context.runOnContext(v -> {
            for (long sequence = first; sequence < first + count; sequence++) {
                Buffer payload = Buffer.buffer(new byte[PAYLOAD]).setLong(0, System.nanoTime());
                publish.accept(new FeedMessage(
                        name, 0, sequence, name + "-3", sequence, "btcusdt@trade", sequence, payload, true, false));
            }
        });
    }

    /** Returns how many messages the slowest consumer has got. */
    long received() {
        return receipts.stream().mapToLong(receipt -> receipt.last).min().orElseThrow();
    }

    /** Returns how many messages are on the way to the slowest consumer. */
    long underWay() {
        return published - received();
    }

    /** Records the ages of the messages that the first consumer gets from now on, nanoseconds; null = no longer. */
    void record(Histogram ages) {
        receipts.get(0).ages = ages;
    }

    private void awaitAll() {
        long start = System.nanoTime();
        while (underWay() > 0) {
            Waiting.sleep(1);
            if (System.nanoTime() - start > Waiting.LIMIT_SECONDS * 1_000_000_000L) {
                throw new IllegalStateException(underWay() + " messages of " + name + " are missing");
            }
        }
    }

    @Override
    public void close() {
        awaitAll();
        closing.forEach(end -> NodeGroup.await(end.get()));
    }
}
