package io.firstline.simulation;

import io.firstline.connection.Socket;
import io.firstline.feed.PoolInside.Place;
import io.firstline.simulation.Frame.Kind;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * One TCP connection with both its ends: the client receives what the server sends, in order, after a delay, unless
 * the wire has one of the faults that its flags name.
 */
final class Wire implements Socket {

    /** Something in flight to the client; without a frame it is the end of TCP. */
    private record Arrival(Wire wire, Frame frame, Message message) implements Runnable {
        @Override
        public void run() {
            wire.arrive(this);
        }
    }

    private final Exchange exchange;
    private final VirtualTime time;
    final int number;
    final String connectionId;
    static final long NOT_YET = Long.MIN_VALUE;
    /** Since when the server sends it published messages. */
    long subscribedNanos = NOT_YET;

    final long openedNanos;

    // its properties
    long delayNanos;
    long jitterNanos;
    final long[] extraNanos;
    long slowedByNanos;
    boolean answersPings = true;
    boolean answersClose = true;
    /** The server does not read. */
    boolean deaf;
    /** It is about to be cut. */
    boolean doomed;

    // its faults
    boolean frozen;
    boolean lostToClient;
    boolean lostToServer;
    boolean muted;
    long brokenSinceNanos;
    /** Since when it is in step; valid only while it is. */
    long inStepNanos = NOT_YET / 2;
    /** When it last stalled. */
    long stoodStillNanos = NOT_YET / 2;
    /** Neither end knows that it has ended. */
    boolean serverGone;

    // the client's view
    boolean ended;
    boolean endTold;
    boolean closedByUs;
    long closedByUsNanos;
    Place place;
    long lastFrameNanos;
    int data;
    long lastDataNanos = NOT_YET / 2;
    int outOfStep;
    long outOfStepSinceNanos;
    int missed;
    long firstMissedNanos;
    long enoughMissedNanos = NOT_YET;
    boolean silenceTold;
    boolean heard;
    boolean ponged;
    /** A message has begun on it and not ended. */
    boolean half;

    // the judge's notes
    boolean unproven;
    boolean joinedInOutage;
    final List<Message> owed = new ArrayList<>();
    long leftNanos = NOT_YET;

    private final Deque<Arrival> withheld = new ArrayDeque<>();
    private Listener listener;
    private long lastArrivalNanos;
    private Short closeCode;

    Wire(Exchange exchange, VirtualTime time, int number, String connectionId, long openedNanos, int streams) {
        this.exchange = exchange;
        this.time = time;
        this.number = number;
        this.connectionId = connectionId;
        this.openedNanos = openedNanos;
        this.lastArrivalNanos = openedNanos;
        this.lastFrameNanos = openedNanos;
        this.extraNanos = new long[streams];
    }

    /** The server sees no fault on it. */
    boolean isWhole() {
        return !frozen
                && !lostToClient
                && !lostToServer
                && !muted
                && !serverGone
                && !ended
                && !closedByUs
                && !deaf
                && !doomed
                && answersPings;
    }

    // actions of the server

    void send(Message message) {
        if (muted || lostToClient || serverGone) {
            miss();
            return;
        }
        carry(message.frame, message, extraNanos[message.stream]);
    }

    /** A burst does not prove silence: the messages must be seconds apart. */
    private void miss() {
        if (missed++ == 0) {
            firstMissedNanos = time.nowNanos();
        }
        if (enoughMissedNanos == NOT_YET
                && missed > Judge.ENOUGH_TO_BE_SILENT
                && time.nowNanos() - firstMissedNanos > 2 * Plan.SECOND) {
            enoughMissedNanos = time.nowNanos();
        }
    }

    void send(Frame frame) {
        if (!serverGone) {
            carry(frame, null, 0);
        }
    }

    /** Begins a message that never ends. */
    void sendHalf() {
        send(new Frame(Kind.TEXT, Buffer.buffer("{\"half\":"), false));
    }

    /** The server ends TCP after what it has sent. */
    void finish() {
        if (!serverGone) {
            carry(null, null, mostExtraNanos());
            serverGone = true;
        }
    }

    /** After a close frame only the end of TCP follows, and not always. */
    void close(int code, boolean thenFinish) {
        if (!serverGone) {
            carry(Frame.close(code), null, mostExtraNanos());
        }
        if (thenFinish) {
            finish();
        }
        serverGone = true;
    }

    private long mostExtraNanos() {
        long most = 0;
        for (long extra : extraNanos) {
            most = Math.max(most, extra);
        }
        return most;
    }

    /** A reset overtakes everything in flight. */
    void reset() {
        serverGone = true;
        if (ended) {
            return;
        }
        ended = true;
        exchange.judge.remoteEnd(this, "reset");
        withheld.clear();
        if (listener != null) {
            listener.failed(new IOException("Connection reset by peer"));
            listener.ended();
        }
        gone();
    }

    void thaw() {
        frozen = false;
        stoodStillNanos = time.nowNanos();
        while (!withheld.isEmpty() && !ended && !frozen) {
            arrive(withheld.poll());
        }
    }

    private void carry(Frame frame, Message message, long extra) {
        if (message != null) {
            message.carried++;
        }
        long atNanos = time.nowNanos() + delayNanos + slowedByNanos + exchange.jitter(jitterNanos);
        lastArrivalNanos = Math.max(lastArrivalNanos, atNanos);
        time.at(lastArrivalNanos + extra, new Arrival(this, frame, message));
    }

    private void arrive(Arrival arrival) {
        if (ended || lostToClient) {
            return;
        }
        if (frozen) {
            withheld.add(arrival);
        } else if (arrival.frame == null) {
            ended = true;
            exchange.judge.remoteEnd(this, "fin");
            if (listener != null) {
                listener.ended();
            }
            gone();
        } else if (listener != null) {
            take(arrival);
        }
    }

    private void take(Arrival arrival) {
        lastFrameNanos = time.nowNanos();
        heard = true;
        Frame frame = arrival.frame;
        if (arrival.message != null) {
            exchange.judge.delivering(this, arrival.message);
            listener.frame(frame);
            exchange.judge.delivered(this, arrival.message);
        } else if (frame.kind() == Kind.PONG) {
            ponged = true;
            listener.frame(frame);
            listener.pong(frame.payload());
        } else if (frame.kind() == Kind.CLOSE) {
            closeCode = frame.closeStatusCode();
            if (!closedByUs) {
                exchange.judge.remoteEnd(this, "close " + closeCode);
            }
            listener.frame(frame);
        } else {
            exchange.judge.deliveringOther(this, frame);
            listener.frame(frame);
        }
    }

    private void gone() {
        exchange.gone(this);
    }

    // actions of the client

    @Override
    public void listen(Listener newListener) {
        listener = newListener;
    }

    @Override
    public Future<Void> writeText(String text) {
        exchange.requested(this);
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> writeBinary(Buffer payload) {
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> writePing(Buffer payload) {
        if (answersPings && !lostToServer && !serverGone && !lostToClient) {
            long atNanos = time.nowNanos() + 2 * (delayNanos + slowedByNanos) + exchange.jitter(jitterNanos);
            time.at(Math.max(lastArrivalNanos, atNanos), new Arrival(this, new Frame(Kind.PONG, payload, true), null));
        }
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> writePong(Buffer payload) {
        return Future.succeededFuture();
    }

    @Override
    public boolean isFull() {
        return deaf;
    }

    @Override
    public Future<Void> close(int code, String reason) {
        exchange.judge.closing(this, reason);
        closedByUs = true;
        closedByUsNanos = time.nowNanos();
        if (answersClose && !lostToServer) {
            time.in(delayNanos + slowedByNanos, () -> close(code, true));
        }
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> cutOff() {
        if (!ended) {
            exchange.judge.cutting(this);
            ended = true;
            serverGone = true;
            withheld.clear();
            time.in(0, () -> {
                if (listener != null) {
                    listener.ended();
                }
                gone();
            });
        }
        return Future.succeededFuture();
    }

    @Override
    public Short closeCode() {
        return closeCode;
    }

    @Override
    public String closeReason() {
        return "";
    }

    @Override
    public String toString() {
        return connectionId;
    }
}
