package io.firstline.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;

/**
 * The sequence of messages as batches of encoded frames. A batch is encoded once, written on every connection, and kept
 * until the slowest connection has got it. No connection gets further ahead of the slowest one than the window:
 * otherwise, the operating system's buffers would let connections drift apart by more messages than any client
 * remembers.
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

    /** The number after the last message, unless the supply continues. */
    long next() {
        return oldest + kept.size();
    }

    /** The number of messages in the first batches. */
    static long messages(long batches) {
        return batches * FRAMES;
    }

    /** Makes no more batches. */
    void stop() {
        end = next();
    }

    /** The batch for a connection's next write; null if it must wait. */
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

    /** Frees the batches before this one, which all connections have got. */
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
