package io.firstline.cluster;

import io.firstline.bus.Refusals;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What all connections to this node's event bus may take together. For any thread.
 *
 * @param mostConnections one more is closed
 * @param mostFrameBytes a connection that announces a longer message is closed
 * @param mostHeldBytes a connection that would make all unfinished long messages longer than this together is closed
 */
record BusDoor(
        int mostConnections,
        int mostFrameBytes,
        long mostHeldBytes,
        Refusals refusals,
        AtomicInteger connections,
        AtomicLong heldBytes) {
    /** Members, listeners, and many more. */
    private static final int MOST_CONNECTIONS = 1_024;

    /** A message of a feed as long as the default allows, and what travels with it. */
    private static final int LEAST_FRAME_BYTES = 17 << 20;
    /** The longest message of a feed is as long, and a little more with what travels with it. */
    private static final int LONGEST_FRAME_BYTES = (1 << 30) + (1 << 20);
    /** A message takes no more than this part of the heap: Vert.x copies it more than once. */
    private static final int HEAP_PART = 8;

    /** As large as the heap allows. */
    static BusDoor of(long heapBytes, Refusals refusals) {
        int held = (int) Math.min(LONGEST_FRAME_BYTES, Math.max(LEAST_FRAME_BYTES, heapBytes / HEAP_PART));
        return of(MOST_CONNECTIONS, held, 2L * held, refusals);
    }

    static BusDoor of(int mostConnections, int mostFrameBytes, long mostHeldBytes, Refusals refusals) {
        return new BusDoor(
                mostConnections, mostFrameBytes, mostHeldBytes, refusals, new AtomicInteger(), new AtomicLong());
    }

    /** A connection has come; false = there are too many. */
    boolean enters() {
        return connections.incrementAndGet() <= mostConnections;
    }

    void leaves() {
        connections.decrementAndGet();
    }

    /** A connection keeps so many bytes more, or fewer; false = all keep too much. */
    boolean holds(long more) {
        return heldBytes.addAndGet(more) <= mostHeldBytes;
    }
}
