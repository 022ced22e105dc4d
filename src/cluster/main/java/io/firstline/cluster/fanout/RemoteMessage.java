package io.firstline.cluster.fanout;

import io.firstline.bus.publish.LocalCodec;
import io.vertx.core.MultiMap;
import io.vertx.core.eventbus.impl.EventBusImpl;
import io.vertx.core.eventbus.impl.clustered.ClusteredMessage;
import io.vertx.core.shareddata.Shareable;

/**
 * A message of another node, read from a frame. The event bus delivers it as if it had arrived alone: not to local consumers, which
 * get only what their own node publishes.
 */
final class RemoteMessage extends ClusteredMessage<Object, Object> {
    private static final Codec CODEC = new Codec();

    RemoteMessage(EventBusImpl bus, String address, MultiMap headers, Object body) {
        super(null, address, headers, body, CODEC, false, bus);
    }

    private RemoteMessage(RemoteMessage other) {
        super(other);
    }

    @Override
    public RemoteMessage copyBeforeReceive() {
        return new RemoteMessage(this);
    }

    @Override
    public boolean isFromWire() {
        return true;
    }

    /** Gives each consumer an own copy of a mutable body. A FeedMessage is shared, as on its own node. */
    private static final class Codec extends LocalCodec<Object, Object> {
        Codec() {
            super("firstline.remote");
        }

        @Override
        public Object transform(Object body) {
            return body instanceof Shareable mutable ? mutable.copy() : body;
        }
    }
}
