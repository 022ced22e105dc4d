package io.firstline.bus.publish;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.Shareable;
import java.util.function.ObjIntConsumer;

/**
 * Passes published messages on to other nodes of a cluster, many in one frame. The cluster provides it; without one,
 * Vert.x sends each message to each other node that consumes its address.
 */
public interface FanOut extends Shareable {
    /** An address whose messages go to other nodes in frames. */
    interface Address {
        /**
         * Passes a message on to the nodes that read frames. The caller also publishes it on the event bus, which
         * reaches the other consumers.
         *
         * <p>May be called on any thread; messages keep the order of the calls.
         *
         * @param body a {@link io.firstline.stream.FeedMessage}, a {@code Buffer} or a {@code JsonObject}; it is encoded before
         *     this method returns
         * @param line the header {@link io.firstline.bus.Addresses#LINE}; null = none
         */
        void publish(Object body, String line);
    }

    /**
     * Returns the address; from now on, nodes that read frames get its messages only through it.
     *
     * @param missed takes the name of a node and how many messages its consumers did not get, because it reads too slowly or
     *     became known too late; on any thread
     */
    Address address(String address, ObjIntConsumer<String> missed);

    /**
     * A subscription reads an address: its messages need not change threads if they are received on its event loop. May be called
     * on any thread.
     */
    default void reads(String address, Context context) {}

    /** A subscription for which {@link #reads} was called has ended. */
    default void endsReading(String address, Context context) {}

    /**
     * Sends what was published before and waits for it: a message of the event bus that is sent afterwards arrives behind it. May be
     * called on any thread.
     *
     * @return completes when other nodes have delivered it to their consumers, or do not answer soon
     */
    default Future<Void> delivered() {
        return Future.succeededFuture();
    }

    /** Sets the instance of a Vert.x, before its first feed. */
    static void set(Vertx vertx, FanOut fanOut) {
        vertx.sharedData().<String, FanOut>getLocalMap(FanOut.class.getName()).put(FanOut.class.getName(), fanOut);
    }

    /** Returns the instance of a Vert.x; without a cluster, one that does nothing. */
    static FanOut of(Vertx vertx) {
        return vertx.sharedData()
                .<String, FanOut>getLocalMap(FanOut.class.getName())
                .getOrDefault(FanOut.class.getName(), (address, missed) -> (body, line) -> {});
    }
}
