package io.firstline.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The sequence of messages as batches of encoded frames. A batch is encoded once, written on every connection, perhaps
 * with other bytes, and kept until the slowest connection has got it. No connection gets further ahead of the slowest one than the window:
 * otherwise, the operating system's buffers would let connections drift apart by more messages than any client
 * remembers.
 */
final class Supply {
    private static final int FRAMES = 256;
    private static final int WINDOW = 16;

    private final ByteBufAllocator allocator;
    private final Load load;
    private final Frames frames;
    private final ArrayDeque<Batch> kept = new ArrayDeque<>();
    private long oldest;
    private long end = Long.MAX_VALUE;

    Supply(ByteBufAllocator allocator, Load load) {
        this.allocator = allocator;
        this.load = load;
        this.frames = load.form().frames();
    }

    /** A batch, whose bytes may differ between connections. */
    private final class Batch {
        private final long first;
        private final byte[] plain = new byte[FRAMES * frames.length()];
        /** By connection, as far as it was asked for; one for all if there is no difference. */
        private final List<ByteBuf> byConnection = new ArrayList<>();

        private Batch(long index, long nowNanos) {
            first = index * FRAMES + 1;
            for (int i = 0; i < FRAMES; i++) {
                frames.encode(plain, i * frames.length(), first + i, nowNanos);
            }
        }

        private ByteBuf of(int connection) {
            int place = load.equalPercent() == 100 ? 0 : connection;
            while (byConnection.size() <= place) {
                byConnection.add(null);
            }
            if (byConnection.get(place) == null) {
                byConnection.set(place, allocator.directBuffer(plain.length).writeBytes(varied(place)));
            }
            return byConnection.get(place);
        }

        private byte[] varied(int connection) {
            for (int i = 0; i < FRAMES; i++) {
                if (!load.isEqual(first + i)) {
                    frames.vary(plain, i * frames.length(), connection);
                }
            }
            return plain;
        }

        private void release() {
            byConnection.stream().filter(Objects::nonNull).forEach(ByteBuf::release);
        }
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

    /**
     * The batch for a connection's next write; null if it must wait.
     *
     * @param connection its number, from 0
     */
    ByteBuf take(long index, int connection, long nowNanos) {
        if (index == next()) {
            if (kept.size() == WINDOW || index >= end) {
                return null;
            }
            kept.add(new Batch(index, nowNanos));
        }
        return get((int) (index - oldest)).of(connection).retainedDuplicate();
    }

    private Batch get(int place) {
        int i = 0;
        for (Batch batch : kept) {
            if (i++ == place) {
                return batch;
            }
        }
        throw new IllegalStateException("batch " + place + " of " + kept.size());
    }

    /** Frees the batches before this one, which all connections have got. */
    void forgetBefore(long index) {
        while (oldest < index && !kept.isEmpty()) {
            kept.poll().release();
            oldest++;
        }
    }

    void close() {
        kept.forEach(Batch::release);
        kept.clear();
    }
}
