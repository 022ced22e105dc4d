package io.firstline.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler.ClientHandshakeStateEvent;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** The limit of the machine: Netty's WebSocket client on the event loop and transport of Vert.x. Without TLS. */
final class NettyReceiver implements Receiver {
    private static final int RECEIVE_LIMIT = 1 << 16;

    private final Target target;
    private final VertxInternal vertx;
    private final ContextInternal context;
    private final EventLoop loop;
    private final Consumption consumption = new Consumption();
    private final List<Channel> channels = new ArrayList<>();
    private final Promise<Void> opened = Promise.promise();
    private long copies;
    private int live;

    NettyReceiver(Vertx vertx, Target target) {
        this.target = target;
        this.vertx = (VertxInternal) vertx;
        this.context = this.vertx.createEventLoopContext();
        this.loop = context.nettyEventLoop();
    }

    @Override
    public Future<Void> open() {
        URI uri = URI.create(target.url(0));
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channelFactory(vertx.transport().channelFactory(false))
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(new HttpClientCodec())
                                .addLast(new HttpObjectAggregator(RECEIVE_LIMIT))
                                .addLast(new WebSocketClientProtocolHandler(WebSocketClientProtocolConfig.newBuilder()
                                        .webSocketUri(uri)
                                        // as in Vert.x; it would cost as much as everything else
                                        .withUTF8Validator(false)
                                        .build()))
                                .addLast(new Counter());
                    }
                });
        for (int i = 0; i < target.connections(); i++) {
            bootstrap.connect(uri.getHost(), uri.getPort()).addListener(done -> {
                if (!done.isSuccess()) {
                    opened.tryFail(done.cause());
                }
            });
        }
        return opened.future();
    }

    private final class Counter extends SimpleChannelInboundHandler<WebSocketFrame> {
        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event == ClientHandshakeStateEvent.HANDSHAKE_COMPLETE) {
                channels.add(ctx.channel());
                live++;
                if (live == target.connections()) {
                    opened.tryComplete();
                }
            }
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, WebSocketFrame frame) {
            if (frame instanceof TextWebSocketFrame) {
                copies++;
                if (target.timed()) {
                    consumption.copy(frame.content());
                }
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            live--;
        }
    }

    @Override
    public Future<Standing> standing() {
        Promise<Standing> standing = Promise.promise();
        loop.execute(() -> standing.complete(new Standing(live, copies, 0, target.connections() - live)));
        return standing.future();
    }

    @Override
    public List<Consumer> consumers() {
        return target.timed() ? List.of(new Consumer(context, consumption)) : List.of();
    }

    @Override
    public Future<Void> close() {
        Promise<Void> closed = Promise.promise();
        loop.execute(() -> {
            DefaultChannelGroup all = new DefaultChannelGroup(loop);
            all.addAll(channels);
            all.close().addListener(done -> closed.complete());
        });
        return closed.future();
    }
}
