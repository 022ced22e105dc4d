package io.firstline.stream;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * A first-in first-out buffer, bounded in messages and payload bytes. It grows to its capacity as needed. It counts
 * dropped messages and reports each loss at its place in the stream. Not thread-safe.
 */
final class MessageRing implements Backlog {
    private static final int FIRST_SIZE = 16;

    private final int capacity;
    private final long maxBytes;
    private final Overflow overflow;

    private FeedMessage[] slots;
    private int head;
    private int size;
    private long bytes;
    private long dropped;

    /** The numbers of messages added and removed so far. */
    private long in;

    private long out;
    private final Deque<Hole> holes = new ArrayDeque<>();

    /** The loss before the last removed message or, once that is reported, before the next. */
    private Loss due;

    private boolean taken;

    /** The loss before the message with the number {@code before}, counted from 0 in the order of arrival. */
    private record Hole(long before, Loss loss) {}

    /**
     * Makes an empty ring.
     *
     * @param capacity messages, at least 1
     * @param maxBytes payload bytes; a single message may be larger
     * @param overflow {@link Overflow#DROP_OLDEST} drops the oldest message; all others reject the new one
     */
    MessageRing(int capacity, long maxBytes, Overflow overflow) {
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
        int length = message.length();
        int before = size;
        if (overflow != Overflow.DROP_OLDEST && !hasRoom(length)) {
            dropped++;
            lost(Loss.of(message.sequence()));
            return 1;
        }
        while (!hasRoom(length)) {
            Loss oldest = Loss.of(remove().sequence());
            due = Loss.sum(due, oldest);
        }
        int lost = before - size;
        dropped += lost;
        if (size == slots.length) {
            grow();
        }
        slots[(head + size) % slots.length] = message;
        size++;
        in++;
        bytes += length;
        return lost;
    }

    @Override
    public FeedMessage poll() {
        if (size == 0) {
            return null;
        }
        taken = true;
        return remove();
    }

    private FeedMessage remove() {
        while (!holes.isEmpty() && holes.peekFirst().before() <= out) {
            due = Loss.sum(due, holes.removeFirst().loss());
        }
        FeedMessage message = slots[head];
        slots[head] = null;
        head = (head + 1) % slots.length;
        size--;
        out++;
        bytes -= message.length();
        return message;
    }

    @Override
    public void lost(Loss loss) {
        Hole last = holes.peekLast();
        boolean more = last != null && last.before() == in;
        if (more) {
            holes.removeLast();
        }
        holes.addLast(new Hole(in, more ? Loss.sum(last.loss(), loss) : loss));
    }

    @Override
    public Loss lossBefore(FeedMessage next) {
        if (!taken) {
            return lossAtEnd(); // nothing waits, so the whole loss came before this message
        }
        taken = false;
        Loss loss = due;
        due = null;
        return loss;
    }

    @Override
    public Loss lossAtEnd() {
        Loss loss = due;
        due = null;
        while (!holes.isEmpty()) {
            loss = Loss.sum(loss, holes.removeFirst().loss());
        }
        return loss;
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

    int capacity() {
        return capacity;
    }

    @Override
    public long dropped() {
        return dropped;
    }
}
