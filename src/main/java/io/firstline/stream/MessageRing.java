package io.firstline.stream;

import java.util.Arrays;

/**
 * A bounded first-in first-out buffer of messages. It grows to its capacity as needed, is bounded in payload bytes as well, and counts
 * what it drops. What it dropped shows in the messages' sequence numbers, which must have no holes when they are put in. Not
 * thread-safe.
 */
public final class MessageRing implements Backlog {
    private static final int FIRST_SIZE = 16;

    private final int capacity;
    private final long maxBytes;
    private final Overflow overflow;

    private FeedMessage[] slots;
    private int head;
    private int size;
    private long bytes;
    private long dropped;

    /** The sequence number that follows the last message the consumer got; 0 before the first. */
    private long expected;

    private long lastOffered;

    /**
     * Makes an empty ring.
     *
     * @param capacity messages, at least 1
     * @param maxBytes payload bytes; a single message may be larger
     * @param overflow whether the oldest goes; otherwise what does not fit does not get in
     */
    public MessageRing(int capacity, long maxBytes, Overflow overflow) {
        check(capacity, maxBytes);
        this.capacity = capacity;
        this.maxBytes = maxBytes;
        this.overflow = overflow;
        this.slots = new FeedMessage[Math.min(capacity, FIRST_SIZE)];
    }

    static void check(int capacity, long maxBytes) {
        if (capacity < 1 || maxBytes < 1) {
            throw new IllegalArgumentException(
                    "capacity " + capacity + " and maxBytes " + maxBytes + " must be at least 1");
        }
    }

    @Override
    public int offer(FeedMessage message) {
        int length = message.payload().length();
        int before = size;
        lastOffered = message.sequence();
        if (expected == 0) {
            expected = lastOffered;
        }
        if (overflow != Overflow.DROP_OLDEST && !hasRoom(length)) {
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

    @Override
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

    @Override
    public Loss lossBefore(FeedMessage next) {
        long first = expected;
        expected = next.sequence() + 1;
        return first == 0 ? null : between(first, next.sequence() - 1);
    }

    @Override
    public Loss lossAtEnd() {
        long first = expected;
        expected = Math.max(first, lastOffered + 1);
        return between(first, lastOffered);
    }

    private static Loss between(long first, long last) {
        return last < first ? null : new Loss(last - first + 1, first, last);
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

    @Override
    public int size() {
        return size;
    }

    public int capacity() {
        return capacity;
    }

    @Override
    public long dropped() {
        return dropped;
    }
}
