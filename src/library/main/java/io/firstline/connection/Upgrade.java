package io.firstline.connection;

import io.firstline.config.WsConnectionConfig;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.compression.ZlibCodecFactory;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakerFactory;
import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketClientExtensionHandler;
import io.netty.handler.codec.http.websocketx.extensions.compression.PerMessageDeflateClientExtensionHandshaker;
import io.netty.handler.codec.http.websocketx.extensions.compression.PerMessageDeflateServerExtensionHandshaker;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Upgrades a TCP or TLS connection to a WebSocket (RFC 6455, 4.1). Every part of the server's answer is bounded: the
 * head by {@value #MAX_HEADER_BYTES} bytes, interim answers by {@value #MAX_INTERIM}, the body of a refusal by
 * {@value #MAX_BODY_BYTES} bytes and one second, all of it by the configured timeout. Runs on the channel's event loop.
 */
final class Upgrade extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(Upgrade.class);

    static final int MAX_HEADER_BYTES = 16_384;
    static final int MAX_INTERIM = 8;
    static final int MAX_BODY_BYTES = 1_024;

    private static final int MAX_LINE_BYTES = 4_096;
    private static final int MAX_CHUNK_BYTES = 8_192;
    private static final int BODY_TIMEOUT_MS = 1_000;
    private static final int SWITCHING = 101;
    private static final int COMPRESSION_LEVEL = 6;

    private final WsConnectionConfig config;
    private final ContextInternal context;
    private final WebSocketClientHandshaker handshaker;
    private final Promise<WsChannel> upgraded;
    private final Buffer body = Buffer.buffer();
    private ScheduledFuture<?> timeout;
    private HttpResponse answer;
    private int interim;
    private boolean done;

    private Upgrade(WsConnectionConfig config, URI uri, HttpHeaders headers, ContextInternal context) {
        this.config = config;
        this.context = context;
        this.upgraded = context.promise();
        if (!config.subProtocols().isEmpty()) {
            // not passed to Netty, which would reject a server that chooses none
            headers.set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, String.join(", ", config.subProtocols()));
        }
        this.handshaker = WebSocketClientHandshakerFactory.newHandshaker(
                uri,
                WebSocketVersion.V13,
                null,
                config.compression(),
                headers,
                config.maxMessageBytes(),
                true,
                false,
                -1,
                false,
                false);
    }

    /**
     * Sends the upgrade request.
     *
     * @param uri the target
     * @param headers request headers besides those of the upgrade
     * @return fails with a {@link RefusedException} or another cause; then the connection is closed
     */
    static Future<WsChannel> of(
            NetSocketInternal tcp, WsConnectionConfig config, URI uri, HttpHeaders headers, ContextInternal context) {
        Upgrade upgrade = new Upgrade(config, uri, headers, context);
        Channel channel = tcp.channelHandlerContext().channel();
        Runnable begin = () -> upgrade.begin(channel.pipeline(), tcp.channelHandlerContext());
        if (channel.eventLoop().inEventLoop()) {
            begin.run();
        } else {
            channel.eventLoop().execute(begin);
        }
        return upgrade.upgraded.future();
    }

    private void begin(ChannelPipeline pipeline, ChannelHandlerContext end) {
        if (end.isRemoved() || !end.channel().isActive()) {
            upgraded.fail(new WebSocketHandshakeException("the connection was closed before the upgrade"));
            return;
        }
        pipeline.addBefore(
                end.name(),
                "firstline-http",
                new HttpClientCodec(
                        new HttpDecoderConfig()
                                .setMaxInitialLineLength(MAX_LINE_BYTES)
                                .setMaxHeaderSize(MAX_HEADER_BYTES)
                                .setMaxChunkSize(MAX_CHUNK_BYTES),
                        false,
                        false));
        if (config.compression()) {
            pipeline.addBefore(
                    end.name(),
                    "firstline-extensions",
                    new WebSocketClientExtensionHandler(new PerMessageDeflateClientExtensionHandshaker(
                            COMPRESSION_LEVEL,
                            ZlibCodecFactory.isSupportingWindowSizeAndMemLevel(),
                            PerMessageDeflateServerExtensionHandshaker.MAX_WINDOW_SIZE,
                            false,
                            false,
                            // slightly more than the largest message, which must fill the buffer and leave room
                            (int) Math.min(Integer.MAX_VALUE, config.maxMessageBytes() + 1_024L))));
        }
        pipeline.addBefore(end.name(), "firstline-upgrade", this);
        ChannelHandlerContext self = pipeline.context(this);
        timeout = self.executor()
                .schedule(() -> failAndClose(self, timedOut()), config.connectTimeoutMs(), TimeUnit.MILLISECONDS);
        handshaker.handshake(self.channel()).addListener(written -> {
            if (!written.isSuccess()) {
                failAndClose(self, written.cause());
            }
        });
    }

    private static Throwable timedOut() {
        return new WebSocketHandshakeException("the server did not answer in time");
    }

    @Override
    public void channelRead(ChannelHandlerContext channel, Object message) {
        try {
            if (done) {
                return;
            }
            if (message instanceof HttpResponse head) {
                onHead(channel, head);
            }
            if (message instanceof HttpContent content && !done && answer != null) {
                onContent(channel, content);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void onHead(ChannelHandlerContext channel, HttpResponse head) {
        int status = head.status().code();
        if (head.decoderResult().isFailure()) {
            failAndClose(
                    channel,
                    new WebSocketHandshakeException("the answer is not valid HTTP: "
                            + head.decoderResult().cause().getMessage()));
        } else if (status == SWITCHING || status >= 200) {
            answer = head;
            if (status != SWITCHING) {
                timeout.cancel(false);
                timeout = channel.executor()
                        .schedule(
                                () -> failAndClose(channel, refusal()),
                                Math.min(BODY_TIMEOUT_MS, config.connectTimeoutMs()),
                                TimeUnit.MILLISECONDS);
            }
        } else if (++interim > MAX_INTERIM) {
            failAndClose(
                    channel,
                    new WebSocketHandshakeException(
                            "the server sent more than " + MAX_INTERIM + " interim answers (HTTP " + status + ")"));
        }
    }

    private void onContent(ChannelHandlerContext channel, HttpContent content) {
        boolean last = content instanceof LastHttpContent;
        if (answer.status().code() == SWITCHING) {
            if (last) {
                finish(channel);
            }
            return;
        }
        ByteBuf piece = content.content();
        byte[] bytes = new byte[Math.min(piece.readableBytes(), MAX_BODY_BYTES - body.length())];
        piece.getBytes(piece.readerIndex(), bytes);
        body.appendBytes(bytes);
        if (last || body.length() == MAX_BODY_BYTES) {
            failAndClose(channel, refusal());
        }
    }

    private RefusedException refusal() {
        return Refusal.of(answer, body, config);
    }

    private void finish(ChannelHandlerContext channel) {
        String chosen = answer.headers().get(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
        if (chosen != null && !chosen.isBlank() && !config.subProtocols().contains(chosen.strip())) {
            failAndClose(channel, new WebSocketHandshakeException(Refusal.subProtocol(chosen, config)));
            return;
        }
        DefaultFullHttpResponse whole = new DefaultFullHttpResponse(answer.protocolVersion(), answer.status());
        whole.headers().add(answer.headers()).remove(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
        WsChannel end = new WsChannel(context);
        try {
            handshaker.finishHandshake(channel.channel(), whole);
            channel.pipeline().addAfter(channel.name(), "firstline-socket", end);
        } catch (RuntimeException wrong) {
            failAndClose(channel, wrong);
            return;
        }
        done = true;
        timeout.cancel(false);
        channel.pipeline().remove(this);
        upgraded.complete(end);
    }

    @Override
    public void channelInactive(ChannelHandlerContext channel) {
        failAndClose(
                channel,
                answer != null && answer.status().code() != SWITCHING
                        ? refusal()
                        : new WebSocketHandshakeException("the server closed the connection during the upgrade"));
        channel.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext channel, Throwable cause) {
        failAndClose(channel, cause);
    }

    private void failAndClose(ChannelHandlerContext channel, Throwable why) {
        if (!done) {
            done = true;
            timeout.cancel(false);
            channel.close().addListener(closed -> LOG.debug("the upgrade failed: {}", why.getMessage()));
            upgraded.fail(why);
        }
    }
}
