package io.firstline.bridge;

import io.firstline.config.service.HttpConfig.PemFiles;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.ApplicationProtocolNegotiator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.spi.tls.DefaultSslContextFactory;
import io.vertx.core.spi.tls.SslContextFactory;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSessionContext;

/**
 * Bounds the TLS handshakes in progress at a server. At the limit, a new handshake closes the oldest, because a real client finishes
 * within milliseconds. Vert.x reports a connection only after its handshake, so no other limit counts these. For any thread.
 */
public final class Handshakes extends JdkSSLEngineOptions {
    /** The usual limit. */
    public static final int MOST = 128;

    /** The longest handshake of a connection, which is not counted otherwise yet. */
    private static final long SECONDS = 5;

    private final int limit;
    private final Set<Channel> underWay = new LinkedHashSet<>();

    /** At most this many at a time. */
    public Handshakes(int limit) {
        this.limit = limit;
    }

    /** Serves TLS with these files, and at most this many handshakes at a time; null = without TLS. */
    public static void serve(NetServerOptions options, PemFiles tls, int most) {
        if (tls != null) {
            options.setSsl(true)
                    .setSslEngineOptions(new Handshakes(Math.min(MOST, most)))
                    .setSslHandshakeTimeout(SECONDS)
                    .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS)
                    .setKeyCertOptions(new PemKeyCertOptions()
                            .addCertPath(tls.certificate())
                            .addKeyPath(tls.key()));
        }
    }

    /** Vert.x copies options, but all copies must share the count. */
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

    /** Wraps a context; its handlers report the begin and end of their handshake. */
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
