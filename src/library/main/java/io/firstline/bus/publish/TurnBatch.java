package io.firstline.bus.publish;

import io.firstline.bus.FeedBatch;
import io.firstline.stream.FeedMessage;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Collects the messages of one turn of the event loop. Publishes them in a task behind it, from which Vert.x delivers
 * the batch in a second one. Single messages are published within the turn and delivered in one task each. Whether a batch delays
 * its messages is not known: see "Not measured" in src/docs/performance.md. The pools of a feed may use it on several event
 * loops: their messages keep the order in which they were added.
 */
final class TurnBatch {
    /** This node only: a batch has no form for the network. */
    static final DeliveryOptions OPTIONS =
            new DeliveryOptions().setLocalOnly(true).setCodecName(Codec.NAME);

    private final List<FeedMessage> messages = new ArrayList<>();
    private volatile boolean isPending;
    private final Consumer<FeedBatch> publish;

    TurnBatch(Consumer<FeedBatch> publish) {
        this.publish = publish;
    }

    synchronized void add(FeedMessage message) {
        messages.add(message);
        isPending = true;
        if (messages.size() == FeedBatch.MOST) {
            end();
        } else if (messages.size() == 1) {
            Vertx.currentContext().runOnContext(turnOver -> end());
        }
    }

    /** Publishes what was added, before anything else is published at its address. */
    void end() {
        if (isPending) {
            publishAll();
        }
    }

    private synchronized void publishAll() {
        if (!messages.isEmpty()) {
            FeedBatch batch = new FeedBatch(messages);
            messages.clear();
            isPending = false;
            publish.accept(batch);
        }
    }

    /** Returns the number of messages in a body. */
    static int messagesIn(Object body) {
        return body instanceof FeedBatch batch ? batch.messages().size() : 1;
    }

    /** Passes on the same instance. */
    static final class Codec extends LocalCodec<FeedBatch, FeedBatch> {
        private static final String NAME = "firstline.feed-batch";

        Codec() {
            super(NAME);
        }

        @Override
        public FeedBatch transform(FeedBatch batch) {
            return batch;
        }
    }
}
