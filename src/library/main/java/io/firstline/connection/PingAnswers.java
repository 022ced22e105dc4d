package io.firstline.connection;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;

/**
 * Answers pings in place of Vert.x, which queues one pong for each ping without a bound: a peer that sends pings and
 * does not read would fill the heap. Here at most {@value #MAX_UNWRITTEN} pongs wait. Meanwhile only the newest further
 * ping is kept and answered later, as RFC 6455, 5.5.3, allows.
 *
 * <p>Add it to the channel's pipeline before the Vert.x handler, for clients and servers alike.
 */
public final class PingAnswers extends ChannelInboundHandlerAdapter {
    static final int MAX_UNWRITTEN = 16;

    private final Runnable onPing;
    private int unwritten;
    /** The payload of the newest unanswered ping; null = every ping is answered. */
    private byte[] newest;

    private boolean needsFlush;

    /**
     * Makes a handler that answers pings.
     *
     * @param onPing called for every ping, on the channel's event loop
     */
    public PingAnswers(Runnable onPing) {
        this.onPing = onPing;
    }

    @Override
    public void channelRead(ChannelHandlerContext channel, Object message) {
        if (!(message instanceof PingWebSocketFrame ping)) {
            channel.fireChannelRead(message);
            return;
        }
        byte[] payload = ByteBufUtil.getBytes(ping.content());
        ping.release();
        if (unwritten < MAX_UNWRITTEN) {
            answer(channel, payload);
            needsFlush = true;
        } else {
            newest = payload;
        }
        onPing.run();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext channel) {
        if (needsFlush) {
            needsFlush = false;
            channel.flush();
        }
        channel.fireChannelReadComplete();
    }

    private void answer(ChannelHandlerContext channel, byte[] payload) {
        unwritten++;
        ChannelFuture unused = channel.write(new PongWebSocketFrame(Unpooled.wrappedBuffer(payload)))
                .addListener(written -> {
                    unwritten--;
                    byte[] next = newest;
                    newest = null;
                    if (next != null && written.isSuccess()) {
                        answer(channel, next);
                        channel.flush();
                    }
                });
    }
}
