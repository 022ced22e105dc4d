package io.firstline.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;

/**
 * The sequence as batches of ready frames: each is encoded once and written on every connection. A batch is kept until the slowest
 * connection has had it, and nobody gets further ahead of that one than the window: the operating system's buffers alone would let
 * connections drift apart by more messages than any client remembers.
 */
final class Supply {
    private static final int FRAMES = 256;
    private static final int WINDOW = 16;

    private final ByteBufAllocator allocator;
    private final ArrayDeque<ByteBuf> kept = new ArrayDeque<>();
    private long oldest;
    private long end = Long.MAX_VALUE;

    Supply(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /** One after the last that there will be, unless it goes on. */
    long next() {
        return oldest + kept.size();
    }

    /** How many messages the first so many batches hold. */
    static long messages(long batches) {
        return batches * FRAMES;
    }

    /** No batch is made any more. */
    void stop() {
        end = next();
    }

    /** The batch for a connection's next write, or null if it has to wait. */
    ByteBuf take(long index, long nowNanos) {
        if (index == next()) {
            if (kept.size() == WINDOW || index >= end) {
                return null;
            }
            kept.add(encoded(index, nowNanos));
        }
        return get((int) (index - oldest)).retainedDuplicate();
    }

    private ByteBuf get(int place) {
        int i = 0;
        for (ByteBuf batch : kept) {
            if (i++ == place) {
                return batch;
            }
        }
        throw new IllegalStateException("batch " + place + " of " + kept.size());
    }

    private ByteBuf encoded(long index, long nowNanos) {
        byte[] frames = new byte[FRAMES * Quote.FRAME];
        for (int i = 0; i < FRAMES; i++) {
            Quote.encode(frames, i * Quote.FRAME, index * FRAMES + i + 1, nowNanos);
        }
        return allocator.directBuffer(frames.length).writeBytes(frames);
    }

    /** Everybody has had what comes before this. */
    void forgetBefore(long index) {
        while (oldest < index && !kept.isEmpty()) {
            kept.poll().release();
            oldest++;
        }
    }

    void close() {
        kept.forEach(ByteBuf::release);
        kept.clear();
    }
}
