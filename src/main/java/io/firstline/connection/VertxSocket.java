package io.firstline.connection;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionDecoder;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.http.WebSocketInternal;

/** A Vert.x WebSocket. It answers pings by itself. */
final class VertxSocket implements Socket {
    /** Room for what is sent when a connection opens; a server that leaves more than this unread is told as not reading. */
    private static final int MAX_QUEUED_BYTES = 1 << 20;

    private final WebSocket socket;
    private final int maxMessageBytes;

    VertxSocket(WebSocket socket, int maxMessageBytes) {
        this.socket = socket;
        this.maxMessageBytes = maxMessageBytes;
        socket.setWriteQueueMaxSize(MAX_QUEUED_BYTES);
    }

    @Override
    public void listen(Listener listener) {
        socket.exceptionHandler(listener::failed);
        socket.closeHandler(v -> listener.ended());
        socket.pongHandler(listener::pong);
        socket.frameHandler(listener::frame);
        tap(listener);
    }

    /** Only where the channel's thread is that of the context: elsewhere Vert.x has to carry frames from one to the other. */
    private void tap(Listener listener) {
        ChannelHandlerContext vertx = ((WebSocketInternal) socket).channelHandlerContext();
        ContextInternal context = ContextInternal.current();
        if (context == null
                || !context.isEventLoopContext()
                || !vertx.executor().inEventLoop()
                || vertx.isRemoved()) { // the channel has ended; Vert.x is about to say so
            return;
        }
        ChannelPipeline pipeline = vertx.pipeline();
        pipeline.addBefore(vertx.name(), "firstline-tap", new FrameTap(context, listener::message));
        ChannelHandlerContext decoder = pipeline.context(WebSocket13FrameDecoder.class);
        // with an extension between the two, frames are not what they seem
        if (decoder != null && pipeline.get(WebSocketExtensionDecoder.class) == null) {
            FrameReader reader = new FrameReader(context, maxMessageBytes, listener::message);
            pipeline.addBefore(decoder.name(), "firstline-reader", reader);
            pipeline.addAfter(decoder.name(), "firstline-witness", reader.witness());
        }
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
