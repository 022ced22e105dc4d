package io.firstline.cluster;

import io.firstline.feed.report.FeedActivity;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedFact;
import io.firstline.feed.report.FeedState;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The messages of a feed that a standby receives itself, beside those that the owner publishes: whether it receives
 * the feed, and whether the two overlap without a hole. They overlap once a message was published that this node
 * received after its pools were connected. Everything sent before that was then published too: certainly for one
 * pool, and for several if the owner is equally far with each. A pool that was never connected here does not count,
 * because perhaps no node can connect it.
 *
 * <p>A pool that gets no answer on any open connection is not received either. This causes no gap, because TCP delivers
 * everything when the path works again. A new connection that leads without having lined up with the others is a gap.
 *
 * <p>Pure and single-threaded; times are nanoseconds of one monotonic clock. O(1).
 */
final class StandbyReadiness {
    /** After this silence, messages may arrive that were delayed on the path. */
    private static final long HELD_UP_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** The pools that have lost their last connection. */
    private final Set<Integer> dark = new HashSet<>();

    private boolean everConnected;
    /** When the last of them was connected. */
    private long sinceNanos;

    private boolean overlaps;
    /** A pool gets no answer on any open connection. */
    private boolean unanswered;

    private boolean heldUp;
    private long silentNanos;

    /** Takes an event of one of the pools. */
    void happened(FeedEvent event, long nowNanos) {
        int pool = event.shard();
        boolean isLost = event.fact() instanceof FeedFact.Degraded now && now.state() == FeedState.DISCONNECTED;
        if (isLost) {
            dark.add(pool);
            overlaps = false;
        } else if (event.fact() instanceof FeedFact.InStep joined && joined.alone()) {
            overlaps = false;
            sinceNanos = nowNanos;
        } else if (event.fact() instanceof FeedFact.Connected && (dark.remove(pool) || !everConnected)) {
            everConnected = true;
            sinceNanos = nowNanos;
        }
    }

    /**
     * Other pools deliver from now on, and all are connected.
     *
     * @param inStep whether no message is missing between them and the former ones, as far as is known
     */
    void changed(boolean inStep, long nowNanos) {
        overlaps &= inStep && dark.isEmpty();
        sinceNanos = overlaps ? sinceNanos : nowNanos;
        dark.clear();
        everConnected = true;
    }

    /** Takes what the pools report; called several times a second. */
    void look(List<FeedActivity> pools, long nowNanos) {
        unanswered = false;
        heldUp = false;
        silentNanos = 0;
        for (FeedActivity pool : pools) {
            if (pool.live() > 0) {
                long silent = nowNanos - pool.lastFrameNanos();
                unanswered |= pool.unanswered();
                heldUp |= pool.lingering() || silent >= HELD_UP_NANOS;
                silentNanos = Math.max(silentNanos, silent);
            }
        }
    }

    /** A message was published that was received here too: it may prove the overlap. */
    void cameBothWays(long receivedNanos) {
        overlaps |= isConnected() && receivedNanos - sinceNanos >= 0;
    }

    /** Another owner publishes from now on: the overlap with it must be proved again. */
    void standsBy() {
        overlaps = false;
    }

    /** Received messages were dropped: only messages that arrive from now on can prove the overlap. */
    void forgot(long nowNanos) {
        overlaps = false;
        sinceNanos = nowNanos;
    }

    private boolean isConnected() {
        return everConnected && dark.isEmpty();
    }

    /** Whether every pool that was ever connected is connected and answered. */
    boolean isReceived() {
        return isConnected() && !unanswered;
    }

    /** Whether every pool that was ever connected is connected, but one is not answered. */
    boolean isUnanswered() {
        return isConnected() && unanswered;
    }

    /** Returns the longest silence of a connected pool; 0 = none is connected. */
    long silentNanos() {
        return silentNanos;
    }

    /** Whether messages may still arrive that the exchange sent long ago. */
    boolean isHeldUp() {
        return heldUp;
    }

    boolean overlaps() {
        return overlaps && !unanswered;
    }
}
