package io.firstline.simulator;

import io.firstline.recording.Recording;
import io.firstline.recording.RecordingException;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.ServerWebSocketHandshake;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;

/**
 * A WebSocket server with Binance's market-stream protocol: spot on {@code /ws} and {@code /stream}, USD-M futures
 * below {@code /public} and {@code /market}, the time at {@code /api/v3/time} and {@code /fapi/v1/time}, order books at
 * {@code /api/v3/depth} and {@code /fapi/v1/depth}. It speaks OKX's protocol on {@code /ws/v5/public} (trades, books,
 * bbo-tbt, tickers) and Bybit's on {@code /v5/public/spot} and so on (publicTrade, orderbook.50, orderbook.1, tickers),
 * and Kraken's on {@code /v2} (trade, book of depth 10). All of them show the same order book of a symbol. It emits a seeded market or replays recordings. Faults can be configured per
 * connection.
 *
 * <p>All methods may be called from any thread. They take effect in order on the simulator's event loop, immediately if
 * called there. Handlers and hooks are called on that loop and must not block. {@link #lines()} and {@link #emitted()}
 * return snapshots that may be slightly stale. {@link #close()} frees the port, the connections and all timers.
 * <pre>{@code
 * ExchangeSimulator exchange = ExchangeSimulator.create(vertx, SimulatorConfig.of().withMessagesPerSecond(1_000));
 * exchange.start().onSuccess(port -> connect(exchange.url("/ws/btcusdt@bookTicker")));
 * }</pre>
 *
 * <p>PONGs, acks and the server's pings have the connection's base delay, without jitter or loss, and keep their order
 * among its messages. A measured round trip therefore contains the line's delay once. Frames from the client are not
 * delayed.
 */
public final class ExchangeSimulator {
    private static final int MAX_CLIENT_FRAME_BYTES = 1 << 20;
    private static final int BIND_ATTEMPTS = 5;
    private static final int BIND_PAUSE_MS = 50;

    private final VertxInternal vertx;
    private final ContextInternal context;
    private final SimulatorConfig config;
    private final Connections connections = new Connections();
    private final Emitter emitter;
    private final AtomicReference<Future<Integer>> started = new AtomicReference<>();
    private final AtomicReference<Future<Void>> closed = new AtomicReference<>();
    private final ServedConnection.Listener listener = new LineListener();
    private volatile Handler<ClientFrame> onClientFrame = frame -> {};
    private volatile int port;
    private final Replay replay;
    private HttpServer server;
    private int accepted;

    private ExchangeSimulator(Vertx vertx, SimulatorConfig config) {
        this.vertx = (VertxInternal) vertx;
        this.config = Objects.requireNonNull(config);
        this.context = this.vertx.createEventLoopContext();
        this.emitter = new Emitter(context, connections, config);
        this.replay = new Replay(context, config);
    }

    /** Makes a simulator that is not started yet. */
    public static ExchangeSimulator create(Vertx vertx, SimulatorConfig config) {
        return new ExchangeSimulator(vertx, config);
    }

    /**
     * Reads the recordings, if any, and listens. Returns the bound port; further calls return the same result. Fails
     * with a {@link RecordingException} if a recording is unreadable, and with an IllegalStateException if the port is
     * taken or the simulator is closed.
     */
    public Future<Integer> start() {
        Promise<Integer> promise = promise();
        if (started.compareAndSet(null, promise.future())) {
            run(() -> {
                if (closed.get() != null) {
                    promise.fail(new IllegalStateException("the simulator is closed"));
                } else {
                    context.executeBlocking(this::prepare).compose(this::listen).onComplete(promise);
                }
            });
        }
        return started.get();
    }

    /** The port; throws IllegalStateException until {@link #start()} has succeeded. */
    public int port() {
        if (port == 0) {
            throw new IllegalStateException("the simulator has not started");
        }
        return port;
    }

    /**
     * The URL of a path, such as {@code url("/stream?streams=btcusdt@trade")}; available once {@link #start()} has
     * succeeded.
     */
    public String url(String pathAndQuery) {
        String host = config.host().equals("0.0.0.0") ? "127.0.0.1" : config.host();
        return "ws://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port() + pathAndQuery;
    }

    /** Closes every connection with code 1001 and stops listening. Idempotent; completes when everything is closed. */
    public Future<Void> close() {
        Promise<Void> promise = promise();
        if (closed.compareAndSet(null, promise.future())) {
            Future<Integer> starting = started.get() == null ? Future.succeededFuture() : started.get();
            try {
                starting.onComplete(any -> run(() -> closeAll().onComplete(promise)));
            } catch (RejectedExecutionException e) {
                promise.complete(); // the closed Vert.x has closed everything
            }
        }
        return closed.get();
    }

    /**
     * Completes with the number of sent messages once every connection of a replay has received its whole recording,
     * and no client has connected for the remaining recordings within two seconds. Fails with a
     * {@link RecordingException} if a recording is unreadable.
     */
    public Future<Long> served() {
        return replay.served();
    }

    /** The open connections, in the order in which they were accepted. */
    public List<SimulatedLine> lines() {
        return connections.open().stream().map(ServedConnection::describe).toList();
    }

    /**
     * Cuts an open connection. Completes when it has closed; fails with a NoSuchElementException if there is no such
     * connection.
     */
    public Future<Void> cut(int number, CutKind kind) {
        Promise<Void> promise = promise();
        run(() -> connections
                .byNumber(number)
                .map(line -> line.cut(kind))
                .orElseGet(() -> Future.failedFuture(noSuchLine(number)))
                .onComplete(promise));
        return promise.future();
    }

    /**
     * Holds back all output of an open connection until {@link #thaw}. Throws NoSuchElementException if there is no
     * such connection.
     */
    public void freeze(int number) {
        ServedConnection line = line(number);
        run(() -> line.freeze(true));
    }

    /**
     * Delivers the output that {@link #freeze} held back, at once and in order. Throws NoSuchElementException if there
     * is no such connection.
     */
    public void thaw(int number) {
        ServedConnection line = line(number);
        run(() -> line.thaw(true));
    }

    /** Sends {@code serverShutdown} to every connection, in its form. No connection closes because of it. */
    public void announceShutdown() {
        run(() -> connections.forEach(line -> line.announceShutdown(Emitter.nowUs())));
    }

    /** Stops the market or the replay; everything else continues. */
    public void pauseEmission() {
        run(() -> {
            emitter.pause();
            replay.pause();
        });
    }

    /** Continues the market or the replay. Messages due during a pause of the market are not emitted. */
    public void resumeEmission() {
        run(() -> {
            emitter.resume();
            replay.resume();
        });
    }

    /** Sends a message of any stream, existing or not, to every subscriber on a path where the venue delivers it. */
    public void emit(String stream, String payloadJson) {
        byte[] payload = payloadJson.getBytes(StandardCharsets.UTF_8);
        run(() -> emitter.emit(stream, payload));
    }

    /** Sends these bytes unchanged as one text or binary frame to every connection. Delay, jitter and loss apply. */
    public void broadcastRaw(Buffer payload, boolean text) {
        byte[] bytes = payload.getBytes();
        run(() -> {
            WireFrame frame = text ? WireFrame.text(bytes) : WireFrame.binary(bytes);
            connections.forEach(line -> line.send(frame));
            connections.flush();
        });
    }

    /**
     * The number of emitted messages by stream, including injected ones. A message counts once for all its receivers.
     */
    public Map<String, Long> emitted() {
        return emitter.emitted();
    }

    /**
     * Sets a hook for every emitted message with a receiver, called before it is sent: stream name and payload, not
     * wrapped, UTF-8. A message that is sent in several forms (spot and futures, milliseconds and microseconds) is
     * reported once in each. Replays are not reported.
     */
    public ExchangeSimulator onEmit(BiConsumer<String, Buffer> hook) {
        emitter.onEmit(hook);
        return this;
    }

    /** Sets a handler for every frame from a client, except close frames. */
    public ExchangeSimulator onClientFrame(Handler<ClientFrame> handler) {
        onClientFrame = handler;
        return this;
    }

    private void run(Runnable action) {
        context.emit(nothing -> action.run());
    }

    /** A promise whose callbacks run on the caller's context, if there is one. */
    private <T> Promise<T> promise() {
        ContextInternal caller = vertx.getContext();
        return caller == null ? Promise.promise() : caller.promise();
    }

    /** The blocking part of the start. */
    private List<Recording> prepare() throws InterruptedException {
        for (int attempt = 1; !isPortFree(attempt == BIND_ATTEMPTS); attempt++) {
            Thread.sleep(BIND_PAUSE_MS);
        }
        return Recording.readAll(config.recordings());
    }

    /**
     * Tests the port first, because two servers of one Vert.x silently share a port. Tries more than once, because a
     * server of this process that was just closed keeps its port until the next turn of its selector.
     */
    private boolean isPortFree(boolean isLastAttempt) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(config.host(), config.port()));
            return true;
        } catch (IOException e) {
            if (isLastAttempt) {
                throw new IllegalStateException(
                        "the simulator cannot listen on " + config.host() + ":" + config.port() + " (" + e.getMessage()
                                + ")",
                        e);
            }
            return false;
        }
    }

    private Future<Integer> listen(List<Recording> recordings) {
        replay.load(recordings);
        HttpServerOptions options = new HttpServerOptions()
                .setPerMessageWebSocketCompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false)
                .setMaxWebSocketFrameSize(MAX_CLIENT_FRAME_BYTES)
                .setMaxWebSocketMessageSize(MAX_CLIENT_FRAME_BYTES)
                .setWebSocketClosingTimeout(1);
        server = vertx.createHttpServer(options)
                .requestHandler(new RestApi(emitter::book)::answer)
                .webSocketHandshakeHandler(this::handshake);
        return server.listen(config.port(), config.host())
                .onSuccess(bound -> port = bound.actualPort())
                .map(HttpServer::actualPort);
    }

    private void handshake(ServerWebSocketHandshake handshake) {
        boolean replaying = !config.recordings().isEmpty();
        RequestRoute route = replaying
                ? RequestRoute.replay(handshake.uri())
                : RequestRoute.parse(handshake.uri()).orElse(null);
        if (route == null || closed.get() != null) {
            handshake.reject(route == null ? 404 : 503);
        } else {
            handshake.accept().onSuccess(socket -> accept(route, socket));
        }
    }

    private void accept(RequestRoute route, ServerWebSocket socket) {
        int number = ++accepted;
        LineBehaviour behaviour = config.lines().isEmpty()
                ? LineBehaviour.perfect()
                : config.lines().get((number - 1) % config.lines().size());
        ServedConnection line = new ServedConnection(number, route, socket, context, config, behaviour, listener);
        line.open();
        connections.add(line);
        emitter.audiencesChanged();
        if (route.venue() == SimulatedVenue.REPLAY) {
            replay.opened(line);
        }
    }

    private Future<Void> closeAll() {
        emitter.pause();
        List<Future<Void>> going = connections.open().stream()
                .map(line -> line.goAway("simulator closed"))
                .toList();
        return Future.join(going).compose(gone -> server == null ? Future.succeededFuture() : server.close());
    }

    private ServedConnection line(int number) {
        return connections.byNumber(number).orElseThrow(() -> noSuchLine(number));
    }

    private NoSuchElementException noSuchLine(int number) {
        return new NoSuchElementException("no open connection " + number + ", open are "
                + connections.open().stream().map(ServedConnection::number).toList());
    }

    /** Updates the simulator when a connection changes. */
    private final class LineListener implements ServedConnection.Listener {
        @Override
        public void changed(ServedConnection line) {
            connections.subscriptionsChanged(line);
            emitter.audiencesChanged();
        }

        @Override
        public void subscribed(ServedConnection line, List<String> added) {
            emitter.sendSnapshots(line, added);
        }

        @Override
        public void closed(ServedConnection line) {
            connections.remove(line);
            emitter.audiencesChanged();
            replay.closed(line);
        }

        @Override
        public void received(ClientFrame frame) {
            onClientFrame.handle(frame);
        }
    }
}
