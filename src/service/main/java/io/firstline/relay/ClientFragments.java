package io.firstline.relay;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Assembles a client's fragments ahead of Vert.x, which loses the frame boundaries after an empty fragment. Each fragment
 * counts as a frame: empty ones would never exceed the size of a message.
 */
final class ClientFragments extends WebSocketFrameAggregator {
    private final RelayClient client;
    private final int mostBytes;
    private final LongSupplier nanos;

    ClientFragments(RelayClient client, int mostBytes, LongSupplier nanos) {
        super(mostBytes);
        this.client = client;
        this.mostBytes = mostBytes;
        this.nanos = nanos;
    }

    @Override
    protected void decode(ChannelHandlerContext channel, WebSocketFrame frame, List<Object> messages) throws Exception {
        if (frame.isFinalFragment() || client.heard(nanos.getAsLong())) {
            super.decode(channel, frame, messages);
        }
    }

    @Override
    protected void handleOversizedMessage(ChannelHandlerContext channel, WebSocketFrame message) {
        client.close(ClientClosing.TOO_LONG, "a message of more than " + mostBytes + " bytes", nanos.getAsLong());
    }
}
