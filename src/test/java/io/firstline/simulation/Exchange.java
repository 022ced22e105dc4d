package io.firstline.simulation;

import io.firstline.config.WsConnectionConfig;
import io.firstline.connection.Connector;
import io.firstline.connection.Socket;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.UpgradeRejectedException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** The server and the network to it: accepts connections or not, and sends each message on each of them or not. */
final class Exchange implements Connector {
    /** How new connections are treated. */
    enum Door {
        OPEN,
        REFUSING,
        UNRESOLVED,
        TOO_MANY_REQUESTS,
        UNAVAILABLE,
        NOT_ANSWERING,
        UPGRADE_NOT_ANSWERED,
        /** Accepts and closes at once. */
        FLAPPING,
        /** Accepts and does not read. */
        DEAF
    }

    /** The largest number of repeatable messages. */
    private static final int REPEATABLE = 50;
    /** The largest recorded share of repeats among the messages of an exchange. */
    private static final double MOST_REPEATS = 0.24;
    /** The time that some exchanges take from a subscription to its first message. */
    private static final long SLOW_START_NANOS = 800 * Plan.MS;

    private static final int TOO_MANY_REQUESTS = 429;
    /** The pause after a "too often" without a duration. */
    private static final int UNSAID_PAUSE_S = 10;

    private final VirtualTime time;
    private final Plan plan;
    private final SplittableRandom random;
    /** Only for exchanges that repeat, so that the seeds of the others keep their course. */
    private final SplittableRandom repeating;

    private double repeats;
    private final double lacks;
    private final long slowStartNanos;
    private final Trace trace;
    Judge judge;

    Door door = Door.OPEN;
    int retryAfterSeconds;
    final Set<Wire> wires = new LinkedHashSet<>();
    final List<Message> messages = new ArrayList<>();
    private final List<Wire> subscribed = new ArrayList<>();
    private int opened;
    private int burst;
    private boolean emitting;
    private double slowdown = 1;
    /** Whether all connections are equally fast. */
    boolean alike;

    long sent;

    Exchange(VirtualTime time, Plan plan, SplittableRandom random, Trace trace) {
        this.time = time;
        this.plan = plan;
        this.random = random;
        this.repeating = new SplittableRandom(plan.lengthNanos());
        this.repeats = plan.family().repeats ? repeating.nextDouble(MOST_REPEATS) : 0;
        this.lacks = plan.family().repeats && repeating.nextInt(4) > 0 ? repeating.nextDouble(0.02) : 0;
        this.slowStartNanos = plan.family().repeats && repeating.nextBoolean() ? SLOW_START_NANOS : 0;
        this.trace = trace;
    }

    long jitter(long jitterNanos) {
        return jitterNanos == 0 ? 0 : random.nextLong(jitterNanos);
    }

    // connecting

    @Override
    public Future<Socket> connect(WsConnectionConfig config) {
        judge.connecting(config.connectionId());
        trace.note("connect, door " + door, config.connectionId());
        Promise<Socket> attempt = Promise.promise();
        long roundTripNanos = random.nextLong(1, 4) * plan.delayNanos();
        long timeoutNanos = config.connectTimeoutMs() * Plan.MS;
        switch (door) {
            case OPEN, FLAPPING, DEAF -> open(config.connectionId(), attempt, roundTripNanos, door);
            case REFUSING -> fail(attempt, roundTripNanos, new ConnectException("Connection refused"));
            case UNRESOLVED -> fail(attempt, roundTripNanos, new UnknownHostException("exchange.test"));
            case TOO_MANY_REQUESTS -> reject(attempt, roundTripNanos, TOO_MANY_REQUESTS, retryAfterSeconds);
            case UNAVAILABLE -> reject(attempt, roundTripNanos, 503, 0);
            case NOT_ANSWERING -> fail(attempt, timeoutNanos, new ConnectTimeoutException("connection timed out"));
            case UPGRADE_NOT_ANSWERED ->
                fail(attempt, timeoutNanos, new WebSocketHandshakeException("the upgrade was cut off"));
        }
        return attempt.future();
    }

    private void fail(Promise<Socket> attempt, long afterNanos, Throwable cause) {
        time.in(afterNanos, () -> {
            judge.attemptEnded();
            attempt.fail(cause);
        });
    }

    private void reject(Promise<Socket> attempt, long afterNanos, int status, int retryAfter) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        if (retryAfter > 0) {
            headers.add("Retry-After", Integer.toString(retryAfter));
        }
        time.in(afterNanos, () -> {
            judge.attemptEnded();
            if (status == TOO_MANY_REQUESTS) {
                judge.paused((retryAfter > 0 ? retryAfter : UNSAID_PAUSE_S) * Plan.SECOND);
            }
            attempt.fail(new UpgradeRejectedException("rejected", status, headers, Buffer.buffer()));
        });
    }

    private void open(String connectionId, Promise<Socket> attempt, long afterNanos, Door through) {
        Wire wire = new Wire(this, time, ++opened, connectionId, time.nowNanos() + afterNanos, plan.streams());
        wire.delayNanos = alike ? plan.delayNanos() : random.nextLong(plan.delayNanos() / 10, plan.delayNanos());
        wire.jitterNanos = alike ? 0 : random.nextLong(1, 1 + wire.delayNanos / 4);
        wire.answersClose = random.nextInt(8) > 0;
        wire.deaf = through == Door.DEAF;
        wire.doomed = through == Door.FLAPPING;
        if (plan.mixesStreams()) {
            for (int stream = 0; stream < plan.streams(); stream++) {
                wire.extraNanos[stream] = random.nextLong(plan.config().skewMs() * Plan.MS / 4);
            }
        }
        time.in(afterNanos, () -> {
            judge.attemptEnded();
            wires.add(wire);
            trace.note("opened", connectionId);
            attempt.complete(wire);
            judge.opened(wire);
        });
        if (!plan.onRequest()) {
            time.in(afterNanos - Math.min(afterNanos, wire.delayNanos) + slowStartNanos, () -> subscribe(wire));
        }
        if (through == Door.FLAPPING) {
            time.in(afterNanos + random.nextLong(600 * Plan.MS), wire::finish);
        }
    }

    /** A request arrived on a connection. */
    void requested(Wire wire) {
        if (plan.onRequest()) {
            time.in(wire.delayNanos + slowStartNanos, () -> subscribe(wire));
        }
    }

    private void subscribe(Wire wire) {
        if (!wire.serverGone && !wire.deaf) {
            wire.subscribedNanos = time.nowNanos();
            judge.subscribed(wire);
            wire.send(new Frame(Frame.Kind.TEXT, Buffer.buffer("{\"ack\":\"" + wire.connectionId + "\"}"), true));
            subscribed.add(wire);
        }
    }

    void gone(Wire wire) {
        trace.note("gone", wire);
        wires.remove(wire);
        subscribed.remove(wire);
        judge.gone(wire);
    }

    @Override
    public Future<Void> close() {
        return Future.succeededFuture();
    }

    // sending

    void startEmitting() {
        if (!emitting) {
            emitting = true;
            trace.note("the exchange begins to send", null);
            next();
        }
    }

    /** Reduces the message rate: the rest of the proof needs few messages. */
    void slowDown(double factor) {
        slowdown = factor;
    }

    void stopEmitting() {
        emitting = false;
    }

    private void next() {
        if (burst == 0 && random.nextInt(40) == 0) {
            burst = random.nextInt(2, 20);
        }
        burst = Math.max(0, burst - 1);
        long gapNanos = burst > 0
                ? random.nextLong(2 * Plan.MS)
                : (long) (slowdown * plan.gapNanos() * (0.2 + 1.6 * random.nextDouble()));
        time.in(gapNanos, () -> {
            if (emitting) {
                emit();
                next();
            }
        });
    }

    private void emit() {
        Message message = repeats() ? anEarlierOne() : new Message(messages.size(), random.nextInt(plan.streams()));
        if (message.sent == 0) {
            messages.add(message);
        }
        message.sent++;
        message.sentNanos = time.nowNanos();
        sent++;
        judge.sent(message);
        Wire lacking = lacking();
        for (int i = 0; i < subscribed.size(); i++) {
            Wire wire = subscribed.get(i);
            if (wire == lacking || (plan.family().skips && random.nextInt(100) == 0)) {
                message.skipped = true;
            } else {
                wire.send(message);
            }
        }
    }

    /** The connection that lacks this copy, or null: at least two others that are whole and in step deliver it. */
    private Wire lacking() {
        if (lacks == 0 || subscribed.isEmpty() || repeating.nextDouble() >= lacks) {
            return null;
        }
        Wire wire = subscribed.get(repeating.nextInt(subscribed.size()));
        return judge.spares(wire) > 1 ? wire : null;
    }

    private boolean repeats() {
        return repeats > 0 && messages.size() > REPEATABLE && repeating.nextDouble() < repeats;
    }

    /** No message repeats from now on, so that all of them are counted in the end. */
    void endRepeats() {
        repeats = 0;
    }

    private Message anEarlierOne() {
        if (repeating.nextInt(3) == 0) {
            return messages.get(0); // again and again, like a heartbeat
        }
        return messages.get(
                random.nextBoolean()
                        ? messages.size() - 1 - random.nextInt(REPEATABLE)
                        : random.nextInt(messages.size()));
    }
}
