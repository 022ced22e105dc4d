package io.firstline.bus.publish;

import io.firstline.bus.Addresses;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryContext;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.shareddata.Shareable;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Intercepts deliveries to the event bus consumers of this Vert.x and bounds their backlogs: see {@link BoundedPublisher}. One
 * instance for all feeds, as long as the Vert.x lives.
 *
 * <p>Vert.x calls it for each delivery on the consumer's context, after the message has passed that context's queue.
 * Messages of other addresses are delivered at once.
 */
public final class Backpressure implements Shareable {
    /**
     * The bound of a consumer's backlog: seconds at tens of thousands of messages a second, a sixteenth of the
     * launcher's heap.
     */
    private static final Volume BOUND = new Volume(65_536, 64 << 20);

    private static final String SHARED = "firstline.backpressure";
    private static final String READERS = "firstline.readers";

    private final EventBus bus;
    private final Volume bound;
    private final Map<String, BoundedPublisher> publishers = new ConcurrentHashMap<>();

    private Backpressure(Vertx vertx, Volume bound) {
        this.bus = vertx.eventBus();
        this.bound = bound;
        bus.registerCodec(new BlockedConsumerProbe.Codec());
        bus.registerCodec(new TurnBatch.Codec());
        bus.addInboundInterceptor(this::deliver);
    }

    /** Returns the instance of this Vert.x. */
    static Backpressure of(Vertx vertx) {
        return of(vertx, BOUND);
    }

    /**
     * Returns the instance of this Vert.x.
     *
     * @param bound the bound if the instance has to be created
     */
    public static Backpressure of(Vertx vertx, Volume bound) {
        return vertx.sharedData()
                .<String, Backpressure>getLocalMap(SHARED)
                .computeIfAbsent(SHARED, name -> new Backpressure(vertx, bound));
    }

    /** Returns the outflow of a feed name. */
    BoundedPublisher boundedPublisher(String feed) {
        return publishers.computeIfAbsent(feed, name -> new BoundedPublisher(bus, name, bound));
    }

    private <T> void deliver(DeliveryContext<T> delivery) {
        String address = delivery.message().address();
        ConsumerContext reader = delivery.send() || !Addresses.isOfFeed(address) ? null : reader(address);
        if (reader == null) {
            delivery.next();
        } else {
            reader.boundedPublisher().deliver(reader, delivery);
        }
    }

    /** Returns the reader of an address on the current context; null = not a feed of this node. */
    private ConsumerContext reader(String address) {
        Context context = Vertx.currentContext();
        Map<String, ConsumerContext> byAddress = context.get(READERS);
        ConsumerContext known = byAddress == null ? null : byAddress.get(address);
        if (known != null) {
            return known;
        }
        BoundedPublisher boundedPublisher = publishers.get(Addresses.feedIn(address));
        if (boundedPublisher == null) {
            return null;
        }
        if (byAddress == null) {
            byAddress = new ConcurrentHashMap<>();
            context.put(READERS, byAddress);
        }
        return boundedPublisher.joined(context, byAddress, address);
    }
}
