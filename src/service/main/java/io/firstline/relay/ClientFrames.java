package io.firstline.relay;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.function.LongSupplier;

/** Takes a client's frames ahead of Vert.x: counts them, and passes on only pings and close frames. */
final class ClientFrames extends ChannelInboundHandlerAdapter {
    private final RelayClient client;
    private final ClientRequests requests;
    private final LongSupplier nanos;

    ClientFrames(RelayClient client, ClientRequests requests, LongSupplier nanos) {
        this.client = client;
        this.requests = requests;
        this.nanos = nanos;
    }

    @Override
    public void channelRead(ChannelHandlerContext channel, Object message) {
        if (!(message instanceof WebSocketFrame frame) || message instanceof CloseWebSocketFrame) {
            channel.fireChannelRead(message);
            return;
        }
        boolean heard = client.heard(nanos.getAsLong());
        if (heard && frame instanceof PingWebSocketFrame) {
            channel.fireChannelRead(message);
            return;
        }
        try {
            if (heard && frame instanceof TextWebSocketFrame text) {
                requests.asked(client, text.text());
            } else if (heard && frame instanceof BinaryWebSocketFrame) {
                requests.askedInBinary(client);
            }
        } finally {
            frame.release();
        }
    }

    /** Netty closes the channel of a client whose bytes are no frames; here the reason is noted. Other errors are the relay's. */
    @Override
    public void exceptionCaught(ChannelHandlerContext channel, Throwable cause) {
        if (cause instanceof CorruptedWebSocketFrameException corrupted) {
            boolean tooLong = WebSocketCloseStatus.MESSAGE_TOO_BIG.equals(corrupted.closeStatus());
            client.close(
                    tooLong ? ClientClosing.TOO_LONG : ClientClosing.PROTOCOL_ERROR,
                    String.valueOf(cause.getMessage()),
                    nanos.getAsLong());
        } else if (cause instanceof RuntimeException failure && !(cause instanceof CodecException)) {
            client.failed(failure);
        }
        channel.fireExceptionCaught(cause);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext channel) {
        client.drain();
        channel.fireChannelWritabilityChanged();
    }
}
