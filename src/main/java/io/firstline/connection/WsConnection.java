package io.firstline.connection;

import io.firstline.config.FeedUrl;
import io.firstline.config.WsConnectionConfig;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.internal.http.WebSocketInternal;
import io.vertx.core.net.PemTrustOptions;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One WebSocket, from opening to its end; to connect again, make another. Not thread-safe: every method is called on the Vert.x
 * context that called {@link #connect()}, and so is every method of the {@link Listener}.
 *
 * <p>Incoming pings are answered by Vert.x at once. Own pings go out every {@code latencyPingIntervalMs}, one outstanding at a time.
 * The socket is never paused: a paused Vert.x socket answers no pings. A peer that sends CLOSE but keeps TCP open is cut off.
 */
public final class WsConnection {
    private static final Logger LOG = LoggerFactory.getLogger(WsConnection.class);
    private static final long CLOSING_TIMEOUT_MS = 2_000;

    /** What happens on a connection. Called on its context. */
    public interface Listener {
        /** It is open, and {@code onConnect} messages are about to be sent; messages come after this. */
        void opened(WsConnection connection);

        /**
         * A message arrived.
         *
         * @param payload the receiver's to keep, not to change
         * @param arrivalNanos on the monotonic clock
         */
        void message(WsConnection connection, Buffer payload, boolean text, long arrivalNanos);

        /** A message could not be passed on. */
        void dropped(WsConnection connection, DropCause cause, long bytes);

        /** It had been open and has ended, by us or by the other side; the last call. */
        void closed(WsConnection connection, Disconnect end);
    }

    private final Vertx vertx;
    private final WebSocketClient client;
    private final WsConnectionConfig config;
    private final Listener listener;
    private final LatencyTracker latency;
    private final MessageAssembler assembler;
    private final Promise<Void> ended = Promise.promise();

    private ConnectionState state = ConnectionState.DISCONNECTED;
    private List<String> onConnect;
    private WebSocket socket;
    private long pingTimer = -1;
    private long connectStartedNanos;
    private long openedNanos;
    private long endedNanos;
    private boolean closing;
    private Disconnect end;
    private Throwable failure;
    private long messages;
    private long bytes;
    private Buffer recentMessage;

    /**
     * Makes a connection that is not opened yet.
     *
     * @param client from {@link #client}; the caller keeps and closes it. It must be held: an unreachable Vert.x client closes its sockets
     */
    public WsConnection(Vertx vertx, WebSocketClient client, WsConnectionConfig config, Listener listener) {
        this.vertx = vertx;
        this.client = client;
        this.config = config;
        this.listener = listener;
        this.onConnect = config.onConnect();
        this.latency = new LatencyTracker(config.latencyWindow());
        this.assembler = new MessageAssembler(config.maxMessageBytes(), new MessageAssembler.Sink() {
            @Override
            public void message(Buffer payload, boolean text) {
                messages++;
                bytes += payload.length();
                recentMessage = payload;
                listener.message(WsConnection.this, payload, text, System.nanoTime());
            }

            @Override
            public void dropped(DropCause cause, long droppedBytes) {
                listener.dropped(WsConnection.this, cause, droppedBytes);
            }
        });
    }

    /** A Vert.x client for connections of this configuration. */
    public static WebSocketClient client(Vertx vertx, WsConnectionConfig config) {
        WebSocketClientOptions options = new WebSocketClientOptions()
                .setMaxConnections(100_000)
                .setMaxFrameSize(config.maxMessageBytes())
                .setMaxMessageSize(config.maxMessageBytes())
                .setConnectTimeout(config.connectTimeoutMs())
                .setSslHandshakeTimeout(config.connectTimeoutMs())
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                .setTryUsePerMessageCompression(config.compression())
                .setTcpNoDelay(true)
                .setTcpKeepAlive(true)
                .setClosingTimeout((int) TimeUnit.MILLISECONDS.toSeconds(CLOSING_TIMEOUT_MS));
        if (!config.trustedCertificates().isEmpty()) {
            options.setTrustOptions(new PemTrustOptions().addCertPath(config.trustedCertificates()));
        }
        return vertx.createWebSocketClient(options);
    }

    /**
     * Opens the connection.
     *
     * @return succeeds when it is open (after {@link Listener#opened}); fails with a {@link ConnectFailedException}
     */
    public Future<Void> connect() {
        state = state.become(ConnectionState.CONNECTING);
        connectStartedNanos = System.nanoTime();
        return client.connect(connectOptions()).transform(attempt -> {
            if (attempt.failed()) {
                end = Disconnect.of(attempt.cause(), 0);
                if (state == ConnectionState.CONNECTING) {
                    state = state.become(ConnectionState.DISCONNECTED);
                }
                ended.tryComplete();
                return Future.failedFuture(new ConnectFailedException(end, attempt.cause()));
            }
            if (state == ConnectionState.CLOSED) {
                attempt.result().close((short) 1000);
                ended.tryComplete();
                end = new Disconnect("closed-by-us", 0, "closed while connecting");
                return Future.failedFuture(new ConnectFailedException(end, null));
            }
            open(attempt.result());
            return Future.succeededFuture();
        });
    }

    private WebSocketConnectOptions connectOptions() {
        URI uri = URI.create(config.url());
        boolean tls = "wss".equalsIgnoreCase(uri.getScheme());
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String host = uri.getHost();
        WebSocketConnectOptions options = new WebSocketConnectOptions()
                .setSsl(tls)
                .setHost(host.startsWith("[") ? host.substring(1, host.length() - 1) : host)
                .setPort(uri.getPort() > 0 ? uri.getPort() : tls ? 443 : 80)
                .setURI(uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery())
                .setAllowOriginHeader(false);
        options.setTimeout(config.connectTimeoutMs());
        config.headers().forEach(options::addHeader);
        return options;
    }

    private void open(WebSocket opened) {
        socket = opened;
        openedNanos = System.nanoTime();
        state = state.become(ConnectionState.CONNECTED);
        opened.exceptionHandler(e -> {
            if (failure == null || failure instanceof io.vertx.core.http.HttpClosedException) {
                failure = e;
            }
        });
        opened.closeHandler(v -> ended());
        opened.pongHandler(this::onPong);
        List<String> configured = onConnect;
        listener.opened(this);
        opened.frameHandler(this::onFrame);
        // a listener that has just set others has sent them by that
        for (String message : onConnect == configured ? configured : List.<String>of()) {
            send(message)
                    .onFailure(
                            e -> LOG.warn("{} could not send on connect: {}", config.connectionId(), e.getMessage()));
        }
        ping();
        pingTimer = vertx.setPeriodic(config.latencyPingIntervalMs(), t -> ping());
    }

    private void onFrame(WebSocketFrame frame) {
        switch (frame.type()) {
            case TEXT -> assembler.onFrame(true, true, frame.isFinal(), frame.binaryData());
            case BINARY -> assembler.onFrame(true, false, frame.isFinal(), frame.binaryData());
            case CONTINUATION -> assembler.onFrame(false, false, frame.isFinal(), frame.binaryData());
            case CLOSE -> peerIsClosing(frame);
            default -> {
                // pings are answered by Vert.x, pongs have a handler of their own
            }
        }
    }

    /** Nothing comes after a close frame, so the end is told now; Vert.x tells it only when TCP ends, which may be never. */
    private void peerIsClosing(WebSocketFrame frame) {
        if (!closing) {
            int code = frame.closeStatusCode();
            finish(Disconnect.closed(code, frame.closeReason()));
        }
        WebSocketInternal open = (WebSocketInternal) socket;
        vertx.setTimer(
                CLOSING_TIMEOUT_MS,
                t -> open.channelHandlerContext().close().addListener(closed -> LOG.debug("{} cut off", id())));
    }

    private void ended() {
        if (closing) {
            finish(new Disconnect("closed-by-us", 1000, ""));
        } else if (failure != null) {
            finish(Disconnect.of(failure, 1006));
        } else {
            Short code = socket.closeStatusCode();
            finish(
                    code == null || code == 1006
                            ? new Disconnect("eof", 1006, "closed without a close frame")
                            : Disconnect.closed(code, socket.closeReason()));
        }
    }

    private void finish(Disconnect why) {
        if (end != null) {
            return;
        }
        end = why;
        endedNanos = System.nanoTime();
        vertx.cancelTimer(pingTimer);
        if (state == ConnectionState.CONNECTED) {
            state = state.become(ConnectionState.DISCONNECTED);
        }
        assembler.onEnd();
        ended.tryComplete();
        listener.closed(this, why);
    }

    private void ping() {
        long id = latency.nextPing(System.nanoTime());
        if (id != 0) {
            socket.writePing(Buffer.buffer(Long.BYTES).appendLong(id))
                    .onFailure(e -> LOG.debug("{} could not ping: {}", config.connectionId(), e.getMessage()));
        }
    }

    private void onPong(Buffer payload) {
        if (payload.length() == Long.BYTES) {
            latency.onPong(payload.getLong(0), System.nanoTime());
        }
    }

    /** Sends a text message; fails if the connection is not open or cannot take more for now. */
    public Future<Void> send(String text) {
        return whenOpen(() -> socket.writeTextMessage(text));
    }

    /** Sends a binary message; fails if the connection is not open or cannot take more for now. */
    public Future<Void> send(Buffer payload) {
        return whenOpen(() -> socket.writeBinaryMessage(payload));
    }

    /** Sends a ping of the caller's own, at most 125 bytes; its pong does not count as latency. */
    public Future<Void> sendPing(Buffer payload) {
        return whenOpen(() -> socket.writePing(payload));
    }

    /** Sends an unsolicited pong, at most 125 bytes. */
    public Future<Void> sendPong(Buffer payload) {
        return whenOpen(() -> socket.writePong(payload));
    }

    private Future<Void> whenOpen(java.util.function.Supplier<Future<Void>> write) {
        if (!isOpen()) {
            return Future.failedFuture(
                    new IllegalStateException(config.connectionId() + " is not connected but " + state));
        }
        if (socket.writeQueueFull()) {
            return Future.failedFuture(new IllegalStateException(
                    config.connectionId() + " has a full write queue: the server does not read"));
        }
        return write.get();
    }

    /** Replaces the messages sent when the connection opens; sends them at once if it is open. */
    public Future<Void> setOnConnect(List<String> messages) {
        onConnect = List.copyOf(messages);
        if (!isOpen()) {
            return Future.succeededFuture();
        }
        return Future.all(onConnect.stream().map(this::send).toList()).mapEmpty();
    }

    /**
     * Closes the connection for good. What the server sends until it answers the close frame is still passed on. Idempotent.
     *
     * @return completes when the socket is closed, at the latest after two seconds
     */
    public Future<Void> close(int code, String reason) {
        if (state == ConnectionState.CLOSED) {
            return ended.future();
        }
        boolean open = isOpen();
        boolean connecting = state == ConnectionState.CONNECTING;
        state = state.become(ConnectionState.CLOSED);
        if (open) {
            closing = true;
            vertx.cancelTimer(pingTimer);
            socket.close((short) code, reason)
                    .onFailure(e -> LOG.debug("{} close: {}", config.connectionId(), e.getMessage()));
        } else if (!connecting) {
            ended.tryComplete();
        }
        return ended.future();
    }

    private boolean isOpen() {
        return state == ConnectionState.CONNECTED;
    }

    public WsConnectionConfig config() {
        return config;
    }

    public String id() {
        return config.connectionId();
    }

    /** When the connect attempt began, nanoseconds of the monotonic clock. */
    public long connectStartedNanos() {
        return connectStartedNanos;
    }

    /** Milliseconds it has been, or was, open. */
    public long ageMs() {
        if (openedNanos == 0) {
            return 0;
        }
        return ((endedNanos == 0 ? System.nanoTime() : endedNanos) - openedNanos) / 1_000_000;
    }

    /** Moving average of the round trip in milliseconds, NaN = not measured yet. */
    public double latencyMs() {
        return latency.emaMs();
    }

    public boolean isClosedByUs() {
        return state == ConnectionState.CLOSED;
    }

    public boolean isConnected() {
        return isOpen();
    }

    /** A snapshot of the facts. */
    public WsConnectionState state() {
        return new WsConnectionState(
                id(),
                state,
                messages,
                bytes,
                latency.emaMs(),
                latency.lastMs(),
                latency.minMs(),
                recentMessage,
                ageMs(),
                end);
    }

    @Override
    public String toString() {
        return id() + " " + FeedUrl.masked(config.url());
    }
}
