package io.firstline.connection;

import io.firstline.config.FeedUrl;
import io.firstline.config.WsConnectionConfig;
import io.firstline.payload.Payload;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.WebSocketFrame;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One WebSocket, from opening to its end; to connect again, make another. Not thread-safe: every method is called on the Vert.x
 * context that called {@link #connect()}, and so is every method of the {@link Listener}.
 *
 * <p>Incoming pings are answered by the socket at once. Own pings go out every {@code latencyPingIntervalMs}, one outstanding at a time. A
 * connection on which nothing arrives for a ping interval after a ping, not even its pong, may be half-open: the {@link Listener} decides
 * what becomes of it, and gives it up unless it knows better.
 * The socket is never paused: a paused Vert.x socket answers no pings. A peer that sends CLOSE but keeps TCP open is cut off.
 */
public final class WsConnection {
    private static final Logger LOG = LoggerFactory.getLogger(WsConnection.class);
    /** Why a connection ends that is given up because it answers nothing, as in {@link Disconnect#cause()}. */
    public static final String HALF_OPEN = "half-open";
    /** How long a closing socket may take until TCP is cut off. */
    static final long CLOSING_TIMEOUT_MS = 2_000;
    /** Begins the payload of our own pings ("firstlin"): a pong to a caller's ping does not begin so. */
    private static final long PING_MARK = 0x66697273746C696EL;

    private static final int NO_CODE = 1_005;
    /** A message that has begun and has not ended after this never will. */
    private static final long LONGEST_MESSAGE_NANOS = TimeUnit.SECONDS.toNanos(60);

    /** What happens on a connection. Called on its context. */
    public interface Listener {
        /** It is open, and {@code onConnect} messages are about to be sent; messages come after this. */
        void opened(WsConnection connection);

        /**
         * A message arrived.
         *
         * @param payload good until the next message on this connection; {@link Payload#toBuffer()} can be kept
         * @param arrivalNanos on the monotonic clock
         */
        void message(WsConnection connection, Payload payload, long arrivalNanos);

        /** A message could not be passed on. */
        void dropped(WsConnection connection, DropCause cause, long bytes);

        /**
         * It may be half-open: something was asked and nothing has arrived since. Told once; {@link WsConnection#isUnanswered()} says
         * until when it holds.
         *
         * @param reason what did not come, for humans
         */
        default void unanswered(WsConnection connection, String reason) {
            connection.abort(HALF_OPEN, reason);
        }

        /** It had been open and has ended, by us or by the other side; the last call. */
        void closed(WsConnection connection, Disconnect end);
    }

    private final Clockwork clockwork;
    private final Connector connector;
    private final WsConnectionConfig config;
    private final Listener listener;
    private final LatencyTracker latency;
    private final MessageAssembler assembler;
    private final Pacer pacer;
    private final Promise<Void> ended = Promise.promise();

    private ConnectionState state = ConnectionState.DISCONNECTED;
    private Liveness liveness;
    private long arrivalNanos;
    /** Whether a message, or any frame, has begun and not ended, and since when. */
    private boolean unfinished;

    private long unfinishedNanos;

    private boolean unanswered;
    private long askedNanos;
    private List<String> onConnect;
    private Socket socket;
    private long pingTimer = -1;
    private long connectStartedNanos;
    private long openedNanos;
    private long endedNanos;
    private boolean closing;
    private Disconnect closedByUs;
    private Disconnect end;
    private Throwable failure;
    private long messages;
    private long bytes;
    private Payload recent;

    /**
     * Makes a connection that is not opened yet.
     *
     * @param clockwork {@link Clockwork#of}
     * @param connector a {@link WsClient}; the caller keeps and closes it
     */
    public WsConnection(Clockwork clockwork, Connector connector, WsConnectionConfig config, Listener listener) {
        this.clockwork = clockwork;
        this.connector = connector;
        this.config = config;
        this.listener = listener;
        this.onConnect = config.onConnect();
        this.latency = new LatencyTracker(config.latencyWindow());
        this.pacer = new Pacer(clockwork, new FrameBudget(config.framesPerSecond()));
        this.assembler = new MessageAssembler(config.maxMessageBytes(), new MessageAssembler.Sink() {
            @Override
            public void message(Payload payload) {
                messages++;
                bytes += payload.length();
                recent = payload;
                listener.message(WsConnection.this, payload, arrivalNanos);
            }

            @Override
            public void dropped(DropCause cause, long droppedBytes) {
                listener.dropped(WsConnection.this, cause, droppedBytes);
            }

            @Override
            public void endless(String what) {
                abort("oversize", what);
            }
        });
    }

    /**
     * Opens the connection.
     *
     * @return succeeds when it is open (after {@link Listener#opened}); fails with a {@link ConnectFailedException}
     */
    public Future<Void> connect() {
        state = state.become(ConnectionState.CONNECTING);
        connectStartedNanos = clockwork.nowNanos();
        return connector.connect(config).transform(attempt -> {
            if (state == ConnectionState.CLOSED) {
                if (attempt.succeeded()) {
                    sayGoodbye(attempt.result());
                }
                return failed(Disconnect.byUs(0, "closed while connecting"), attempt.cause());
            }
            if (attempt.failed()) {
                return failed(connectFailure(attempt.cause()), attempt.cause());
            }
            open(attempt.result());
            return Future.succeededFuture();
        });
    }

    private Future<Void> failed(Disconnect why, Throwable cause) {
        end = why;
        if (state == ConnectionState.CONNECTING) {
            state = state.become(ConnectionState.DISCONNECTED);
        }
        ended.tryComplete();
        return Future.failedFuture(new ConnectFailedException(end, cause));
    }

    /** Vert.x tells an upgrade that was not answered in time as it tells one that was cut off: the clock makes the difference. */
    private Disconnect connectFailure(Throwable cause) {
        Disconnect why = Disconnect.of(cause, 0);
        long waitedMs = (clockwork.nowNanos() - connectStartedNanos) / 1_000_000;
        return why.cause().equals("upgrade") && waitedMs >= config.connectTimeoutMs()
                ? new Disconnect("upgrade-timeout", 0, "the upgrade was not answered within " + waitedMs + " ms")
                : why;
    }

    private void open(Socket opened) {
        socket = opened;
        openedNanos = clockwork.nowNanos();
        liveness = new Liveness(config.latencyPingIntervalMs(), openedNanos);
        state = state.become(ConnectionState.CONNECTED);
        listener.opened(this);
        try {
            opened.listen(events());
        } catch (IllegalStateException ended) {
            onEnded(); // its close frame came together with the upgrade
            cutOffSoon(opened);
        }
        if (!isOpen()) {
            return; // it has ended, or the listener has closed it
        }
        for (String message : onConnect) {
            send(message)
                    .onFailure(
                            e -> LOG.warn("{} could not send on connect: {}", config.connectionId(), e.getMessage()));
        }
        ping();
        pingTimer = clockwork.every(config.latencyPingIntervalMs(), this::tick);
    }

    private Socket.Listener events() {
        return new Socket.Listener() {
            @Override
            public void frame(WebSocketFrame frame) {
                onFrame(frame);
            }

            @Override
            public void message(Payload payload) {
                heard();
                settle();
                assembler.onMessage(payload);
            }

            @Override
            public void ping() {
                heard();
                settle();
                pacer.spent();
            }

            @Override
            public void oversize(long length) {
                heard();
                settle();
                listener.dropped(WsConnection.this, DropCause.OVERSIZE, length);
            }

            @Override
            public void unfinished() {
                heard();
                begun();
            }

            @Override
            public void pong(Buffer payload) {
                onPong(payload);
            }

            @Override
            public void failed(Throwable cause) {
                if (failure == null || failure instanceof HttpClosedException) {
                    failure = cause;
                }
            }

            @Override
            public void ended() {
                onEnded();
            }
        };
    }

    private void heard() {
        arrivalNanos = clockwork.nowNanos();
        if (liveness.silentNanos(arrivalNanos) >= Liveness.LEAST_DEADLINE_NANOS) {
            liveness.silenceEnds(latency.outstandingNanos(arrivalNanos), latency.emaMs(), arrivalNanos);
            unanswered = false;
        }
        liveness.onFrame(arrivalNanos);
    }

    private void begun() {
        if (!unfinished) {
            unfinished = true;
            unfinishedNanos = arrivalNanos;
        }
    }

    private void onFrame(WebSocketFrame frame) {
        heard();
        switch (frame.type()) {
            case TEXT -> assembler.onFrame(true, true, frame.isFinal(), frame.binaryData());
            case BINARY -> assembler.onFrame(true, false, frame.isFinal(), frame.binaryData());
            case CONTINUATION -> assembler.onFrame(false, false, frame.isFinal(), frame.binaryData());
            case CLOSE -> peerIsClosing(frame);
            case PING -> pacer.spent(); // it is answered already; most are told as pings
            default -> {
                // pongs have a method of their own
            }
        }
        settle();
    }

    /** A frame has ended; the message of which it is a fragment may not have. */
    private void settle() {
        if (assembler.isInMessage()) {
            begun();
        } else {
            unfinished = false;
        }
    }

    /** Nothing comes after a close frame, so the end is told now; Vert.x tells it only when TCP ends, which may be never. */
    private void peerIsClosing(WebSocketFrame frame) {
        if (!closing) {
            // Vert.x would say 1000 for a frame without a code; RFC 6455, 7.1.5, says 1005
            int code = frame.binaryData().length() == 0 ? NO_CODE : frame.closeStatusCode();
            finish(Disconnect.closed(code, frame.closeReason()));
        }
        cutOffSoon(socket);
    }

    /**
     * Ends TCP after a grace. Vert.x' own closing timeout is not enough: it does not run after the other side's close frame, nor before
     * ours is written, which it never is when the server does not read. Nor does Vert.x always tell the end of a channel that it closed
     * because of an error: then it is told here.
     */
    private void cutOffSoon(Socket closed) {
        clockwork.once(CLOSING_TIMEOUT_MS, () -> closed.cutOff().onComplete(done -> {
            LOG.debug("{} has ended, if need be cut off", id());
            if (closing) {
                finish(closedByUs);
            }
        }));
    }

    private void sayGoodbye(Socket to) {
        to.close(closedByUs.code(), closedByUs.reason())
                .onFailure(e -> LOG.debug("{} close: {}", config.connectionId(), e.getMessage()));
        cutOffSoon(to);
    }

    private void onEnded() {
        if (closing) {
            finish(closedByUs);
        } else if (failure != null) {
            Disconnect why = Disconnect.of(failure, 1006);
            finish(
                    why.cause().equals("oversize")
                            ? new Disconnect(
                                    why.cause(), why.code(), why.reason() + ", which is " + config.maxMessageBytes())
                            : why);
        } else {
            Short code = socket.closeCode();
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
        endedNanos = clockwork.nowNanos();
        clockwork.cancel(pingTimer);
        pacer.end(id() + " has ended: " + why);
        if (state == ConnectionState.CONNECTED) {
            state = state.become(ConnectionState.DISCONNECTED);
        }
        assembler.onEnd();
        if (why.cause().equals("oversize") && failure != null) {
            listener.dropped(this, DropCause.OVERSIZE, 0); // the frame whose header said more than we take
        }
        try {
            listener.closed(this, why);
        } finally {
            ended.tryComplete(); // after the listener's last call, so who waits for close() has seen everything
        }
    }

    /**
     * Gives an open connection up as lost, at once and without a goodbye: it is of no use as it is.
     *
     * @param cause as in {@link Disconnect#cause()}
     */
    public void abort(String cause, String reason) {
        if (isOpen()) {
            finish(new Disconnect(cause, 1006, reason));
            socket.cutOff().onComplete(done -> LOG.debug("{} is cut off: {}", id(), cause));
        }
    }

    private void tick() {
        long now = clockwork.nowNanos();
        long outstandingNanos = latency.outstandingNanos(now);
        if (liveness.isHalfOpen(outstandingNanos, latency.emaMs(), now)) {
            unanswered(now - outstandingNanos, "not even a pong");
        } else if (!unanswered && unfinished && now - unfinishedNanos >= LONGEST_MESSAGE_NANOS) {
            String what = "a message has not ended within " + LONGEST_MESSAGE_NANOS / 1_000_000_000 + " s";
            if (assembler.isInMessage()) {
                assembler.giveUp(what);
            } else {
                listener.dropped(this, DropCause.OVERSIZE, 0);
                abort("oversize", what);
            }
        }
        if (isOpen()) {
            ping();
        }
    }

    /**
     * Something was asked and should have been answered by now: the connection may be half-open. Tells the listener, once until a frame
     * arrives.
     *
     * @param newAskedNanos when it was asked
     * @param what did not come, for humans
     */
    public void unanswered(long newAskedNanos, String what) {
        if (isOpen() && !unanswered) {
            unanswered = true;
            askedNanos = newAskedNanos;
            listener.unanswered(this, "nothing arrived for " + silentMs() + " ms, " + what);
        }
    }

    /** A connection that has no frame to spare has just shown that it sends; it measures next time. */
    private void ping() {
        if (latency.isDue(clockwork.nowNanos())) {
            pacer.sendUnlessBusy(() -> socket.writePing(Buffer.buffer(2 * Long.BYTES)
                            .appendLong(PING_MARK)
                            .appendLong(latency.nextPing(clockwork.nowNanos())))
                    .onFailure(e -> LOG.debug("{} could not ping: {}", config.connectionId(), e.getMessage())));
        }
    }

    private void onPong(Buffer payload) {
        if (payload.length() == 2 * Long.BYTES && payload.getLong(0) == PING_MARK) {
            boolean stalled = liveness.stallNanos() > 0 && liveness.stallEndedNanos() - latency.sentNanos() >= 0;
            latency.onPong(payload.getLong(Long.BYTES), clockwork.nowNanos(), stalled);
        }
    }

    /** Sends a text message; fails if the connection is not open or cannot take more for now. */
    public Future<Void> send(String text) {
        return whenOpen(() -> socket.writeText(text));
    }

    /** Sends a binary message; fails if the connection is not open or cannot take more for now. */
    public Future<Void> send(Buffer payload) {
        return whenOpen(() -> socket.writeBinary(payload));
    }

    /** Sends a ping of the caller's own, at most 125 bytes; its pong does not count as latency. */
    public Future<Void> sendPing(Buffer payload) {
        return whenOpen(() -> socket.writePing(payload));
    }

    /** Sends an unsolicited pong, at most 125 bytes. */
    public Future<Void> sendPong(Buffer payload) {
        return whenOpen(() -> socket.writePong(payload));
    }

    private Future<Void> whenOpen(Supplier<Future<Void>> write) {
        if (!isOpen()) {
            return Future.failedFuture(
                    new IllegalStateException(config.connectionId() + " is not connected but " + state));
        }
        if (socket.isFull()) {
            return Future.failedFuture(new IllegalStateException(
                    config.connectionId() + " has a full write queue: the server does not read"));
        }
        return pacer.send(write);
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
     * @param reason cut to the 123 bytes that a close frame has room for
     * @return completes when the socket is closed, at the latest after about two seconds
     */
    public Future<Void> close(int code, String reason) {
        if (state == ConnectionState.CLOSED) {
            return ended.future();
        }
        boolean open = isOpen();
        boolean connecting = state == ConnectionState.CONNECTING;
        state = state.become(ConnectionState.CLOSED);
        closedByUs = Disconnect.byUs(code, reason);
        if (open) {
            closing = true;
            clockwork.cancel(pingTimer);
            pacer.end(id() + " is closing");
            sayGoodbye(socket);
        } else if (connecting) {
            // Vert.x cannot give up an attempt; it ends by itself within the connect timeout
            clockwork.once(CLOSING_TIMEOUT_MS, () -> ended.tryComplete());
        } else {
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
        return ((endedNanos == 0 ? clockwork.nowNanos() : endedNanos) - openedNanos) / 1_000_000;
    }

    /** Moving average of the round trip in milliseconds, NaN = not measured yet. */
    public double latencyMs() {
        return latency.emaMs();
    }

    /** The round trip to expect now, milliseconds: the average, or longer if a ping has been waiting longer; NaN = not measured yet. */
    public double expectedLatencyMs() {
        return Math.max(latency.emaMs(), latency.outstandingNanos(clockwork.nowNanos()) / 1e6);
    }

    /** All round trips, in microseconds: a copy. */
    public Histogram latencyMicros() {
        return latency.micros();
    }

    /** For how long nothing at all has arrived, milliseconds; 0 = it has never opened. */
    public long silentMs() {
        return liveness == null ? 0 : liveness.silentNanos(clockwork.nowNanos()) / 1_000_000;
    }

    /** Whether nothing has arrived since something was asked that should have been answered by now: it may be half-open. */
    public boolean isUnanswered() {
        return unanswered;
    }

    /** When it was asked what it has not answered, while {@link #isUnanswered()}. */
    public long askedNanos() {
        return askedNanos;
    }

    /** When the last frame arrived, or the connection opened; 0 = it has never opened. */
    public long lastFrameNanos() {
        return liveness == null ? 0 : liveness.lastFrameNanos();
    }

    /** How long the path stood still the last time that it did and continued, nanoseconds; 0 = never. */
    public long stallNanos() {
        return liveness == null ? 0 : liveness.stallNanos();
    }

    /** When that stall ended. */
    public long stallEndedNanos() {
        return liveness == null ? 0 : liveness.stallEndedNanos();
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
                latency.percentileMs(50),
                latency.percentileMs(99),
                recent == null ? null : recent.toBuffer(),
                ageMs(),
                end);
    }

    @Override
    public String toString() {
        return id() + " " + FeedUrl.masked(config.url());
    }
}
