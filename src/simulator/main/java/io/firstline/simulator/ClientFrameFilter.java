package io.firstline.simulator;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;

/**
 * Handles client frames ahead of the Vert.x WebSocket: counts every frame, and consumes PINGs and PONGs. Vert.x would
 * answer a PING immediately, but a slow line must answer late.
 */
final class ClientFrameFilter extends ChannelInboundHandlerAdapter {

    /** Decides which frames pass. Called on the event loop. */
    interface Guard {
        /** Handles a frame; false = the connection is closing, drop the frame. */
        boolean admit(ClientFrame.Kind kind, byte[] payload);
    }

    private final Guard guard;

    ClientFrameFilter(Guard guard) {
        this.guard = guard;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof WebSocketFrame frame && !(message instanceof CloseWebSocketFrame)) {
            ClientFrame.Kind kind = kind(frame);
            boolean admitted = guard.admit(kind, bytes(frame.content()));
            if (admitted && kind == ClientFrame.Kind.DATA) {
                ctx.fireChannelRead(frame);
            } else {
                frame.release();
            }
        } else {
            ctx.fireChannelRead(message);
        }
    }

    private static ClientFrame.Kind kind(WebSocketFrame frame) {
        if (frame instanceof PingWebSocketFrame) {
            return ClientFrame.Kind.PING;
        }
        return frame instanceof PongWebSocketFrame ? ClientFrame.Kind.PONG : ClientFrame.Kind.DATA;
    }

    private static byte[] bytes(ByteBuf content) {
        return ByteBufUtil.getBytes(content);
    }
}
