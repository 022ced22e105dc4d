package io.firstline.connection;

import io.firstline.payload.Payload;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.vertx.core.Handler;
import io.vertx.core.internal.ContextInternal;

/**
 * Takes messages of one frame (nearly all messages) out of the channel before Vert.x makes objects of them. Their bytes
 * go into an array that the next message reuses. All other frames pass through. Handles the frames that
 * {@link FrameReader} leaves to Netty. Runs on the channel's event loop, which is the context's.
 */
final class FrameTap extends ChannelInboundHandlerAdapter {
    private final ContextInternal context;
    private final Handler<Payload> messages;
    private final Payload payload = new Payload();
    private final ReusedBytes bytes = new ReusedBytes();
    /** Whether a message in several frames has begun. The next data frames belong to it or are errors. */
    private boolean inFragments;

    FrameTap(ContextInternal context, Handler<Payload> messages) {
        this.context = context;
        this.messages = messages;
    }

    @Override
    public void channelRead(ChannelHandlerContext channel, Object message) {
        if (message instanceof WebSocketFrame frame) {
            boolean data = frame instanceof TextWebSocketFrame || frame instanceof BinaryWebSocketFrame;
            if (data && frame.isFinalFragment() && !inFragments) {
                take(frame);
                return;
            }
            inFragments = data ? !frame.isFinalFragment() : inFragments && !endsMessage(frame);
        }
        channel.fireChannelRead(message);
    }

    private static boolean endsMessage(WebSocketFrame frame) {
        return frame.isFinalFragment() && frame instanceof ContinuationWebSocketFrame;
    }

    private void take(WebSocketFrame frame) {
        ByteBuf content = frame.content();
        int length = content.readableBytes();
        byte[] into = bytes.forLength(length);
        content.getBytes(content.readerIndex(), into, 0, length);
        payload.over(into, 0, length, frame instanceof TextWebSocketFrame);
        frame.release();
        context.emit(payload, messages); // reports a consumer's exception
    }
}
