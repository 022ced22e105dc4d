package io.firstline.connection;

import io.firstline.config.WsConnectionConfig;
import io.firstline.config.check.FeedUrl;
import io.firstline.connection.report.ConnectFailedException;
import io.firstline.connection.report.ConnectTimes;
import io.firstline.connection.report.ConnectionState;
import io.firstline.connection.report.Disconnect;
import io.firstline.connection.report.Disconnect.Cause;
import io.firstline.connection.report.DropCause;
import io.firstline.connection.report.Path;
import io.firstline.connection.report.WsConnectionState;
import io.firstline.payload.Payload;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;
import java.util.List;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One WebSocket, from opening to its end; a reconnect needs a new instance. Not thread-safe: all methods are called on
 * the Vert.x context that called {@link #connect()}, and so are those of the {@link Listener}.
 *
 * <p>The socket answers incoming pings immediately. Own pings are sent every {@code latencyPingIntervalMs}, one
 * outstanding at a time. If nothing at all arrives for an interval after a ping, the connection may be half-open. The
 * {@link Listener} then decides; by default it aborts the connection. The socket is never paused, because a paused
 * Vert.x socket answers no pings. If a peer sends CLOSE but keeps TCP open, TCP is closed after a timeout.
 */
public final class WsConnection {
    private static final Logger LOG = LoggerFactory.getLogger(WsConnection.class);
    /** Receives the events of a connection, on its context. */
    public interface Listener {
        /**
         * The connection is open. {@code onConnect} messages are sent after this call, and messages arrive after it.
         */
        void opened(WsConnection connection);

        /**
         * A message arrived.
         *
         * @param payload valid until the next message on this connection; keep {@link Payload#toBuffer()} instead
         * @param arrivalNanos arrival time on the monotonic clock
         */
        void message(WsConnection connection, Payload payload, long arrivalNanos);

        /** A message was dropped. */
        void dropped(WsConnection connection, DropCause cause, long bytes);

        /**
         * The connection may be half-open: nothing has arrived since an answer was due. Called at most once
         * until a frame arrives;
         * {@link PingTracker#isUnanswered()} returns true while this holds.
         *
         * @param reason what is missing, for humans
         */
        default void unanswered(WsConnection connection, String reason) {
            connection.abort(Cause.HALF_OPEN, reason);
        }

        /** The open connection has ended, closed by us or the peer; the last call. */
        void closed(WsConnection connection, Disconnect end);
    }

    private final Scheduler scheduler;
    private final Connector connector;
    private final WsConnectionConfig config;
    private final Listener listener;
    private final PingTracker pings;
    private final MessageAssembler assembler;
    private final SendThrottle throttle;
    private final UnfinishedInput unfinished = new UnfinishedInput();
    private final ClosingHandshake closing;
    private final Promise<Void> ended = Promise.promise();

    private ConnectionState state = ConnectionState.DISCONNECTED;
    private long arrivalNanos;
    /** Whether frames are reported that were read from the network at once. */
    private boolean reading;

    private List<String> onConnect;
    private Socket socket;
    private Path path;
    private long pingTimer = -1;
    private long connectStartedNanos;
    private long openedNanos;
    private long endedNanos;
    private Disconnect end;
    private long messages;
    private long bytes;
    private Payload recent;

    /**
     * Makes a connection that is not open yet.
     *
     * @param scheduler {@link Scheduler#of}
     * @param connector a {@link WsClient}; the caller keeps and closes it
     */
    public WsConnection(Scheduler scheduler, Connector connector, WsConnectionConfig config, Listener listener) {
        this(scheduler, connector, config, listener, new SendBudget(config, new SharedLimits(), config.connectionId()));
    }

    /**
     * Makes a connection that is not open yet, and shares limits with others.
     *
     * @param budget what it may send
     */
    public WsConnection(
            Scheduler scheduler, Connector connector, WsConnectionConfig config, Listener listener, SendBudget budget) {
        this.scheduler = scheduler;
        this.connector = connector;
        this.config = config;
        this.listener = listener;
        this.path = TcpConnector.pathOf(config);
        this.onConnect = config.onConnect();
        this.pings = new PingTracker(config.latencyWindow());
        this.closing = new ClosingHandshake(scheduler, config.connectionId(), config.maxMessageBytes());
        this.throttle = new SendThrottle(scheduler, budget);
        this.assembler = new MessageAssembler(config.maxMessageBytes(), new MessageAssembler.Sink() {
            @Override
            public void message(Payload payload) {
                messages++;
                bytes += payload.length();
                if (recent != payload) { // the same object as a rule: a stored reference costs more than a comparison
                    recent = payload;
                }
                listener.message(WsConnection.this, payload, arrivalNanos);
            }

            @Override
            public void dropped(DropCause cause, long droppedBytes) {
                listener.dropped(WsConnection.this, cause, droppedBytes);
            }

            @Override
            public void endless(String what) {
                abort(Cause.OVERSIZE, what);
            }
        });
    }

    /**
     * Opens the connection.
     *
     * @return succeeds once it is open (after {@link Listener#opened}); fails with a {@link ConnectFailedException}
     */
    public Future<Void> connect() {
        state = state.become(ConnectionState.CONNECTING);
        connectStartedNanos = scheduler.nowNanos();
        return connector.connect(config).transform(attempt -> {
            if (state == ConnectionState.CLOSED) {
                if (attempt.succeeded()) {
                    closing.send(attempt.result(), this::cutOff);
                }
                return failed(ConnectionEnd.byUs(0, "closed while connecting"), attempt.cause());
            }
            if (attempt.failed()) {
                return failed(connectFailure(attempt.cause()), attempt.cause());
            }
            open(attempt.result());
            return Future.succeededFuture();
        });
    }

    private Future<Void> failed(Disconnect why, Throwable cause) {
        end = shown(why);
        if (state == ConnectionState.CONNECTING) {
            state = state.become(ConnectionState.DISCONNECTED);
        }
        ended.tryComplete();
        return Future.failedFuture(ConnectionEnd.failed(end, cause));
    }

    /** Vert.x reports a missing answer to the upgrade like a lost connection; the elapsed time tells them apart. */
    private Disconnect connectFailure(Throwable cause) {
        Disconnect why = ConnectionEnd.of(cause, 0);
        long waitedMs = (scheduler.nowNanos() - connectStartedNanos) / 1_000_000;
        return why.cause() == Cause.UPGRADE && waitedMs >= config.connectTimeoutMs()
                ? new Disconnect(Cause.UPGRADE_TIMEOUT, 0, "the upgrade was not answered within " + waitedMs + " ms")
                : why;
    }

    private void open(Socket opened) {
        socket = opened;
        path = opened.path() == null ? path : opened.path();
        openedNanos = scheduler.nowNanos();
        pings.opened(config.latencyPingIntervalMs(), openedNanos);
        state = state.become(ConnectionState.CONNECTED);
        listener.opened(this);
        try {
            opened.listen(events());
        } catch (IllegalStateException ended) {
            onEnded(); // the close frame arrived together with the upgrade
            closing.cutOffSoon(opened, this::cutOff);
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
        pingTimer = scheduler.everyStaggered(config.latencyPingIntervalMs(), this::tick);
    }

    private Socket.Listener events() {
        return new Socket.Listener() {
            @Override
            public void readBegins() {
                arrivalNanos = scheduler.nowNanos();
                reading = true;
            }

            @Override
            public void readEnds() {
                reading = false;
            }

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
                throttle.spent();
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
                unfinished.begins(arrivalNanos);
            }

            @Override
            public void pong(Buffer payload) {
                pings.onPong(payload, scheduler.nowNanos());
            }

            @Override
            public void failed(Throwable cause) {
                closing.failed(cause);
            }

            @Override
            public void ended() {
                onEnded();
            }
        };
    }

    /** Reads the clock once for all frames of a read: it costs a tenth of a copy. */
    private void heard() {
        if (!reading) {
            arrivalNanos = scheduler.nowNanos();
        }
        pings.heard(arrivalNanos);
    }

    private void onFrame(WebSocketFrame frame) {
        heard();
        switch (frame.type()) {
            case TEXT -> assembler.onFrame(true, true, frame.isFinal(), frame.binaryData());
            case BINARY -> assembler.onFrame(true, false, frame.isFinal(), frame.binaryData());
            case CONTINUATION -> assembler.onFrame(false, false, frame.isFinal(), frame.binaryData());
            case CLOSE -> peerIsClosing(frame);
            case PING -> throttle.spent(); // already answered; most pings are reported by ping()
            default -> {
                // pongs have a separate method
            }
        }
        settle();
    }

    /** A frame has ended; a fragmented message may still be incomplete. */
    private void settle() {
        if (assembler.isInMessage()) {
            unfinished.begins(arrivalNanos);
        } else {
            unfinished.ends();
        }
    }

    /**
     * Reports the end now, because nothing follows a close frame. Vert.x reports it only when TCP ends, which may never
     * happen.
     */
    private void peerIsClosing(WebSocketFrame frame) {
        if (!closing.isBegun()) {
            finish(closing.by(frame));
        }
        closing.cutOffSoon(socket, this::cutOff);
    }

    /** Vert.x does not always report the end of a channel that it closed because of an error; then it is reported here. */
    private void cutOff() {
        if (closing.isBegun()) {
            finish(closing.end(socket));
        }
    }

    private void onEnded() {
        finish(closing.end(socket));
    }

    private void finish(Disconnect why) {
        if (end != null) {
            return;
        }
        end = shown(why);
        endedNanos = scheduler.nowNanos();
        scheduler.cancel(pingTimer);
        throttle.end(id() + " has ended: " + why);
        if (state == ConnectionState.CONNECTED) {
            state = state.become(ConnectionState.DISCONNECTED);
        }
        assembler.onEnd();
        if (closing.isOversizeFrame(why)) {
            listener.dropped(this, DropCause.OVERSIZE, 0);
        }
        try {
            listener.closed(this, end);
        } finally {
            ended.tryComplete(); // after the listener's last call, so that close() completes after all events
        }
    }

    /** The end of the connection without secrets that the server repeats. */
    private Disconnect shown(Disconnect why) {
        return new Disconnect(why.cause(), why.code(), connector.shown(why.reason()));
    }

    /** Drops an open connection immediately, without a close frame, because it is useless. */
    public void abort(Cause cause, String reason) {
        if (isOpen()) {
            finish(new Disconnect(cause, 1006, reason));
            socket.cutOff().onComplete(done -> LOG.debug("{} aborted: {}", id(), end));
        }
    }

    private void tick() {
        long now = scheduler.nowNanos();
        if (pings.isHalfOpen(now)) {
            unanswered(now - pings.latency().outstandingNanos(now), "not even a pong");
        } else if (!pings.isUnanswered() && unfinished.isOverdue(now)) {
            if (assembler.isInMessage()) {
                assembler.giveUp(UnfinishedInput.OVERDUE);
            } else {
                listener.dropped(this, DropCause.OVERSIZE, 0);
                abort(Cause.OVERSIZE, UnfinishedInput.OVERDUE);
            }
        }
        if (isOpen()) {
            ping();
        }
    }

    /**
     * An answer is overdue: the connection may be half-open. Calls the listener, at most once until a frame arrives.
     *
     * @param newAskedNanos time of the request
     * @param what the missing answer, for humans
     */
    public void unanswered(long newAskedNanos, String what) {
        if (isOpen() && pings.becomesUnanswered(newAskedNanos)) {
            listener.unanswered(this, "nothing arrived for " + silentMs() + " ms, " + what);
        }
    }

    /**
     * Skips the ping if no frame is left in the budget: then the connection has just shown that it sends, and the next
     * interval measures.
     */
    private void ping() {
        if (pings.isDue(scheduler.nowNanos())) {
            throttle.sendUnlessBusy(() -> socket.writePing(pings.next(scheduler.nowNanos()))
                    .onFailure(e -> LOG.debug("{} could not ping: {}", config.connectionId(), e.getMessage())));
        }
    }

    /** Sends a text message; fails if the connection is not open or its write queue is full. */
    public Future<Void> send(String text) {
        return whenOpen(() -> socket.writeText(text));
    }

    /** Sends a text message that the server waits for, before messages that wait for the server's limits. */
    public Future<Void> sendFirst(String text) {
        return obstacle() == null
                ? throttle.sendFirst(() -> socket.writeText(text))
                : Future.failedFuture(new IllegalStateException(obstacle()));
    }

    /** Sends a binary message; fails if the connection is not open or its write queue is full. */
    public Future<Void> send(Buffer payload) {
        return whenOpen(() -> socket.writeBinary(payload));
    }

    /** Sends a ping for the caller, at most 125 bytes; its pong does not count as latency. */
    public Future<Void> sendPing(Buffer payload) {
        return whenOpen(() -> socket.writePing(payload));
    }

    /** Sends an unsolicited pong, at most 125 bytes. */
    public Future<Void> sendPong(Buffer payload) {
        return whenOpen(() -> socket.writePong(payload));
    }

    private Future<Void> whenOpen(Supplier<Future<Void>> write) {
        return obstacle() == null ? throttle.send(write) : Future.failedFuture(new IllegalStateException(obstacle()));
    }

    /** Why nothing can be sent; null = it can. */
    private String obstacle() {
        if (!isOpen()) {
            return config.connectionId() + " is not connected but " + state;
        }
        return socket.isFull() ? config.connectionId() + " has a full write queue: the server does not read" : null;
    }

    /** Replaces the messages that are sent when the connection opens. If it is open, sends them now. */
    public Future<Void> setOnConnect(List<String> messages) {
        onConnect = List.copyOf(messages);
        if (!isOpen()) {
            return Future.succeededFuture();
        }
        return Future.all(onConnect.stream().map(this::send).toList()).mapEmpty();
    }

    /**
     * Closes the connection for good. Messages that arrive before the peer answers the close frame are still passed on.
     * Idempotent.
     *
     * @param reason cut to the 123 bytes that fit into a close frame
     * @return completes when the socket is closed, at most about two seconds later
     */
    public Future<Void> close(int code, String reason) {
        if (state == ConnectionState.CLOSED) {
            return ended.future();
        }
        boolean open = isOpen();
        boolean connecting = state == ConnectionState.CONNECTING;
        state = state.become(ConnectionState.CLOSED);
        closing.closedByUs(code, reason);
        if (open) {
            scheduler.cancel(pingTimer);
            throttle.end(id() + " is closing");
            closing.begin(socket, this::cutOff);
        } else if (connecting) {
            // Vert.x cannot cancel an attempt; it ends within the connect timeout
            scheduler.once(ClosingHandshake.TIMEOUT_MS, () -> ended.tryComplete());
        } else {
            ended.tryComplete();
        }
        return ended.future();
    }

    /** Completes when the connection, or the attempt to open it, has ended. */
    public Future<Void> ended() {
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

    /** The start of the attempt to connect, nanoseconds of the monotonic clock. */
    public long connectStartedNanos() {
        return connectStartedNanos;
    }

    /** How long each step of its opening took; nothing before it is open. */
    public ConnectTimes connectTimes() {
        return socket == null ? ConnectTimes.NONE : socket.times();
    }

    /** When it opened, nanoseconds of the monotonic clock; valid once it has. */
    public long openedNanos() {
        return openedNanos;
    }

    /** How it ended, or why it could not be opened; null before. */
    public Disconnect end() {
        return end;
    }

    /** The time that the connection is, or was, open, milliseconds. */
    public long ageMs() {
        if (openedNanos == 0) {
            return 0;
        }
        return ((endedNanos == 0 ? scheduler.nowNanos() : endedNanos) - openedNanos) / 1_000_000;
    }

    /** Whether the peer answers. */
    public PingTracker pings() {
        return pings;
    }

    /** The moving average of the round trip, milliseconds; NaN = not measured yet. */
    public double latencyMs() {
        return pings.latency().emaMs();
    }

    /**
     * The expected round trip, milliseconds: the average, or the age of the outstanding ping if that is larger; NaN =
     * not measured yet.
     */
    public double expectedLatencyMs() {
        return Math.max(latencyMs(), pings.latency().outstandingNanos(scheduler.nowNanos()) / 1e6);
    }

    /** A copy of the histogram of all round trips, in microseconds. */
    public Histogram latencyMicros() {
        return pings.latency().micros();
    }

    /** The time since the last frame, milliseconds; 0 = never opened. */
    public long silentMs() {
        return pings.silentNanos(scheduler.nowNanos()) / 1_000_000;
    }

    public boolean isClosedByUs() {
        return state == ConnectionState.CLOSED;
    }

    public boolean isConnected() {
        return isOpen();
    }

    /** The path to its server; until it opens, the server's address is not known. */
    public Path path() {
        return path;
    }

    /** A snapshot of the facts. */
    public WsConnectionState state() {
        LatencyTracker latency = pings.latency();
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
                end,
                path);
    }

    @Override
    public String toString() {
        return id() + " " + FeedUrl.masked(config.url());
    }
}
