package io.firstline.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionDecoder;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.PromiseInternal;

/** A WebSocket on a channel of Vert.x, whose pings {@link PingAnswers} answers. */
final class VertxSocket implements Socket {
    /** Room for what is sent when a connection opens; a server that leaves more than this unread is told as not reading. */
    private static final int MAX_QUEUED_BYTES = 1 << 20;

    private static final int MAX_CONTROL_BYTES = 125;

    private final ContextInternal context;
    private final WsChannel socket;
    private final int maxMessageBytes;

    VertxSocket(ContextInternal context, WsChannel socket, int maxMessageBytes) {
        this.context = context;
        this.socket = socket;
        this.maxMessageBytes = maxMessageBytes;
        socket.maxQueued(MAX_QUEUED_BYTES);
    }

    @Override
    public void listen(Listener listener) {
        ChannelHandlerContext end = socket.context();
        if (!end.isRemoved()) { // else the channel has ended; the listener is about to be told
            end.pipeline()
                    .addBefore(
                            end.name(),
                            "firstline-pings",
                            new PingAnswers(() -> context.execute(v -> listener.ping())));
            // elsewhere frames have to be carried from the channel's thread to that of the context
            if (context.isEventLoopContext() && end.executor().inEventLoop()) {
                tap(end.pipeline(), end.name(), listener);
            }
        }
        socket.listen(listener);
    }

    private void tap(ChannelPipeline pipeline, String end, Listener listener) {
        pipeline.addBefore(end, "firstline-tap", new FrameTap(context, listener::message));
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
        return socket.write(new TextWebSocketFrame(text));
    }

    @Override
    public Future<Void> writeBinary(Buffer payload) {
        return socket.write(new BinaryWebSocketFrame(bytes(payload)));
    }

    @Override
    public Future<Void> writePing(Buffer payload) {
        return payload.length() > MAX_CONTROL_BYTES ? tooLong() : socket.write(new PingWebSocketFrame(bytes(payload)));
    }

    @Override
    public Future<Void> writePong(Buffer payload) {
        return payload.length() > MAX_CONTROL_BYTES ? tooLong() : socket.write(new PongWebSocketFrame(bytes(payload)));
    }

    private static ByteBuf bytes(Buffer payload) {
        return Unpooled.wrappedBuffer(payload.getBytes());
    }

    private Future<Void> tooLong() {
        return context.failedFuture("a ping or pong has at most " + MAX_CONTROL_BYTES + " bytes");
    }

    @Override
    public boolean isFull() {
        return socket.isFull();
    }

    @Override
    public Future<Void> close(int code, String reason) {
        return socket.sayGoodbye(code, reason);
    }

    /** From here, and not from the channel's end, where somebody would say goodbye first. */
    @Override
    public Future<Void> cutOff() {
        PromiseInternal<Void> done = context.promise();
        socket.context().close().addListener(done);
        return done.future();
    }

    @Override
    public Short closeCode() {
        return socket.closeFrame() == null ? null : socket.closeFrame().closeStatusCode();
    }

    @Override
    public String closeReason() {
        return socket.closeFrame() == null ? null : socket.closeFrame().closeReason();
    }
}
