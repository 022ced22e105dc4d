package io.firstline.bus;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryContext;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.shareddata.Shareable;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands before the event bus consumers of this Vert.x and passes on what they can take: see {@link Outflow}. One for all feeds, for as
 * long as the Vert.x lives.
 *
 * <p>Vert.x asks it for each delivery on the consumer's context, when the message has got through the queue of that context. Anything
 * that is not of a feed of this node is passed on at once.
 */
final class Backpressure implements Shareable {
    /** How far a consumer may be behind: seconds at tens of thousands of messages a second, a sixteenth of the launcher's heap. */
    private static final Amount BOUND = new Amount(65_536, 64 << 20);

    private static final String SHARED = "firstline.backpressure";
    private static final String READERS = "firstline.readers";

    private final EventBus bus;
    private final Amount bound;
    private final Map<String, Outflow> outflows = new ConcurrentHashMap<>();

    private Backpressure(Vertx vertx, Amount bound) {
        this.bus = vertx.eventBus();
        this.bound = bound;
        bus.registerCodec(new Probe.Codec());
        bus.addInboundInterceptor(this::deliver);
    }

    /** The one of this Vert.x. */
    static Backpressure of(Vertx vertx) {
        return of(vertx, BOUND);
    }

    /**
     * The one of this Vert.x.
     *
     * @param bound if it has to be made yet
     */
    static Backpressure of(Vertx vertx, Amount bound) {
        return vertx.sharedData()
                .<String, Backpressure>getLocalMap(SHARED)
                .computeIfAbsent(SHARED, name -> new Backpressure(vertx, bound));
    }

    /** What a feed of this name publishes. */
    Outflow outflow(String feed) {
        return outflows.computeIfAbsent(feed, name -> new Outflow(bus, name, bound));
    }

    private <T> void deliver(DeliveryContext<T> delivery) {
        String address = delivery.message().address();
        Reader reader = delivery.send() || !Addresses.isOfFeed(address) ? null : reader(address);
        if (reader == null) {
            delivery.next();
        } else {
            reader.outflow().deliver(reader, delivery);
        }
    }

    /** Who delivers an address on the current context; null = no feed of this node. */
    private Reader reader(String address) {
        Context context = Vertx.currentContext();
        Map<String, Reader> byAddress = context.get(READERS);
        Reader known = byAddress == null ? null : byAddress.get(address);
        if (known != null) {
            return known;
        }
        Outflow outflow = outflows.get(Addresses.feedIn(address));
        if (outflow == null) {
            return null;
        }
        if (byAddress == null) {
            byAddress = new ConcurrentHashMap<>();
            context.put(READERS, byAddress);
        }
        return outflow.joined(context, byAddress, address);
    }
}
