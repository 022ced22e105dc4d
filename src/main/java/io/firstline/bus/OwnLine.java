package io.firstline.bus;

import io.firstline.pool.FeedEvent;
import io.firstline.pool.FeedState;
import java.util.HashSet;
import java.util.Set;

/**
 * What a standby receives of a feed itself, beside the messages that the owner publishes: whether it receives the
 * feed, and whether the two overlap without a hole. They overlap once a message was published that this node received
 * after its pools were connected. Everything sent before that was then published too: certainly for one pool, and for
 * several if the owner is equally far with each. A pool that was never connected here does not count, because perhaps
 * no node can connect it.
 *
 * <p>Pure and single-threaded; times are nanoseconds of one monotonic clock. O(1).
 */
final class OwnLine {
    /** The pools that have lost their last connection. */
    private final Set<Integer> dark = new HashSet<>();

    private boolean everConnected;
    /** When the last of them was connected. */
    private long sinceNanos;

    private boolean overlaps;
    /** All connections are open and bring nothing, though the feed usually speaks: the path to the exchange may stand still. */
    private boolean silent;

    /** Takes an event of one of the pools. */
    void happened(FeedEvent event, long nowNanos) {
        int pool = event.facts().getInteger("shard", 1);
        boolean isLost = event.type() == FeedEvent.Type.DEGRADED
                && FeedState.DISCONNECTED.name().equals(event.facts().getString("state"));
        if (isLost) {
            dark.add(pool);
            overlaps = false;
        } else if (event.type() == FeedEvent.Type.STREAM_SILENT
                && event.facts().containsKey("silentMs")
                && !event.facts().containsKey("stream")) {
            silent = true;
            overlaps = false;
        } else if (event.type() == FeedEvent.Type.CONNECTED && (dark.remove(pool) || !everConnected)) {
            everConnected = true;
            sinceNanos = nowNanos;
        }
    }

    /**
     * A message was received here.
     *
     * @return whether it ends a silence
     */
    boolean spoke(long nowNanos) {
        boolean ends = silent;
        if (ends) {
            silent = false;
            sinceNanos = nowNanos;
        }
        return ends;
    }

    /**
     * A message was published that was received here too.
     *
     * @return whether it is the first that proves the overlap
     */
    boolean cameBothWays(long receivedNanos) {
        if (overlaps || !isReceived() || receivedNanos - sinceNanos < 0) {
            return false;
        }
        overlaps = true;
        return true;
    }

    /** Another owner publishes from now on: the overlap with it must be proved again. */
    void standsBy() {
        overlaps = false;
    }

    /** Whether every pool that ever was connected is, and they are not all silent. */
    boolean isReceived() {
        return everConnected && dark.isEmpty() && !silent;
    }

    boolean overlaps() {
        return overlaps;
    }
}
