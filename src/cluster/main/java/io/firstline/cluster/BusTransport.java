package io.firstline.cluster;

import io.firstline.cluster.fanout.NodeFrames;
import io.firstline.connection.ChosenTransport;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.AttributeKey;
import io.vertx.core.net.ClientOptionsBase;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServerOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The transport that Vert.x would use, with a {@link FrameGuard} on each connection that the event bus accepts:
 * Vert.x has no other hook to bound the memory that a peer uses. Connections that break, as when another node dies,
 * are logged at debug; Vert.x would log them as errors.
 */
final class BusTransport extends ChosenTransport {
    private static final Logger LOG = LoggerFactory.getLogger(BusTransport.class);
    private static final AttributeKey<Boolean> TO_A_NODE = AttributeKey.valueOf(BusTransport.class, "to-a-node");

    private final BusLimits limits;
    private final Consumer<InetSocketAddress> closedByPeer;
    private final Runnable ended;
    /** The first server of a clustered Vert.x is that of its event bus. */
    private final AtomicBoolean busListens = new AtomicBoolean();

    /** Null = this node does not read frames yet. */
    private volatile NodeFrames frames;

    /**
     * The transport of a node.
     *
     * @param closedByPeer takes the address of the event bus of another node that has closed, or reset, the connection to it
     * @param ended runs when a connection to another node has ended, or could not be opened; on its event loop
     */
    BusTransport(BusLimits limits, Consumer<InetSocketAddress> closedByPeer, Runnable ended) {
        super(true);
        this.limits = limits;
        this.closedByPeer = closedByPeer;
        this.ended = ended;
    }

    // connections of the event bus

    @Override
    public void configure(NetServerOptions options, boolean domainSocket, ServerBootstrap bootstrap) {
        super.configure(options, domainSocket, bootstrap);
        if (busListens.compareAndSet(false, true)) {
            bootstrap.handler(new Guarding());
        }
    }

    /** Returns whether the connections that the event bus accepts are guarded; called when it listens. */
    boolean guardsBus() {
        return busListens.get();
    }

    /** Sets what delivers the frames of other nodes. */
    void frames(NodeFrames ofNode) {
        frames = ofNode;
    }

    /** Handles each accepted connection before Vert.x does. */
    private final class Guarding extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object accepted) {
            if (accepted instanceof Channel connection) {
                connection.pipeline().addLast(new FrameGuard.Placer(limits, () -> frames));
            }
            context.fireChannelRead(accepted);
        }
    }

    @Override
    public void configure(ClientOptionsBase options, int connectTimeout, boolean domainSocket, Bootstrap bootstrap) {
        super.configure(options, connectTimeout, domainSocket, bootstrap);
        if (options instanceof NetClientOptions client && BusSockets.isOfTheBus(client)) {
            bootstrap.attr(TO_A_NODE, true);
        }
    }

    @Override
    public ChannelFactory<? extends Channel> channelFactory(boolean domainSocket) {
        ChannelFactory<? extends Channel> factory = super.channelFactory(domainSocket);
        return () -> {
            Channel channel = factory.newChannel();
            channel.pipeline().addLast(new Breaking(closedByPeer, ended));
            return channel;
        };
    }

    /** Keeps the end of a connection to another node out of the error log, and reports if that node ended it. */
    private static final class Breaking extends ChannelDuplexHandler {
        private final Consumer<InetSocketAddress> closedByPeer;
        private final Runnable ended;
        /** This node has closed the connection, or the other one does not answer. */
        private boolean endedHere;

        private InetSocketAddress peer;

        Breaking(Consumer<InetSocketAddress> closedByPeer, Runnable ended) {
            this.closedByPeer = closedByPeer;
            this.ended = ended;
        }

        @Override
        public void channelRegistered(ChannelHandlerContext context) {
            if (!context.channel().hasAttr(TO_A_NODE)) {
                context.pipeline().remove(this);
            }
            context.fireChannelRegistered();
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            peer = context.channel().remoteAddress() instanceof InetSocketAddress address ? address : null;
            context.fireChannelActive();
        }

        @Override
        public void close(ChannelHandlerContext context, ChannelPromise closed) {
            endedHere = true;
            ChannelFuture unused = context.close(closed);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (!endedHere && peer != null) {
                closedByPeer.accept(peer);
            }
            context.fireChannelInactive();
        }

        @Override
        public void channelUnregistered(ChannelHandlerContext context) {
            ended.run();
            context.fireChannelUnregistered();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (cause instanceof IOException) {
                LOG.debug("the connection to {} broke", context.channel().remoteAddress(), cause);
                endedHere |= String.valueOf(cause.getMessage()).contains("timed out");
                ChannelFuture unused = context.close();
            } else {
                context.fireExceptionCaught(cause);
            }
        }
    }
}
