package io.firstline.simulator;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * The output of one connection. It delays, loses and holds back frames, but never reorders them: a frame is due at its
 * own time or at that of the previous frame, whichever is later.
 *
 * <p>Event loop only. It writes to Netty's channel, bypassing the Vert.x WebSocket, so that many frames share one
 * flush. Waiting bytes, here and in the socket, are bounded by {@link #MAX_BACKLOG_BYTES}.
 */
final class Outbox {
    /** A client with more unread bytes is cut, as at a venue. */
    static final int MAX_BACKLOG_BYTES = 64 << 20;

    /** The approximate cost of a waiting frame besides its bytes: a client may request many small answers. */
    static final int FRAME_OVERHEAD = 128;

    private static final double NS_PER_MS = 1e6;

    private record Waiting(WireFrame frame, boolean data, long dueNs) {}

    private final ChannelHandlerContext channel;
    private final LineBehaviour behaviour;
    private final SplittableRandom random;
    private final Consumer<WireFrame> onPingWritten;
    private final Runnable onOverflow;
    private final LoopTimer delivery;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private long lastDueNs = System.nanoTime();
    private boolean frozen;
    private boolean discarded;
    private boolean needsFlush;
    private final AtomicLong dataWritten = new AtomicLong();

    /**
     * Makes an empty outbox.
     *
     * @param onPingWritten called when a PING is written to the socket: its PONG cannot arrive earlier
     * @param onOverflow called when a frame would exceed the bound; the frame is dropped
     */
    Outbox(
            ContextInternal context,
            ChannelHandlerContext channel,
            LineBehaviour behaviour,
            long seed,
            Consumer<WireFrame> onPingWritten,
            Runnable onOverflow) {
        this.channel = channel;
        this.behaviour = behaviour;
        this.random = new SplittableRandom(seed);
        this.onPingWritten = onPingWritten;
        this.onOverflow = onOverflow;
        this.delivery = new LoopTimer(context, this::deliver);
    }

    /** Queues a data message, unless the line loses it. Call {@link #flush} after the last message of a round. */
    void data(WireFrame frame) {
        if (behaviour.lossPercent() > 0 && random.nextDouble() * 100 < behaviour.lossPercent()) {
            return;
        }
        put(frame, true, behaviour.delayMs() + behaviour.jitter().drawMs(behaviour.jitterMs(), random));
    }

    /** Queues a data message that is never lost, with the base delay only. */
    void snapshot(WireFrame frame) {
        put(frame, true, behaviour.delayMs());
    }

    /** Sends an ack, PING, PONG or error, with the base delay only and never lost. */
    void control(WireFrame frame) {
        put(frame, false, behaviour.delayMs());
    }

    void flush() {
        if (needsFlush) {
            needsFlush = false;
            channel.flush();
        }
    }

    /** Holds all frames back from now on. */
    void freeze() {
        frozen = true;
        delivery.cancel();
    }

    /** Delivers the frames held back, and continues. */
    void thaw() {
        frozen = false;
        deliver();
    }

    /** Discards waiting frames and accepts no more. */
    void discard() {
        discarded = true;
        waiting.clear();
        waitingBytes = 0;
        delivery.cancel();
    }

    /** The number of data messages written to the socket; callable from any thread. */
    long dataWritten() {
        return dataWritten.get();
    }

    /** Bytes that were queued and not yet written. */
    long backlogBytes() {
        ChannelOutboundBuffer buffer = channel.channel().unsafe().outboundBuffer();
        return waitingBytes + (buffer == null ? 0 : buffer.totalPendingWriteBytes());
    }

    private void put(WireFrame frame, boolean data, double delayMs) {
        if (discarded) {
            return;
        }
        if (backlogBytes() + frame.length() > MAX_BACKLOG_BYTES) {
            onOverflow.run();
            return;
        }
        long nowNs = System.nanoTime();
        long dueNs = Math.max(lastDueNs, nowNs + (long) (delayMs * NS_PER_MS));
        lastDueNs = dueNs;
        if (waiting.isEmpty() && !frozen && dueNs <= nowNs) {
            write(frame, data);
            return;
        }
        waiting.addLast(new Waiting(frame, data, dueNs));
        waitingBytes += frame.length() + FRAME_OVERHEAD;
        if (!frozen && !delivery.isSet()) {
            delivery.atNs(dueNs);
        }
    }

    private void deliver() {
        long nowNs = System.nanoTime();
        while (!waiting.isEmpty() && waiting.getFirst().dueNs() <= nowNs) {
            Waiting due = waiting.removeFirst();
            waitingBytes -= due.frame().length() + FRAME_OVERHEAD;
            write(due.frame(), due.data());
        }
        flush();
        if (!waiting.isEmpty()) {
            delivery.atNs(waiting.getFirst().dueNs());
        }
    }

    private void write(WireFrame frame, boolean data) {
        ChannelFuture unused = channel.write(frame.toByteBuf(), channel.voidPromise());
        needsFlush = true;
        if (data) {
            dataWritten.lazySet(dataWritten.getPlain() + 1); // single writer
        } else if (frame.isPing()) {
            onPingWritten.accept(frame);
        }
    }
}
