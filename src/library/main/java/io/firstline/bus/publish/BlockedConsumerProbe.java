package io.firstline.bus.publish;

import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.shareddata.Shareable;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Finds out whether a blocked consumer is still registered on a held address. It publishes a few of the held messages
 * (1, 2, 4, 8 …) and counts their copies when Vert.x creates them and when they arrive. If all arrive, no consumer on
 * the address is blocked. The queue of a consumer that is blocked for ever grows only with the logarithm. A paused
 * consumer may never take its copy; beside one, an address stays held until the blocked consumer returns.
 *
 * <p>Used on the feed's context except {@link #arrived}.
 */
final class BlockedConsumerProbe {
    /** Marks a published sample. */
    private static final String HEADER = "firstline-probe";

    private long held;
    private long next = 1;
    private volatile Sample last;

    /** A published sample. */
    private record Sample(String number, Object body, AtomicInteger underWay) {}

    /** One more message is held; returns whether to publish it as a sample. */
    boolean isDue() {
        if (++held < next) {
            return false;
        }
        next *= 2;
        return true;
    }

    /** Returns the body to publish instead of a message's own, so that its copies are counted. */
    Object sample(Object body) {
        last = new Sample(Long.toString(held), body, new AtomicInteger());
        return last;
    }

    /** Returns the options of the sample: this node only, where copies can be counted. */
    DeliveryOptions options() {
        return new DeliveryOptions().setLocalOnly(true).setCodecName(Codec.NAME).addHeader(HEADER, last.number());
    }

    /** A message has passed the queue of one consumer. Called on that consumer's context. */
    void arrived(Message<?> message) {
        Sample sample = last;
        if (sample != null && sample.number().equals(message.headers().get(HEADER))) {
            sample.underWay().decrementAndGet();
        }
    }

    /** Returns whether every registered consumer has received the last sample. */
    boolean hasArrived() {
        return last != null && last.underWay().get() == 0;
    }

    /** Passes on the sample's body as its own codec would. */
    static final class Codec extends LocalCodec<Object, Object> {
        private static final String NAME = "firstline.probe";

        Codec() {
            super(NAME);
        }

        @Override
        public Object transform(Object sent) {
            Sample sample = (Sample) sent;
            sample.underWay().incrementAndGet();
            return sample.body() instanceof Shareable mutable ? mutable.copy() : sample.body();
        }
    }
}
