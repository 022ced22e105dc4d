package io.firstline.bench;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler.HandshakeComplete;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.vertx.core.json.JsonObject;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/**
 * The server of a measurement: one Netty event loop that writes encoded frames in batches, bypassing all encoders, so
 * that it is not the limit. It measures and reports how busy it was. Paths are {@code /} and {@code /0} to {@code /99}:
 * hundredths of the interval between two messages, for feeds that are served one after the other instead of all at
 * once.
 */
final class FeedServer implements Participant {
    private static final long DRAIN_SECONDS = 20;
    private static final int SEND_BUFFER = 128 << 10;
    private static final double HUNDREDTHS = 100;

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final EventLoop loop = group.next();
    private final List<ServerLine> lines = new ArrayList<>();
    private final Certificate certificate;
    private int port;
    private int tlsPort;
    private Broadcast broadcast = new Broadcast(loop, lines, Load.paced(1));
    private Mark mark = new Mark(0, 0, 0, 0);

    /** The start of the figures since the last request. */
    private record Mark(long nanos, long cpuNanos, long restedNanos, long sent) {}

    private FeedServer(Certificate certificate) {
        this.certificate = certificate;
    }

    static FeedServer start(Certificate certificate) {
        FeedServer server = new FeedServer(certificate);
        try {
            SslContext tls = SslContextBuilder.forServer(certificate.keys())
                    .sslProvider(tlsProvider())
                    .build();
            server.port = server.listen(null);
            server.tlsPort = server.listen(tls);
            return server;
        } catch (SSLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The fastest available provider, because the server must not be the limit. */
    private static io.netty.handler.ssl.SslProvider tlsProvider() {
        return io.netty.handler.ssl.OpenSsl.isAvailable()
                ? io.netty.handler.ssl.SslProvider.OPENSSL
                : io.netty.handler.ssl.SslProvider.JDK;
    }

    private int listen(SslContext tls) {
        Channel channel = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 1_024)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_SNDBUF, SEND_BUFFER)
                .childOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(SEND_BUFFER / 2, SEND_BUFFER))
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel opened) {
                        initialise(opened, tls);
                    }
                })
                .bind("127.0.0.1", 0)
                .syncUninterruptibly()
                .channel();
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    private void initialise(Channel channel, SslContext tls) {
        if (tls != null) {
            channel.pipeline().addLast(tls.newHandler(channel.alloc()));
        }
        ChannelInboundHandlerAdapter below = new ChannelInboundHandlerAdapter();
        channel.pipeline()
                .addLast(below)
                .addLast(new HttpServerCodec())
                .addLast(new HttpObjectAggregator(8_192))
                .addLast(new WebSocketServerProtocolHandler(WebSocketServerProtocolConfig.newBuilder()
                        .websocketPath("/")
                        .checkStartsWith(true)
                        .build()))
                .addLast(new Client(below));
    }

    /** One connection, from its upgrade to its end. The protocol handler answers pings. */
    private final class Client extends SimpleChannelInboundHandler<WebSocketFrame> {
        private final ChannelInboundHandlerAdapter below;
        private ServerLine line;

        private Client(ChannelInboundHandlerAdapter below) {
            this.below = below;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
            if (event instanceof HandshakeComplete done) {
                String path = done.requestUri().substring(1);
                double phase = path.isEmpty() ? 0 : Integer.parseInt(path) / HUNDREDTHS;
                line = new ServerLine(ctx.pipeline().context(below), lines.size(), phase);
                lines.add(line);
                broadcast.joined(line);
            }
            super.userEventTriggered(ctx, event);
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, WebSocketFrame frame) {
            // client messages have no effect
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            broadcast.pump();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            lines.remove(line);
            broadcast.pump();
        }

        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // nobody needs the result
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    @Override
    public JsonObject ask(JsonObject request) {
        return switch (request.getString("do")) {
            case "where" ->
                new JsonObject()
                        .put("port", port)
                        .put("tlsPort", tlsPort)
                        .put("pem", certificate.pem().toString());
            case "clock" -> new JsonObject().put("nanos", System.nanoTime());
            case "start" -> onLoop(() -> begin(Load.fromJson(request.getJsonObject("load"))));
            case "figures" -> onLoop(this::figures);
            case "stop" -> stop();
            default -> throw new IllegalArgumentException(request.encode());
        };
    }

    private JsonObject begin(Load load) {
        broadcast.close();
        broadcast = new Broadcast(loop, lines, load);
        broadcast.start();
        figures();
        return new JsonObject();
    }

    /** The figures since the last call. */
    private JsonObject figures() {
        Mark now = new Mark(
                System.nanoTime(),
                ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime(),
                broadcast.restedNanos(),
                broadcast.sent());
        double wall = now.nanos - mark.nanos;
        JsonObject figures = new JsonObject()
                .put("cpuShare", (now.cpuNanos - mark.cpuNanos) / wall)
                .put("restShare", (now.restedNanos - mark.restedNanos) / wall)
                .put("perSecond", (now.sent - mark.sent) / wall * 1e9)
                .put("backlogBytes", broadcast.backlog());
        mark = now;
        return figures;
    }

    private JsonObject stop() {
        onLoop(() -> {
            broadcast.stop();
            return null;
        });
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DRAIN_SECONDS);
        while (!onLoop(broadcast::isDone) && System.nanoTime() < deadline) {
            Waiting.sleep(2);
        }
        return onLoop(() -> {
            long sent = broadcast.sent();
            broadcast.close();
            return new JsonObject().put("sent", sent);
        });
    }

    private <T> T onLoop(Callable<T> task) {
        return Waiting.get(loop.submit(task));
    }

    @Override
    public void close() {
        onLoop(() -> {
            broadcast.close();
            return null;
        });
        if (!group.shutdownGracefully(0, 2, TimeUnit.SECONDS)
                .awaitUninterruptibly(Waiting.LIMIT_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the server did not end in time");
        }
    }
}
