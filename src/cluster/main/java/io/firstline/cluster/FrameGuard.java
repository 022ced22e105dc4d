package io.firstline.cluster;

import io.firstline.cluster.fanout.FrameInput;
import io.firstline.cluster.fanout.NodeFrames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks incoming data on the event bus' port before Vert.x reads it, and passes on complete messages only. Vert.x
 * would buffer a message of any announced length, and everything that it cannot read. This class closes the
 * connection of a peer that announces too much, or sends anything but messages of Vert.x (its wire protocol 1 or 2).
 * A connection that begins with {@link FrameInput#OPENING} leaves Vert.x: a {@link FrameConnection} reads it. Memory is allocated for received bytes, never for announced ones.
 *
 * <p>One instance per connection, called on its event loop.
 */
final class FrameGuard extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(FrameGuard.class);
    private static final int LENGTH = Integer.BYTES;
    private static final byte NEWEST_PROTOCOL = 2;
    /** The highest number of Vert.x' own codecs. */
    private static final byte LAST_CODEC = 17;

    private static final byte NAMED_CODEC = -1;
    /** An unfinished message up to this size is not counted in the limit of all connections. */
    private static final int FREE_BYTES = 16 << 10;

    private final BusLimits limits;
    private final Supplier<NodeFrames> framesOfNode;
    private boolean isForFrames;

    private boolean hasBegun;
    /** An unfinished message; null = none. */
    private ByteBuf held;

    private long counted;
    private boolean closed;

    FrameGuard(BusLimits limits, Supplier<NodeFrames> framesOfNode) {
        this.limits = limits;
        this.framesOfNode = framesOfNode;
    }

    /** Closes the connection with this reason. */
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        Refused(String message) {
            super(message, null, false, false);
        }
    }

    /**
     * Counts a connection, and adds the guard behind TLS, where bytes are plain: Vert.x adds TLS behind the handlers
     * before it.
     */
    static final class Placer extends ChannelInboundHandlerAdapter {
        private final BusLimits limits;
        private final Supplier<NodeFrames> framesOfNode;

        /**
         * A handler of one connection.
         *
         * @param framesOfNode returns what delivers frames; null = this node does not read any yet
         */
        Placer(BusLimits limits, Supplier<NodeFrames> framesOfNode) {
            this.limits = limits;
            this.framesOfNode = framesOfNode;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            context.channel().closeFuture().addListener(closed -> limits.leaves());
            if (limits.enters()) {
                context.fireChannelActive();
                return;
            }
            limits.rejections()
                    .reject(
                            "event bus: closed a connection, there are too many",
                            context.channel().remoteAddress() + ", allowed: " + limits.mostConnections()
                                    + ": each node opens one, and one for each of its event loops that publish feeds");
            ChannelFuture unused = context.close();
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (context.pipeline().get(FrameGuard.class) == null) {
                ChannelHandlerContext tls = context.pipeline().context(SslHandler.class);
                context.pipeline()
                        .addAfter(
                                tls == null ? context.name() : tls.name(), null, new FrameGuard(limits, framesOfNode));
            }
            context.fireChannelRead(message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            broke(context, cause);
        }
    }

    private static void broke(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.debug("a connection from {} broke", context.channel().remoteAddress(), cause);
            ChannelFuture unused = context.close();
        } else {
            context.fireExceptionCaught(cause);
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        context.channel().closeFuture().addListener(closes -> {
            closed = true;
            drop();
        });
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf read)) {
            context.fireChannelRead(message);
            return;
        }
        try {
            if (!closed) {
                take(context, read);
            }
        } catch (Refused e) {
            close(context, e.getMessage());
        } finally {
            ReferenceCountUtil.release(read);
        }
    }

    private void take(ChannelHandlerContext context, ByteBuf read) throws Refused {
        if (held != null && !fill(context, read)) {
            context.fireChannelRead(Unpooled.EMPTY_BUFFER); // a peer that sends a long message is not idle
            return;
        }
        int end = read.readerIndex();
        while (read.writerIndex() - end >= LENGTH) {
            int size = size(read.getInt(end));
            if (read.writerIndex() - end < size) {
                break;
            }
            check(context, read, end + LENGTH, end + size);
            end += size;
        }
        if (end > read.readerIndex()) {
            context.fireChannelRead(read.readRetainedSlice(end - read.readerIndex()));
        }
        if (read.isReadable() && !closed) {
            held = context.alloc().heapBuffer(read.readableBytes()).writeBytes(read);
            count();
        }
    }

    /** Adds data to the unfinished message; returns false if it is still incomplete. */
    private boolean fill(ChannelHandlerContext context, ByteBuf read) throws Refused {
        if (held.readableBytes() < LENGTH) {
            move(read, LENGTH);
            if (held.readableBytes() < LENGTH) {
                return false;
            }
        }
        int size = size(held.getInt(held.readerIndex()));
        move(read, size);
        if (held.readableBytes() < size) {
            count();
            return false;
        }
        check(context, held, held.readerIndex() + LENGTH, held.readerIndex() + size);
        ByteBuf whole = held;
        held = null;
        count();
        context.fireChannelRead(whole);
        return !closed;
    }

    private void move(ByteBuf read, int upTo) {
        held.writeBytes(read, Math.min(upTo - held.readableBytes(), read.readableBytes()));
    }

    /** Returns the length of a message including its length field. */
    private int size(int announced) throws Refused {
        if (!hasBegun) {
            hasBegun = true;
            if (announced == FrameInput.OPENING) {
                need(framesOfNode.get() != null, "frames, which this node does not read yet");
                isForFrames = true;
                return LENGTH;
            }
        }
        if (announced <= 0 || announced > limits.mostFrameBytes() - LENGTH) {
            throw new Refused("announces a message of " + announced + " bytes, allowed: 1 to "
                    + (limits.mostFrameBytes() - LENGTH));
        }
        return announced + LENGTH;
    }

    private void count() throws Refused {
        long now = held == null ? 0 : Math.max(0, held.capacity() - FREE_BYTES);
        long more = now - counted;
        if (more != 0) {
            counted = now;
            if (!limits.holds(more) && more > 0) {
                throw new Refused("unfinished messages of all connections exceed " + limits.mostHeldBytes() + " bytes");
            }
        }
    }

    private void check(ChannelHandlerContext context, ByteBuf whole, int start, int end) throws Refused {
        if (!isForFrames) {
            checkHead(whole, start, end);
        } else if (start == end) { // the opening
            leaveVertx(context);
        }
    }

    /** To Vert.x the connection ends now: Vert.x could not follow it to another event loop. */
    private void leaveVertx(ChannelHandlerContext context) {
        context.fireChannelInactive();
        while (context.pipeline().last() != this) {
            context.pipeline().removeLast();
        }
        context.pipeline()
                .addLast(new FrameConnection(
                        framesOfNode.get(), context.channel().eventLoop(), what -> close(context, what)));
    }

    /** Checks whether Vert.x can read a message's head: protocol, codec, address, reply address, sender, headers. */
    private static void checkHead(ByteBuf frame, int start, int end) throws Refused {
        int at = start;
        need(end - at >= 2 && frame.getByte(at) >= 0 && frame.getByte(at) <= NEWEST_PROTOCOL, "an unknown protocol");
        byte codec = frame.getByte(at + 1);
        need(codec >= NAMED_CODEC && codec <= LAST_CODEC, "an unknown codec");
        at += 2;
        if (codec == NAMED_CODEC) {
            at = afterText(frame, at, end);
        }
        at++; // send or publish
        at = afterText(frame, at, end); // address
        at = afterText(frame, at, end); // reply address
        at = afterText(frame, at, end); // sender
        checkHeaders(frame, at, end);
    }

    private static void checkHeaders(ByteBuf frame, int start, int end) throws Refused {
        need(end - start >= LENGTH, "no headers");
        int length = frame.getInt(start);
        need(length >= LENGTH && length <= end - start, "headers that are longer than the message");
        if (length > LENGTH) {
            int headersEnd = start + length;
            need(length >= 2 * LENGTH, "no number of headers");
            int count = frame.getInt(start + LENGTH);
            int at = start + 2 * LENGTH;
            need(count >= 0 && count <= (headersEnd - at) / (2 * LENGTH), "an impossible number of headers");
            for (int i = 0; i < 2 * count; i++) {
                at = afterText(frame, at, headersEnd);
            }
        }
    }

    private static int afterText(ByteBuf frame, int at, int end) throws Refused {
        need(end - at >= LENGTH, "a message that ends within its head");
        int length = frame.getInt(at);
        need(length >= 0 && length <= end - at - LENGTH, "a text that is longer than the message");
        return at + LENGTH + length;
    }

    private static void need(boolean holds, String found) throws Refused {
        if (!holds) {
            throw new Refused("sends " + found);
        }
    }

    private void close(ChannelHandlerContext context, String why) {
        closed = true;
        drop();
        limits.rejections()
                .reject("event bus: closed a connection", context.channel().remoteAddress() + " " + why);
        ChannelFuture unused = context.close();
    }

    private void drop() {
        if (held != null) {
            held.release();
            held = null;
        }
        limits.holds(-counted);
        counted = 0;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof io.netty.handler.codec.DecoderException) { // no TLS
            if (!closed) {
                close(context, "sends no valid TLS of this cluster: " + cause.getMessage());
            }
        } else {
            broke(context, cause);
        }
    }
}
