package io.firstline.cluster;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The last takeovers of a feed as one node has seen them. Pure and single-threaded; times are nanoseconds of one
 * monotonic clock.
 */
final class TakeoverLog {
    static final int CAPACITY = 8;

    private final Deque<Takeover> last = new ArrayDeque<>();
    private boolean published;
    private long publishedNanos;

    /**
     * Another node has begun to publish the feed.
     *
     * @param own whether it is this node
     * @param nanos when: for this node, when it acquired the lease; otherwise when its first message arrived
     * @param silentNanos time since the last message of the owner before, which may be the same node, as heard here
     */
    record Takeover(int epoch, boolean own, long nanos, long silentNanos) {}

    /** A message was published, by any node. */
    void published(long nowNanos) {
        published = true;
        publishedNanos = nowNanos;
    }

    /** Another epoch begins. The first owner of all took over from nobody. */
    void begins(int epoch, boolean own, long nowNanos) {
        if (published) {
            last.addFirst(new Takeover(epoch, own, nowNanos, nowNanos - publishedNanos));
        }
        if (last.size() > CAPACITY) {
            last.removeLast();
        }
    }

    /** Says in a log line how long the feed was silent before an epoch; empty if it had no owner before. */
    String silence(int epoch) {
        return last.isEmpty() || last.getFirst().epoch() != epoch
                ? ""
                : ", " + TimeUnit.NANOSECONDS.toMillis(last.getFirst().silentNanos()) + " ms after its last message";
    }

    /** Returns the takeovers, the last one first. */
    List<Takeover> list() {
        return List.copyOf(last);
    }
}
