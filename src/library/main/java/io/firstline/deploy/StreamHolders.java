package io.firstline.deploy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Remembers the holders of streams that are subscribed at run time: none of them ends what another wants. A holder
 * repeats its streams about once a second. Pure; times are nanoseconds of one monotonic clock.
 */
final class StreamHolders {
    /** A holder that has not repeated a stream for this long wants it no more. */
    static final long FORGOTTEN_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** The most pairs of a stream and a holder. */
    static final int MOST = 100_000;

    private final Map<String, Map<String, Long>> heldUntil = new HashMap<>();
    private int pairs;
    private int epoch;
    private long sinceNanos;

    /**
     * A holder wants these streams.
     *
     * @param ownersEpoch the epoch in which this node publishes the feed; 0 = it has no other nodes
     */
    void wants(Collection<String> streams, String holder, int ownersEpoch, long nowNanos) {
        began(ownersEpoch, nowNanos);
        if (pairs + streams.size() > MOST) {
            heldUntil.values().forEach(holders -> holders.values().removeIf(until -> until - nowNanos <= 0));
            heldUntil.values().removeIf(Map::isEmpty);
            pairs = heldUntil.values().stream().mapToInt(Map::size).sum();
        }
        for (String stream : streams) {
            if (pairs < MOST
                    && heldUntil.computeIfAbsent(stream, any -> new HashMap<>()).put(holder, nowNanos + FORGOTTEN_NANOS)
                            == null) {
                pairs++;
            }
        }
    }

    /**
     * A holder wants these streams no more.
     *
     * @param ownersEpoch see {@link #wants}; in its first seconds the owner does not know all holders
     * @return those that others want, or may want
     */
    List<String> leaves(Collection<String> streams, String holder, int ownersEpoch, long nowNanos) {
        began(ownersEpoch, nowNanos);
        boolean isNew = epoch != 0 && nowNanos - sinceNanos < FORGOTTEN_NANOS;
        List<String> kept = new ArrayList<>();
        for (String stream : streams) {
            Map<String, Long> holders = heldUntil.getOrDefault(stream, new HashMap<>());
            if (holders.remove(holder) != null) {
                pairs--;
            }
            if (isNew || holders.values().stream().anyMatch(until -> until - nowNanos > 0)) {
                kept.add(stream);
            } else if (heldUntil.remove(stream) != null) {
                pairs -= holders.size();
            }
        }
        return kept;
    }

    private void began(int ownersEpoch, long nowNanos) {
        if (ownersEpoch != epoch) {
            epoch = ownersEpoch;
            sinceNanos = nowNanos;
        }
    }
}
