package io.firstline.simulator;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.http.WebSocketInternal;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** One open connection: its outbox, requests, heartbeat and faults. Event loop only, except {@link #describe}. */
final class ServedConnection {
    private static final short NORMAL = 1000;
    private static final short GOING_AWAY = 1001;
    private static final short POLICY_VIOLATION = 1008;
    /** A client that neither answers nor reads a close frame is dropped after this time. */
    private static final long CLOSE_GUARD_MS = 1_500;

    /** Receives the events of a connection, on the event loop. */
    interface Listener {
        /** Its subscriptions changed. */
        void changed(ServedConnection line);

        /** These streams were added, and the request was answered. */
        void subscribed(ServedConnection line, List<String> added);

        /** The connection has closed. */
        void closed(ServedConnection line);

        /** Its client sent a frame. */
        void received(ClientFrame frame);
    }

    private final int number;
    private final RequestRoute route;
    private final LineBehaviour behaviour;
    private final ServerWebSocket socket;
    private final ChannelHandlerContext channel;
    private final Listener listener;
    private final ContextInternal context;
    private final VenueSession session;
    private final FrameAllowance budget;
    private final PongWatch pongs;
    private final Outbox outbox;
    private final LineTimers timers;
    private final Promise<Void> closed = Promise.promise();
    private boolean frozenByHand;
    private boolean frozenByBehaviour;
    private boolean closing;
    private volatile List<String> streams = List.of();
    private volatile boolean frozen;

    ServedConnection(
            int number,
            RequestRoute route,
            ServerWebSocket socket,
            ContextInternal context,
            SimulatorConfig config,
            LineBehaviour behaviour,
            Listener listener) {
        this.number = number;
        this.route = route;
        this.behaviour = behaviour;
        this.socket = socket;
        this.listener = listener;
        this.context = context;
        channel = ((WebSocketInternal) socket).channelHandlerContext();
        session = route.venue().session(route.combined(), config.maxStreamsPerConnection());
        budget = new FrameAllowance(
                config.clientFramesPerSecond() < 0
                        ? route.venue().clientFramesPerSecond()
                        : config.clientFramesPerSecond());
        pongs = new PongWatch(config.pongTimeoutMs() * 1_000_000L);
        outbox = new Outbox(
                context, channel, behaviour, config.seed() * 31 + number, this::pingWritten, () -> drop(CutKind.RESET));
        timers = new LineTimers(context, this, config, behaviour);
    }

    /** Attaches the handlers. Call it in the turn of the event loop that accepted the connection. */
    void open() {
        channel.pipeline().addBefore(channel.name(), "simulator-gate", new ClientFrameFilter(this::admit));
        socket.exceptionHandler(error -> {}); // the close handler reports a broken connection
        socket.textMessageHandler(this::request);
        socket.closeHandler(nothing -> gone());
        if (session.subscribe(route.streams())) {
            streams = session.streams();
            timers.start();
            session.greetings().forEach(this::reply);
        } else {
            close(POLICY_VIOLATION, "Invalid request: too many streams");
        }
    }

    /** A snapshot; callable from any thread. */
    SimulatedLine describe() {
        return new SimulatedLine(number, route.uri(), behaviour, streams, outbox.dataWritten(), frozen);
    }

    int number() {
        return number;
    }

    List<String> streams() {
        return streams;
    }

    SimulatedVenue venue() {
        return route.venue();
    }

    /** Queues a market message in this connection's form; {@link #flush} writes it. */
    void send(EncodedMessage message) {
        send(message.frame(route.form(), session.isCombined()));
    }

    /** Queues the first message of a subscription, which is never lost; {@link #flush} writes it. */
    void sendSnapshot(EncodedMessage message) {
        outbox.snapshot(message.frame(route.form(), session.isCombined()));
    }

    /** Queues any data frame; {@link #flush} writes it. */
    void send(WireFrame frame) {
        outbox.data(frame);
    }

    void flush() {
        outbox.flush();
    }

    /** Bytes that were queued and not yet written. */
    long backlogBytes() {
        return outbox.backlogBytes();
    }

    /** Announces that the server will close: the client should open a new connection now. */
    void announceShutdown(long nowUs) {
        byte[] notice = session.shutdownNotice(route.form().time(nowUs)).getBytes(StandardCharsets.UTF_8);
        if (notice.length == 0) {
            return;
        }
        control(session.isCombined() ? EncodedMessage.combine("!serverShutdown", notice) : WireFrame.text(notice));
    }

    void ping() {
        control(WireFrame.ping(Long.toString(System.currentTimeMillis()).getBytes(StandardCharsets.UTF_8)));
    }

    void freeze(boolean byHand) {
        frozenByHand |= byHand;
        frozenByBehaviour |= !byHand;
        frozen = true;
        outbox.freeze();
    }

    /** Ends a freeze of this cause; the other cause may continue. */
    void thaw(boolean byHand) {
        frozenByHand &= !byHand;
        frozenByBehaviour &= byHand;
        frozen = frozenByHand || frozenByBehaviour;
        if (!frozen) {
            outbox.thaw();
        }
    }

    Future<Void> cut(CutKind kind) {
        return kind == CutKind.CLOSE ? close(NORMAL, "cut") : drop(kind);
    }

    Future<Void> goAway(String reason) {
        return close(GOING_AWAY, reason);
    }

    void pongMissing() {
        if (System.nanoTime() - pongs.deadlineNs() >= 0) {
            close(POLICY_VIOLATION, "Pong timeout");
        } else {
            timers.expectPong(pongs.deadlineNs());
        }
    }

    /** Closes the connection with RST or FIN, without a close frame. Frames held back are lost. */
    Future<Void> drop(CutKind kind) {
        closing = true;
        outbox.discard();
        if (kind == CutKind.RESET && channel.channel().isOpen()) {
            channel.channel().config().setOption(ChannelOption.SO_LINGER, 0);
        }
        ChannelFuture unused = channel.close(); // the close handler reports the end

        return closed.future();
    }

    private Future<Void> close(short code, String reason) {
        if (!closing) {
            closing = true;
            outbox.discard();
            timers.expectClose(CLOSE_GUARD_MS);
            socket.close(code, reason);
        }
        return closed.future();
    }

    private void gone() {
        closing = true;
        outbox.discard();
        timers.cancelAll();
        closed.tryComplete();
        listener.closed(this);
    }

    private void control(WireFrame frame) {
        outbox.control(frame);
        flush();
    }

    private boolean admit(ClientFrame.Kind kind, byte[] payload) {
        if (closing) {
            return false;
        }
        context.dispatch(() -> listener.received(new ClientFrame(number, kind, Buffer.buffer(payload))));
        if (!budget.take(System.nanoTime())) {
            close(POLICY_VIOLATION, "Too many requests");
            return false;
        }
        if (kind == ClientFrame.Kind.PING) {
            control(WireFrame.pong(payload));
        } else if (kind == ClientFrame.Kind.PONG) {
            ponged(payload);
        }
        return true;
    }

    private void request(String text) {
        if (route.venue() == SimulatedVenue.REPLAY || closing) {
            return;
        }
        List<String> replies = session.replies(text);
        List<String> subscribed = session.streams();
        List<String> added =
                subscribed.stream().filter(stream -> !streams.contains(stream)).toList();
        if (!subscribed.equals(streams)) { // before the reply, because the client may rely on it after the reply
            streams = subscribed;
            listener.changed(this);
        }
        if (replies == null) {
            close(POLICY_VIOLATION, "Invalid request: too many streams");
        } else {
            replies.forEach(this::reply);
            listener.subscribed(this, added);
        }
    }

    private void reply(String text) {
        control(WireFrame.text(text.getBytes(StandardCharsets.UTF_8)));
    }

    private void pingWritten(WireFrame ping) {
        pongs.pinged(ping.payload(), System.nanoTime());
        timers.expectPong(pongs.deadlineNs());
    }

    private void ponged(byte[] payload) {
        pongs.ponged(payload);
        if (pongs.isWaiting()) {
            timers.expectPong(pongs.deadlineNs());
        } else {
            timers.expectNoPong();
        }
    }
}
