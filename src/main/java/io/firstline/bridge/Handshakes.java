package io.firstline.bridge;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.ApplicationProtocolNegotiator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.spi.tls.DefaultSslContextFactory;
import io.vertx.core.spi.tls.SslContextFactory;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSessionContext;

/**
 * TLS of a server that has at most a fixed number of handshakes under way. A new one closes the oldest, because a client that means it is
 * done in a moment. Connections that are still in their handshake are not known to the server, so no other limit counts them.
 */
public final class Handshakes extends JdkSSLEngineOptions {
    /** More than that are never under way at a server that is used as it is meant to be. */
    public static final int MOST = 128;

    private final int limit;
    private final Set<Channel> underWay = new LinkedHashSet<>();

    /** At most so many. */
    public Handshakes(int limit) {
        this.limit = limit;
    }

    /** Vert.x copies options; the count is one. */
    @Override
    public Handshakes copy() {
        return this;
    }

    @Override
    public SslContextFactory sslContextFactory() {
        return new DefaultSslContextFactory(SslProvider.JDK, false) {
            @Override
            public SslContext create() throws SSLException {
                return new Counting(super.create());
            }
        };
    }

    private void begins(Channel channel) {
        Channel oldest = null;
        synchronized (underWay) {
            underWay.add(channel);
            if (underWay.size() > limit) {
                Iterator<Channel> inOrder = underWay.iterator();
                oldest = inOrder.next();
                inOrder.remove();
            }
        }
        if (oldest != null) {
            ChannelFuture unused = oldest.close();
        }
    }

    private void ends(Channel channel) {
        synchronized (underWay) {
            underWay.remove(channel);
        }
    }

    /** Another context whose handlers tell when their handshake begins and ends. */
    private final class Counting extends SslContext {
        private final SslContext context;

        Counting(SslContext context) {
            this.context = context;
        }

        @Override
        protected SslHandler newHandler(ByteBufAllocator allocator, boolean startTls, Executor tasks) {
            return new Counted(newEngine(allocator), startTls, tasks);
        }

        @Override
        protected SslHandler newHandler(
                ByteBufAllocator allocator, String host, int port, boolean startTls, Executor tasks) {
            return new Counted(newEngine(allocator, host, port), startTls, tasks);
        }

        @Override
        public SSLEngine newEngine(ByteBufAllocator allocator) {
            return context.newEngine(allocator);
        }

        @Override
        public SSLEngine newEngine(ByteBufAllocator allocator, String host, int port) {
            return context.newEngine(allocator, host, port);
        }

        @Override
        public boolean isClient() {
            return context.isClient();
        }

        @Override
        public List<String> cipherSuites() {
            return context.cipherSuites();
        }

        @Override
        @SuppressWarnings("deprecation") // the base class has it
        public ApplicationProtocolNegotiator applicationProtocolNegotiator() {
            return context.applicationProtocolNegotiator();
        }

        @Override
        public SSLSessionContext sessionContext() {
            return context.sessionContext();
        }
    }

    private final class Counted extends SslHandler {
        Counted(SSLEngine engine, boolean startTls, Executor tasks) {
            super(engine, startTls, tasks);
        }

        @Override
        public void handlerAdded(ChannelHandlerContext channel) throws Exception {
            begins(channel.channel());
            super.handlerAdded(channel);
            handshakeFuture().addListener(done -> ends(channel.channel()));
        }
    }
}
