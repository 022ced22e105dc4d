package io.firstline.cluster.fanout;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to another node, to the port of its event bus, on which only frames travel. It is on the event loop of the feeds that
 * use it: on the one of the event bus each frame would wait for another thread. It opens with the first frame, and again after a
 * pause when it has ended. Thread-safe; data keeps the order of the calls.
 */
final class NodeConnection {
    private static final Logger LOG = LoggerFactory.getLogger(NodeConnection.class);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    /** Fences also show that both ends are there: each end closes the connection after some silent seconds. */
    private static final long FENCE_MS = 1_000;
    /** The longest wait for a node, which may hang. */
    private static final long LATE_MS = 500;

    private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(LATE_MS);

    private static final int FENCE_BYTES = 1 + Long.BYTES;

    private final ContextInternal context;
    private final LongSupplier nowNanos;
    private final Supplier<Future<NetSocket>> connect;
    /** Null = not open. */
    private NetSocketInternal socket;
    /** The data for a connection that opens; null = none does. */
    private Queue<Waiting> waiting;

    private boolean isClosed;
    private boolean hasEnded;
    private long endedNanos;
    private final Deque<Fence> fences = new ArrayDeque<>();
    private long lastFence;
    /** Counts what was written. */
    private long frames;

    private long deliveredFrames;

    private record Waiting(ByteBuf data, Promise<Void> written) {}

    private record Fence(long number, long frames, long sentNanos, Promise<Boolean> answered) {}

    /**
     * A connection that is not open.
     *
     * @param context its event loop
     * @param connect opens a connection on the context on which it is called
     */
    NodeConnection(ContextInternal context, LongSupplier nowNanos, Supplier<Future<NetSocket>> connect) {
        this.context = context;
        this.nowNanos = nowNanos;
        this.connect = connect;
    }

    /** Sends a frame; the result fails if the connection ends before, or has just ended. */
    synchronized Future<Void> send(ByteBuf frame) {
        if (socket == null && waiting == null) {
            if (isClosed || (hasEnded && nowNanos.getAsLong() - endedNanos < PAUSE_NANOS)) {
                frame.release();
                return Future.failedFuture("the connection has ended");
            }
            waiting = new ArrayDeque<>();
            write(Unpooled.copyInt(FrameInput.OPENING));
            context.runOnContext(v -> connect.get().onComplete(this::opened));
        }
        frames++;
        return write(frame);
    }

    private Future<Void> write(ByteBuf data) {
        if (socket != null) {
            return socket.writeMessage(data);
        }
        Promise<Void> written = Promise.promise();
        waiting.add(new Waiting(data, written));
        return written.future();
    }

    private void opened(NetSocket open, Throwable failure) {
        if (failure != null) {
            LOG.debug("no connection for frames", failure);
            ended(null);
            return;
        }
        NetSocketInternal opened = (NetSocketInternal) open;
        opened.exceptionHandler(e -> LOG.debug("a connection for frames broke", e));
        opened.closeHandler(v -> ended(opened));
        opened.handler(new Answers());
        boolean closes;
        synchronized (this) {
            socket = opened;
            waiting.forEach(each -> opened.writeMessage(each.data()).onComplete(each.written()));
            waiting = null;
            closes = isClosed;
        }
        if (closes) {
            opened.close();
        }
        context.setPeriodic(FENCE_MS, id -> {
            if (!sendFence(opened)) {
                context.owner().cancelTimer(id);
            }
        });
    }

    private synchronized boolean sendFence(NetSocketInternal to) {
        if (socket == to) {
            sendFence(Promise.promise());
        }
        return socket == to;
    }

    private void sendFence(Promise<Boolean> answered) {
        fences.add(new Fence(++lastFence, frames, nowNanos.getAsLong(), answered));
        write(Unpooled.buffer(Integer.BYTES + FENCE_BYTES)
                .writeInt(FENCE_BYTES)
                .writeByte(FeedFrame.FENCE)
                .writeLong(lastFence));
    }

    private void ended(NetSocketInternal former) {
        List<Waiting> lost;
        List<Fence> passed;
        synchronized (this) {
            if (socket != former) {
                return;
            }
            socket = null;
            hasEnded = true;
            endedNanos = nowNanos.getAsLong();
            lost = waiting == null ? List.of() : List.copyOf(waiting);
            waiting = null;
            deliveredFrames = frames;
            passed = List.copyOf(fences);
            fences.clear();
        }
        lost.forEach(each -> {
            each.data().release();
            each.written().fail("the connection has ended");
        });
        complete(passed);
    }

    /** Without the lock: an address that moves sends to another connection then. */
    private static void complete(List<Fence> passed) {
        passed.forEach(fence -> fence.answered().tryComplete(true));
    }

    /**
     * Waits until the other node has delivered all frames to its consumers.
     *
     * @return true, also when the connection has ended; false when the other node takes too long; then nobody else waits
     */
    synchronized Future<Boolean> delivered() {
        Fence oldest = fences.peek();
        long now = nowNanos.getAsLong();
        if (deliveredFrames == frames || (oldest != null && now - oldest.sentNanos() > LATE_NANOS)) {
            return Future.succeededFuture(deliveredFrames == frames);
        }
        Promise<Boolean> answered = Promise.promise();
        sendFence(answered);
        context.owner().setTimer(LATE_MS, id -> answered.tryComplete(false));
        return answered.future();
    }

    private void answered(long number) {
        List<Fence> passed = new ArrayList<>();
        synchronized (this) {
            for (Fence fence = fences.peek(); fence != null && fence.number() <= number; fence = fences.peek()) {
                deliveredFrames = fence.frames();
                passed.add(fences.remove());
            }
        }
        complete(passed);
    }

    /** Closes the connection for good: the node has left. */
    void close() {
        NetSocketInternal open;
        synchronized (this) {
            isClosed = true;
            open = socket;
        }
        if (open != null) {
            open.close();
        }
    }

    /** Reads the answers to fences: their numbers. */
    private final class Answers implements io.vertx.core.Handler<Buffer> {
        private Buffer rest = Buffer.buffer();

        @Override
        public void handle(Buffer data) {
            rest.appendBuffer(data);
            int end = rest.length() - rest.length() % Long.BYTES;
            if (end > 0) {
                answered(rest.getLong(end - Long.BYTES));
                rest = rest.getBuffer(end, rest.length());
            }
        }
    }
}
