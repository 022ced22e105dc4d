package io.firstline.stream;

import java.util.Arrays;

/**
 * A bounded first-in first-out buffer of messages. It grows to its capacity as needed, is bounded in payload bytes as well, and counts
 * what it drops. Not thread-safe.
 */
public final class MessageRing {
    private static final int FIRST_SIZE = 16;

    private final int capacity;
    private final long maxBytes;
    private final Overflow overflow;

    private FeedMessage[] slots;
    private int head;
    private int size;
    private long bytes;
    private long dropped;

    /**
     * Makes an empty ring.
     *
     * @param capacity messages, at least 1
     * @param maxBytes payload bytes; a single message may be larger
     */
    public MessageRing(int capacity, long maxBytes, Overflow overflow) {
        if (capacity < 1 || maxBytes < 1) {
            throw new IllegalArgumentException(
                    "capacity " + capacity + " and maxBytes " + maxBytes + " must be at least 1");
        }
        this.capacity = capacity;
        this.maxBytes = maxBytes;
        this.overflow = overflow;
        this.slots = new FeedMessage[Math.min(capacity, FIRST_SIZE)];
    }

    /** Puts a message in; returns how many were dropped for it (with drop-newest, itself). */
    public int offer(FeedMessage message) {
        int length = message.payload().length();
        int before = size;
        if (overflow == Overflow.DROP_NEWEST && !hasRoom(length)) {
            dropped++;
            return 1;
        }
        while (!hasRoom(length)) {
            poll();
        }
        int lost = before - size;
        dropped += lost;
        if (size == slots.length) {
            grow();
        }
        slots[(head + size) % slots.length] = message;
        size++;
        bytes += length;
        return lost;
    }

    /** Takes the oldest message out, or returns null. */
    public FeedMessage poll() {
        if (size == 0) {
            return null;
        }
        FeedMessage message = slots[head];
        slots[head] = null;
        head = (head + 1) % slots.length;
        size--;
        bytes -= message.payload().length();
        return message;
    }

    private boolean hasRoom(int length) {
        return size < capacity && (size == 0 || bytes + length <= maxBytes);
    }

    private void grow() {
        FeedMessage[] larger = Arrays.copyOf(slots, Math.min(capacity, slots.length * 2));
        System.arraycopy(slots, 0, larger, size - head, head);
        System.arraycopy(slots, head, larger, 0, size - head);
        Arrays.fill(larger, size, larger.length, null);
        slots = larger;
        head = 0;
    }

    public int size() {
        return size;
    }

    public int capacity() {
        return capacity;
    }

    /** How many messages were dropped since it was made. */
    public long dropped() {
        return dropped;
    }
}
