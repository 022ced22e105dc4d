package io.firstline.connection;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionData;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionDecoder;
import io.netty.handler.codec.http.websocketx.extensions.compression.PerMessageDeflateClientExtensionHandshaker;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.http.WebSocketInternal;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** A Vert.x WebSocket whose pings {@link PingAnswers} answers. */
final class VertxSocket implements Socket {
    /** Room for what is sent when a connection opens; a server that leaves more than this unread is told as not reading. */
    private static final int MAX_QUEUED_BYTES = 1 << 20;

    private final WebSocket socket;
    private final int maxMessageBytes;

    VertxSocket(WebSocket socket, int maxMessageBytes) {
        this.socket = socket;
        this.maxMessageBytes = maxMessageBytes;
        socket.setWriteQueueMaxSize(MAX_QUEUED_BYTES);
        boundInflation();
    }

    /**
     * Vert.x inflates a frame to whatever it becomes: 16 KB can become a gigabyte. The same decoder with a bound takes its place, before it
     * has inflated anything.
     */
    private void boundInflation() {
        ChannelHandlerContext vertx = ((WebSocketInternal) socket).channelHandlerContext();
        WebSocketExtensionDecoder unbounded = vertx.pipeline().get(WebSocketExtensionDecoder.class);
        if (unbounded == null) {
            return;
        }
        if (!vertx.executor().inEventLoop() || !isAtTheBeginning(vertx.pipeline())) {
            ChannelFuture unused = vertx.close();
            throw new IllegalStateException("\"compression\" needs a context that is an event loop");
        }
        String answered = socket.headers().get("Sec-WebSocket-Extensions");
        boolean noContext =
                answered != null && answered.toLowerCase(Locale.ROOT).contains("server_no_context_takeover");
        vertx.pipeline().replace(unbounded, "firstline-inflater", inflater(noContext, maxMessageBytes));
    }

    /** Netty's own decoder of permessage-deflate. */
    static WebSocketExtensionDecoder inflater(boolean noContext, int maxMessageBytes) {
        Map<String, String> parameters = new HashMap<>();
        if (noContext) {
            parameters.put("server_no_context_takeover", null);
        }
        // a little more than the largest message, which must fill the buffer and find room left
        int bound = (int) Math.min(Integer.MAX_VALUE, maxMessageBytes + 1_024L);
        return new PerMessageDeflateClientExtensionHandshaker(6, true, 15, true, noContext, bound)
                .handshakeExtension(new WebSocketExtensionData("permessage-deflate", parameters))
                .newExtensionDecoder();
    }

    @Override
    public void listen(Listener listener) {
        socket.exceptionHandler(listener::failed);
        socket.closeHandler(v -> listener.ended());
        socket.pongHandler(listener::pong);
        socket.frameHandler(listener::frame);
        ChannelHandlerContext vertx = ((WebSocketInternal) socket).channelHandlerContext();
        ContextInternal context = ContextInternal.current();
        if (context == null || vertx.isRemoved()) { // the channel has ended; Vert.x is about to say so
            return;
        }
        vertx.pipeline()
                .addBefore(
                        vertx.name(), "firstline-pings", new PingAnswers(() -> context.execute(v -> listener.ping())));
        // elsewhere Vert.x has to carry frames from the channel's thread to that of the context
        if (context.isEventLoopContext() && vertx.executor().inEventLoop()) {
            tap(vertx.pipeline(), vertx.name(), context, listener);
        }
    }

    private void tap(ChannelPipeline pipeline, String vertx, ContextInternal context, Listener listener) {
        pipeline.addBefore(vertx, "firstline-tap", new FrameTap(context, listener::message));
        ChannelHandlerContext decoder = pipeline.context(WebSocket13FrameDecoder.class);
        // with an extension between the two, frames are not what they seem
        if (decoder != null && pipeline.get(WebSocketExtensionDecoder.class) == null) {
            FrameReader reader = new FrameReader(
                    context,
                    maxMessageBytes,
                    isAtTheBeginning(pipeline),
                    listener::message,
                    listener::oversize,
                    listener::unfinished);
            pipeline.addBefore(decoder.name(), "firstline-reader", reader);
            pipeline.addAfter(decoder.name(), "firstline-witness", reader.witness());
        }
    }

    /**
     * Whether no frame has been read yet. Netty removes the HTTP codec in a task of its own, right after the one that ended the
     * handshake; while the codec is there, the bytes behind the handshake have not gone to the decoder of frames.
     */
    private static boolean isAtTheBeginning(ChannelPipeline pipeline) {
        return pipeline.get(HttpClientCodec.class) != null;
    }

    @Override
    public Future<Void> writeText(String text) {
        return socket.writeTextMessage(text);
    }

    @Override
    public Future<Void> writeBinary(Buffer payload) {
        return socket.writeBinaryMessage(payload);
    }

    @Override
    public Future<Void> writePing(Buffer payload) {
        return socket.writePing(payload);
    }

    @Override
    public Future<Void> writePong(Buffer payload) {
        return socket.writePong(payload);
    }

    @Override
    public boolean isFull() {
        return socket.writeQueueFull();
    }

    @Override
    public Future<Void> close(int code, String reason) {
        return socket.close((short) code, reason);
    }

    /** Vert.x' own close waits for the other side, and for what is still to be written; the channel's does not. */
    @Override
    public Future<Void> cutOff() {
        Promise<Void> done = Promise.promise();
        ((WebSocketInternal) socket).channelHandlerContext().close().addListener(closed -> done.complete());
        return done.future();
    }

    @Override
    public Short closeCode() {
        return socket.closeStatusCode();
    }

    @Override
    public String closeReason() {
        return socket.closeReason();
    }
}
