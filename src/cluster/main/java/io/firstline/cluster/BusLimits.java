package io.firstline.cluster;

import io.firstline.bus.publish.RejectionLog;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The limits of all connections to this node's event bus together. Thread-safe.
 *
 * @param mostConnections further connections are closed
 * @param mostFrameBytes a connection that announces a longer message is closed
 * @param mostHeldBytes the limit of all unfinished long messages together; a connection that would exceed it is
 *     closed
 */
record BusLimits(
        int mostConnections,
        int mostFrameBytes,
        long mostHeldBytes,
        RejectionLog rejections,
        AtomicInteger connections,
        AtomicLong heldBytes) {
    /** Enough for 200 nodes that publish feeds on 16 event loops each; unfinished messages that are not counted take 64 MiB. */
    private static final int MOST_CONNECTIONS = 4_096;

    /** Enough for the longest message of a feed by default, with its headers. */
    private static final int LEAST_FRAME_BYTES = 17 << 20;
    /** Enough for the longest message of a feed, with its headers. */
    private static final int LONGEST_FRAME_BYTES = (1 << 30) + (1 << 20);
    /** A message takes at most this part of the heap, because Vert.x copies it more than once. */
    private static final int HEAP_PART = 8;

    /** Creates the limits for this heap size. */
    static BusLimits of(long heapBytes, RejectionLog rejections) {
        int held = (int) Math.min(LONGEST_FRAME_BYTES, Math.max(LEAST_FRAME_BYTES, heapBytes / HEAP_PART));
        return of(MOST_CONNECTIONS, held, 2L * held, rejections);
    }

    static BusLimits of(int mostConnections, int mostFrameBytes, long mostHeldBytes, RejectionLog rejections) {
        return new BusLimits(
                mostConnections, mostFrameBytes, mostHeldBytes, rejections, new AtomicInteger(), new AtomicLong());
    }

    /** Counts a new connection; returns false if there are too many. */
    boolean enters() {
        return connections.incrementAndGet() <= mostConnections;
    }

    void leaves() {
        connections.decrementAndGet();
    }

    /** Counts the bytes that a connection holds, more or fewer; returns false if all together hold too many. */
    boolean holds(long more) {
        return heldBytes.addAndGet(more) <= mostHeldBytes;
    }
}
