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
 * One connection's way to its client: delays, loses and holds back, and never reorders: a frame is due at its own time or at that of the
 * frame before it, whichever is later.
 *
 * <p>Event loop only. It writes to Netty's channel, past the Vert.x WebSocket, so that many frames share one flush. What waits, here and in
 * the socket, is bounded by {@link #MAX_BACKLOG_BYTES}.
 */
final class Outbox {
    /** A client that is so far behind is cut, as a venue would. */
    static final int MAX_BACKLOG_BYTES = 64 << 20;

    /** What a waiting frame costs beside its bytes, about: a client may ask for many small answers. */
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
     * An empty outbox.
     *
     * @param onPingWritten told when a PING really went to the socket, since its PONG cannot be expected before
     * @param onOverflow told when a frame would exceed the bound; the frame is dropped
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

    /** Sends a data message, unless the line loses it; call {@link #flush} after the last one of a round. */
    void data(WireFrame frame) {
        if (behaviour.lossPercent() > 0 && random.nextDouble() * 100 < behaviour.lossPercent()) {
            return;
        }
        put(frame, true, behaviour.delayMs() + behaviour.jitter().drawMs(behaviour.jitterMs(), random));
    }

    /** Sends an ack, PING, PONG or error: never lost, the base delay only. */
    void control(WireFrame frame) {
        put(frame, false, behaviour.delayMs());
    }

    void flush() {
        if (needsFlush) {
            needsFlush = false;
            channel.flush();
        }
    }

    /** Holds everything back from now on. */
    void freeze() {
        frozen = true;
        delivery.cancel();
    }

    /** Delivers what was held back, and goes on. */
    void thaw() {
        frozen = false;
        deliver();
    }

    /** Forgets what waits and takes nothing more. */
    void discard() {
        discarded = true;
        waiting.clear();
        waitingBytes = 0;
        delivery.cancel();
    }

    /** Data messages written to the socket so far; from any thread. */
    long dataWritten() {
        return dataWritten.get();
    }

    /** What was sent and has not left yet, in bytes. */
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
            dataWritten.lazySet(dataWritten.getPlain() + 1); // one writer
        } else if (frame.isPing()) {
            onPingWritten.accept(frame);
        }
    }
}
