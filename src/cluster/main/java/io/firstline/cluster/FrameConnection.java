package io.firstline.cluster;

import io.firstline.cluster.fanout.FrameInput;
import io.firstline.cluster.fanout.LoopChoice;
import io.firstline.cluster.fanout.NodeFrames;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the frames of a connection from another node, behind a {@link FrameGuard}. It moves the connection to the event loop of the
 * subscription that all frames are for, so that these need not change threads, and back when others come: see {@link LoopChoice}.
 * Frames for other loops are handed over. Nothing is read while the connection moves, so each address keeps its order.
 *
 * <p>Called on the event loop of the connection.
 */
final class FrameConnection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(FrameConnection.class);

    private final NodeFrames frames;
    private final Consumer<String> refuse;
    private final LoopChoice choice;
    private FrameInput input;
    private boolean isMoving;

    /**
     * A connection that has sent nothing but its opening.
     *
     * @param accepting its event loop
     * @param refuse closes the connection; takes the reason
     */
    FrameConnection(NodeFrames frames, EventLoop accepting, Consumer<String> refuse) {
        this.frames = frames;
        this.choice = new LoopChoice(accepting);
        this.refuse = refuse;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        begin(context);
    }

    @Override
    public void channelRegistered(ChannelHandlerContext context) {
        isMoving = false;
        begin(context);
    }

    private void begin(ChannelHandlerContext context) {
        input = frames.input(context.channel().eventLoop());
        context.pipeline()
                .addBefore(
                        context.name(), null, new IdleStateHandler(BusSockets.SILENT_SECONDS, 0, 0, TimeUnit.SECONDS));
    }

    /** Takes whole frames, each behind its length. */
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf data = (ByteBuf) message;
        try {
            take(context, data);
        } catch (IllegalArgumentException e) {
            refuse.accept("sends a malformed frame: " + e.getMessage());
        } finally {
            data.release();
        }
        EventLoop best = choice.loop();
        if (!isMoving && best != context.channel().eventLoop()) {
            move(context, best);
        }
    }

    private void take(ChannelHandlerContext context, ByteBuf data) {
        while (data.isReadable()) {
            int length = data.readInt();
            if (length > 0) { // not the opening
                int start = data.readerIndex();
                ByteBuf answer = input.take(data, start, start + length, choice);
                data.skipBytes(length);
                if (answer != null && !answer(context, answer)) {
                    return;
                }
            }
        }
    }

    private boolean answer(ChannelHandlerContext context, ByteBuf answer) {
        if (!context.channel().isWritable()) {
            answer.release();
            refuse.accept("does not read the answers to its requests");
            return false;
        }
        ChannelFuture unused = context.writeAndFlush(answer);
        return true;
    }

    private void move(ChannelHandlerContext context, EventLoop to) {
        Channel connection = context.channel();
        isMoving = true;
        context.pipeline().remove(IdleStateHandler.class); // its timer is of this loop
        connection.deregister().addListener(left -> to.register(connection).addListener(registered -> {
            if (!registered.isSuccess()) { // it, or the node, has closed
                LOG.debug("a connection for frames did not move", registered.cause());
                ChannelFuture unused = connection.close();
            }
        }));
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof IdleStateEvent) {
            LOG.debug(
                    "a connection for frames from {} is silent",
                    context.channel().remoteAddress());
            ChannelFuture unused = context.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.error("a connection for frames from {} failed", context.channel().remoteAddress(), cause);
        ChannelFuture unused = context.close();
    }
}
