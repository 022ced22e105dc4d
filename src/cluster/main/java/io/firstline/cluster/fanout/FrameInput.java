package io.firstline.cluster.fanout;

import io.firstline.bus.Addresses;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.MultiMap;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.impl.EventBusImpl;
import io.vertx.core.internal.ContextInternal;

/** Delivers the frames that arrive on one event loop, on all its connections, to the consumers of this node. */
public final class FrameInput {
    /** The first bytes of a connection for frames. As the length of a message of Vert.x they are invalid. */
    public static final int OPENING = 0xF1AE5002;

    private static final DeliveryOptions HERE = new DeliveryOptions().setLocalOnly(true);
    private static final int KEPT_BYTES = 1 << 20;

    private final EventBusImpl bus;
    private final SubscriptionLoops subscriptions;
    private final ContextInternal context;
    private final FeedFrameReader reader = new FeedFrameReader();
    private byte[] scratch = new byte[0];
    /** The header of the last line. */
    private String lastLine;

    private MultiMap headers;

    /**
     * An event loop's input.
     *
     * @param subscriptions may change at any time
     */
    FrameInput(EventBusImpl bus, SubscriptionLoops subscriptions, ContextInternal context) {
        this.bus = bus;
        this.subscriptions = subscriptions;
        this.context = context;
    }

    /**
     * Takes a frame or a fence of another node.
     *
     * @param choice counts a frame
     * @return the answer; null = none
     * @throws IllegalArgumentException if it is malformed; its messages before that were delivered
     */
    public ByteBuf take(ByteBuf data, int start, int end, LoopChoice choice) {
        int length = end - start - 1;
        byte type = data.getByte(start);
        if (type == FeedFrame.FENCE && length == Long.BYTES) {
            return Unpooled.copyLong(data.getLong(start + 1));
        }
        if (type != FeedFrame.MESSAGES) {
            throw new IllegalArgumentException("found a frame of type " + type);
        }
        byte[] bytes = scratch;
        if (bytes.length < length) {
            bytes = new byte[length];
            if (length <= KEPT_BYTES) {
                scratch = bytes;
            }
        }
        data.getBytes(start + 1, bytes, 0, length);
        byte[] frame = bytes;
        ContextInternal before = context.beginDispatch();
        try {
            choice.count(subscriptions.alone(reader.read(frame, 0, length, this::deliver)));
        } finally {
            context.endDispatch(before);
        }
        return null;
    }

    private void deliver(String address, String line, Object body) {
        RemoteMessage message = new RemoteMessage(bus, address, line == null ? null : headers(line), body);
        bus.sendOrPubInternal(bus.newSendContext(message, HERE, null));
    }

    /** The event bus copies them for each consumer. */
    private MultiMap headers(String line) {
        if (!line.equals(lastLine)) {
            lastLine = line;
            headers = MultiMap.caseInsensitiveMultiMap().add(Addresses.LINE, line);
        }
        return headers;
    }
}
