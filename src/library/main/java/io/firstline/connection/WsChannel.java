package io.firstline.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.Future;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.PromiseInternal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last handler of a channel upgraded to a WebSocket. Answers pings and close frames, and passes frames on to the
 * context that opened it. Reading begins with {@link #listen}.
 */
final class WsChannel extends ChannelDuplexHandler {
    private static final Logger LOG = LoggerFactory.getLogger(WsChannel.class);

    private final ContextInternal context;
    private ChannelHandlerContext channel;
    private Socket.Listener listener;
    /**
     * Events from before there was a listener: at most what was read together with the upgrade. Null = there is a
     * listener.
     */
    private Queue<Runnable> early = new ArrayDeque<>();

    private boolean closeSent;
    private boolean ended;
    private volatile WsFrame closeFrame;

    WsChannel(ContextInternal context) {
        this.context = context;
    }

    ChannelHandlerContext context() {
        return channel;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        channel = added;
        added.channel().config().setAutoRead(false);
    }

    /** Sets how many bytes may wait before the channel counts as full. */
    void maxQueued(int bytes) {
        channel.channel().config().setWriteBufferWaterMark(new WriteBufferWaterMark(bytes / 2, bytes));
    }

    void listen(Socket.Listener listens) {
        if (channel.executor().inEventLoop()) {
            begin(listens);
        } else {
            channel.executor().execute(() -> begin(listens));
        }
    }

    private void begin(Socket.Listener listens) {
        listener = listens;
        Queue<Runnable> held = early;
        early = null;
        held.forEach(Runnable::run);
        channel.channel().config().setAutoRead(true);
    }

    private void notifyListener(Runnable event) {
        if (early == null) {
            event.run();
        } else {
            early.add(event);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext from, Object message) {
        try {
            if (message instanceof WebSocketFrame frame) {
                onFrame(frame);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void onFrame(WebSocketFrame frame) {
        WsFrame arrived = WsFrame.of(frame);
        if (frame instanceof PingWebSocketFrame) {
            channel.writeAndFlush(new PongWebSocketFrame(frame.content().retain()))
                    .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        } else if (frame instanceof CloseWebSocketFrame) {
            closeFrame = arrived;
            if (!closeSent) {
                closeSent = true;
                channel.writeAndFlush(
                                new CloseWebSocketFrame(true, 0, frame.content().retain()))
                        .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
            }
        } else if (frame instanceof PongWebSocketFrame) {
            notifyListener(() -> context.emit(arrived.binaryData(), listener::pong));
        }
        notifyListener(() -> context.emit(arrived, listener::frame));
    }

    @Override
    public void channelInactive(ChannelHandlerContext ended) {
        end();
        ended.fireChannelInactive();
    }

    /**
     * If a decoder fails while the channel ends, it does not pass the end on to this handler: Netty's inflater does so.
     */
    @Override
    public void handlerRemoved(ChannelHandlerContext removed) {
        end();
    }

    private void end() {
        if (ended) {
            return;
        }
        ended = true;
        if (closeFrame == null) {
            notifyListener(() -> context.emit(new HttpClosedException("Connection was closed"), listener::failed));
        }
        notifyListener(() -> context.emit(null, v -> listener.ended()));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext in, Throwable cause) {
        notifyListener(() -> context.emit(cause, listener::failed));
        in.close().addListener(closed -> LOG.debug("closed because of {}", cause.getMessage()));
    }

    /** A caller that closes the channel from its end, such as a closing Vert.x, sends a close frame first. */
    @Override
    public void close(ChannelHandlerContext closing, ChannelPromise promise) {
        if (!closeSent && closing.channel().isActive()) {
            closeSent = true;
            closing.writeAndFlush(closeFrame(1_000, "")).addListener(written -> end(closing, promise));
        } else {
            end(closing, promise);
        }
    }

    private static void end(ChannelHandlerContext closing, ChannelPromise promise) {
        closing.close(promise).addListener(closed -> LOG.debug("closed from its end"));
    }

    Future<Void> write(WebSocketFrame frame) {
        if (closeFrame != null || !channel.channel().isActive()) {
            frame.release();
            return context.failedFuture("the WebSocket is closed");
        }
        PromiseInternal<Void> written = context.promise();
        channel.writeAndFlush(frame).addListener(written);
        return written.future();
    }

    boolean isFull() {
        return channel.channel().isActive() && !channel.channel().isWritable();
    }

    Future<Void> sendClose(int code, String reason) {
        PromiseInternal<Void> written = context.promise();
        Runnable send = () -> {
            if (closeSent) {
                written.complete();
            } else {
                closeSent = true;
                channel.writeAndFlush(closeFrame(code, reason)).addListener(written);
            }
        };
        if (channel.executor().inEventLoop()) {
            send.run();
        } else {
            channel.executor().execute(send);
        }
        return written.future();
    }

    private static CloseWebSocketFrame closeFrame(int code, String reason) {
        ByteBuf payload = Unpooled.buffer().writeShort(code);
        payload.writeCharSequence(reason == null ? "" : reason, StandardCharsets.UTF_8);
        return new CloseWebSocketFrame(true, 0, payload);
    }

    /** The peer's close frame; null = none arrived. */
    WsFrame closeFrame() {
        return closeFrame;
    }
}
