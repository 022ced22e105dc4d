package io.firstline.replay;

import io.firstline.stream.FeedMessage;
import java.util.function.LongConsumer;

/** The last delivered numbers, with enough to recognise a message. Bounded; numbers ascend. Not thread-safe. */
final class DeliveredIndex {
    private static final int FIRST_SIZE = 64;

    private final int capacity;
    private long[] sequences = new long[FIRST_SIZE];
    private long[] micros = new long[FIRST_SIZE];
    private long[] identities = new long[FIRST_SIZE];
    private int head;
    private int size;

    DeliveredIndex(int capacity) {
        this.capacity = capacity;
    }

    /**
     * Adds a delivered message.
     *
     * @param identity the message's identity, or 0 if it is not needed
     */
    void add(FeedMessage message, long identity) {
        if (size == capacity) {
            head = slot(1);
            size--;
        } else if (size == sequences.length) {
            grow();
        }
        int slot = slot(size++);
        sequences[slot] = message.sequence();
        micros[slot] = message.receivedMicros();
        identities[slot] = identity;
    }

    /** Returns whether this message was delivered under its number, as far as it is remembered. */
    boolean has(FeedMessage message) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sequences[slot(middle)] < message.sequence()) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low < size
                && sequences[slot(low)] == message.sequence()
                && micros[slot(low)] == message.receivedMicros();
    }

    /** Forgets this number and greater ones, and reports their identities. */
    void forgetFrom(long sequence, LongConsumer forgotten) {
        while (size > 0 && sequences[slot(size - 1)] >= sequence) {
            forgotten.accept(identities[slot(--size)]);
        }
    }

    void clear() {
        size = 0;
    }

    private int slot(int place) {
        return (head + place) % sequences.length;
    }

    private void grow() {
        int room = Math.min(capacity, sequences.length * 2);
        sequences = grown(sequences, room);
        micros = grown(micros, room);
        identities = grown(identities, room);
        head = 0;
    }

    private long[] grown(long[] ring, int room) {
        long[] larger = new long[room];
        System.arraycopy(ring, head, larger, 0, ring.length - head);
        System.arraycopy(ring, 0, larger, ring.length - head, head);
        return larger;
    }
}
