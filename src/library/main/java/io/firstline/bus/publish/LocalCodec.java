package io.firstline.bus.publish;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;

/** A codec of bodies that stay on this node. Vert.x calls {@link #transform} once per consumer, on the publishing thread. */
public abstract class LocalCodec<S, R> implements MessageCodec<S, R> {
    private final String name;

    protected LocalCodec(String name) {
        this.name = name;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final byte systemCodecID() {
        return -1;
    }

    @Override
    public final void encodeToWire(Buffer wire, S body) {
        throw staysHere();
    }

    @Override
    public final R decodeFromWire(int start, Buffer wire) {
        throw staysHere();
    }

    private UnsupportedOperationException staysHere() {
        return new UnsupportedOperationException("messages with the codec " + name + " stay on this node");
    }
}
