package io.firstline.bench;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;

/** One connection of the server and its next message. Runs on the server's event loop. */
final class ServerLine {
    /** A client with more unread bytes gets no messages until it has read. */
    private static final long MAX_BACKLOG = 32L << 20;

    private static final int MAX_BATCH = 256;

    private final ChannelHandlerContext below;
    private final int number;
    private final double phase;
    private SimulatedLag lag;
    private long shiftNanos;
    private long nextIndex;
    private long nextNanos;

    /**
     * A connection that has just opened.
     *
     * @param below a context whose writes bypass the WebSocket encoder
     * @param number of the connection, from 0
     * @param phase position within the interval between two messages at which it is served, from 0 to 1
     */
    ServerLine(ChannelHandlerContext below, int number, double phase) {
        this.below = below;
        this.number = number;
        this.phase = phase;
    }

    Channel channel() {
        return below.channel();
    }

    /** Starts a load; message {@code firstIndex}, from 0, is the first on this connection. */
    void start(Load load, long firstIndex) {
        nextIndex = firstIndex;
        if (!load.isSaturating()) {
            lag = load.lagging() ? new SimulatedLag(number) : null;
            shiftNanos = (long) (phase * 1e9 / load.perSecond());
            nextNanos = dueNanos(load);
        }
    }

    private long dueNanos(Load load) {
        long due = load.dueNanos(nextIndex) + shiftNanos;
        return lag == null ? due : lag.arrivalNanos(due);
    }

    long nextIndex() {
        return nextIndex;
    }

    /** The time at which the next message of a paced load is due, nanoseconds after its start. */
    long nextNanos() {
        return nextNanos;
    }

    /** Writes one batch of a saturating load; false if the connection cannot accept one now. */
    boolean write(Supply supply, long nowNanos) {
        if (!channel().isWritable()) {
            return false;
        }
        ByteBuf batch = supply.take(nextIndex, number, nowNanos);
        if (batch == null) {
            return false;
        }
        send(batch);
        nextIndex++;
        return true;
    }

    /**
     * Writes the due messages of a paced load.
     *
     * @param end index of the first message that is not sent
     */
    void writeDue(Load load, long startNanos, long elapsedNanos, long end) {
        if (nextNanos > elapsedNanos || nextIndex >= end || backlog() > MAX_BACKLOG) {
            return;
        }
        Frames quote = load.form().quote();
        byte[] frames = new byte[quote.length() * MAX_BATCH];
        int count = 0;
        while (nextNanos <= elapsedNanos && nextIndex < end && count < MAX_BATCH) {
            long intended = startNanos + load.dueNanos(nextIndex) + shiftNanos;
            quote.encode(frames, count++ * quote.length(), nextIndex + 1, intended);
            nextIndex++;
            nextNanos = dueNanos(load);
        }
        int length = count * quote.length();
        send(below.alloc().directBuffer(length).writeBytes(frames, 0, length));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the void promise passes failures to the pipeline, which closes
    private void send(ByteBuf frames) {
        below.writeAndFlush(frames, below.voidPromise());
    }

    long backlog() {
        return channel().isActive() ? channel().unsafe().outboundBuffer().totalPendingWriteBytes() : 0;
    }
}
