package io.firstline.connection;

import io.firstline.connection.report.ConnectTimes;
import io.firstline.connection.report.Path;
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

/** A WebSocket on a Vert.x channel; {@link PingAnswers} answers its pings. */
final class VertxSocket implements Socket {
    /**
     * Room for the messages that are sent when a connection opens. A server that leaves more unread counts as not
     * reading.
     */
    private static final int MAX_QUEUED_BYTES = 1 << 20;

    private static final int MAX_CONTROL_BYTES = 125;

    private final ContextInternal context;
    private final WsChannel socket;
    private final int maxMessageBytes;
    private final Path path;
    private final ConnectTimes times;

    VertxSocket(ContextInternal context, WsChannel socket, int maxMessageBytes, Path path, ConnectTimes times) {
        this.context = context;
        this.socket = socket;
        this.maxMessageBytes = maxMessageBytes;
        this.path = path;
        this.times = times;
        socket.maxQueued(MAX_QUEUED_BYTES);
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public ConnectTimes times() {
        return times;
    }

    @Override
    public void listen(Listener listener) {
        ChannelHandlerContext end = socket.context();
        if (!end.isRemoved()) { // a removed handler means the channel has ended; the listener will hear of it
            end.pipeline()
                    .addBefore(
                            end.name(),
                            "firstline-pings",
                            new PingAnswers(() -> context.execute(v -> listener.ping())));
            // on another thread, frames must be handed over to the thread of the context
            if (context.isEventLoopContext() && end.executor().inEventLoop()) {
                tap(end.pipeline(), end.name(), listener);
            }
        }
        socket.listen(listener);
    }

    private void tap(ChannelPipeline pipeline, String end, Listener listener) {
        pipeline.addBefore(end, "firstline-tap", new FrameTap(context, listener::message));
        ChannelHandlerContext decoder = pipeline.context(WebSocket13FrameDecoder.class);
        // an extension between the two would change the frames
        if (decoder != null && pipeline.get(WebSocketExtensionDecoder.class) == null) {
            FrameReader reader = new FrameReader(context, maxMessageBytes, isAtTheBeginning(pipeline), listener);
            pipeline.addBefore(decoder.name(), "firstline-reader", reader);
            pipeline.addAfter(decoder.name(), "firstline-witness", reader.counter());
        }
    }

    /**
     * Whether no frame has been read yet. Netty removes the HTTP codec in a separate task, directly after the task that
     * ended the handshake. While the codec is present, the bytes after the handshake have not reached the frame
     * decoder.
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
        return socket.sendClose(code, reason);
    }

    /** Closes from this handler, because a close from the channel's end would first send a close frame. */
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
