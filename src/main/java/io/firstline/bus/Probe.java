package io.firstline.bus;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageCodec;
import io.vertx.core.shareddata.Shareable;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Finds out whether a blocked consumer is still registered on a held address: now and then a message is let through, and its copies
 * are counted when Vert.x makes them and when they arrive. If all arrive, nobody on the address is blocked. Messages 1, 2, 4, 8 … are
 * let through, so what a consumer that is blocked for ever collects grows with the logarithm only.
 * A consumer that is paused may never get its copy; beside one, an address stays held until the blocked consumer returns.
 *
 * <p>Used on the feed's context, but for {@link #arrived}.
 */
final class Probe {
    /** Tells a message that was let through from the others. */
    private static final String HEADER = "firstline-probe";

    private long held;
    private long next = 1;
    private volatile Sample last;

    /** A message let through. */
    private record Sample(String number, Object body, AtomicInteger underWay) {}

    /** One more message is held; true = let it through. */
    boolean isDue() {
        if (++held < next) {
            return false;
        }
        next *= 2;
        return true;
    }

    /** The body to publish in place of a message's own, so that its copies are counted. */
    Object sample(Object body) {
        last = new Sample(Long.toString(held), body, new AtomicInteger());
        return last;
    }

    /** How to publish the sample: on this node only, where copies can be counted. */
    DeliveryOptions options() {
        return new DeliveryOptions().setLocalOnly(true).setCodecName(Codec.NAME).addHeader(HEADER, last.number());
    }

    /** A message has got through the queue of one consumer. On that consumer's context. */
    void arrived(Message<?> message) {
        Sample sample = last;
        if (sample != null && sample.number().equals(message.headers().get(HEADER))) {
            sample.underWay().decrementAndGet();
        }
    }

    /** Whether everybody who is registered has got the last sample. */
    boolean hasArrived() {
        return last != null && last.underWay().get() == 0;
    }

    /** Hands the sample's body over as the body's own codec would; Vert.x asks once per consumer, on the publishing thread. */
    static final class Codec implements MessageCodec<Object, Object> {
        private static final String NAME = "firstline.probe";

        @Override
        public Object transform(Object sent) {
            Sample sample = (Sample) sent;
            sample.underWay().incrementAndGet();
            return sample.body() instanceof Shareable mutable ? mutable.copy() : sample.body();
        }

        @Override
        public void encodeToWire(Buffer wire, Object sent) {
            throw new UnsupportedOperationException("published on this node only");
        }

        @Override
        public Object decodeFromWire(int start, Buffer wire) {
            throw new UnsupportedOperationException("published on this node only");
        }

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public byte systemCodecID() {
            return -1;
        }
    }
}
