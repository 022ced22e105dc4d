package io.firstline.bus;

import io.firstline.pool.FeedEvent;
import io.firstline.pool.FeedState;
import io.firstline.stream.FeedMessage;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What a node of a cluster receives of a feed itself, beside what the feed's owner publishes: whether it receives it, and whether the two
 * overlap without a hole in between. They do once something has been published that came since all its pools are connected; what was
 * sent before, while they were not, has then been published as well.
 *
 * <p>Pure and single-threaded. O(1) for a message.
 */
final class OwnLine {
    /** The pools that have no connection, counted from 1. */
    private final Set<Integer> dark = new HashSet<>();

    /** When the last of them was connected, microseconds since the epoch. */
    private long sinceMicros;

    private boolean overlaps;

    /** Receives nothing yet, over so many pools. */
    OwnLine(int pools) {
        IntStream.rangeClosed(1, pools).forEach(dark::add);
    }

    /** Something has happened to one of the pools. */
    void happened(FeedEvent event) {
        int pool = event.facts().getInteger("shard", 1);
        boolean isLost = event.type() == FeedEvent.Type.DEGRADED
                && FeedState.DISCONNECTED.name().equals(event.facts().getString("state"));
        if (isLost) {
            dark.add(pool);
            overlaps = false;
        } else if (event.type() == FeedEvent.Type.CONNECTED && dark.remove(pool)) {
            sinceMicros = event.micros();
        }
    }

    /**
     * Something has come both ways.
     *
     * @param received as it was received here
     * @return whether it is the first since they do
     */
    boolean published(FeedMessage received) {
        if (overlaps || !dark.isEmpty() || received.receivedMicros() < sinceMicros) {
            return false;
        }
        overlaps = true;
        return true;
    }

    /** What was published is of no other owner any more. */
    void begin() {
        overlaps = false;
    }

    /** Whether every pool has a connection. */
    boolean isReceived() {
        return dark.isEmpty();
    }

    boolean overlaps() {
        return overlaps;
    }
}
