package io.firstline.feed;

import io.firstline.config.WsPoolConfig;
import io.firstline.connection.Scheduler;
import io.firstline.feed.report.EvictionReason;
import io.firstline.feed.report.EvictionReason.Cause;
import java.util.function.Predicate;

/** Replaces the connections of a pool that are old, one at a time, the oldest first. Runs on the feed's context. */
final class AgedConnections {
    private final long maxAgeMs;
    private final long trialMs;
    private final Scheduler scheduler;
    private final SlotTable slotTable;
    private final Rotation rotation;

    AgedConnections(WsPoolConfig config, FeedParts parts, long trialMs) {
        this.maxAgeMs = config.maxAgeMs();
        this.trialMs = trialMs;
        this.scheduler = parts.scheduler();
        this.slotTable = parts.slotTable();
        this.rotation = new Rotation(maxAgeMs, config.rotationWindows(), scheduler.random());
    }

    void joined(PooledConnection pooled) {
        pooled.ageLimitMs = rotation.ageLimitMs();
    }

    /** Replaces the connection that exceeds its age limit most. */
    void rotate() {
        long epochMs = scheduler.epochMicros() / 1_000;
        replaceOldest(
                pooled -> rotation.isDue(pooled.connection.ageMs(), pooled.ageLimitMs, epochMs),
                EvictionReason.of(Cause.AGE));
    }

    /** Replaces a connection without waiting for empty slots to be filled: the server is about to close it. */
    void replaceOverdue() {
        for (ConnectionSlot slot : slotTable.slots()) {
            if (maxAgeMs == 0 || slot.candidate() != null) {
                return;
            }
        }
        replaceOldest(pooled -> pooled.connection.ageMs() >= maxAgeMs, EvictionReason.OVERDUE);
    }

    private void replaceOldest(Predicate<PooledConnection> due, EvictionReason reason) {
        ConnectionSlot oldest = null;
        for (ConnectionSlot slot : slotTable.slots()) {
            boolean older =
                    slot.isLive() && due.test(slot.pooled()) && (oldest == null || overAgeMs(slot) > overAgeMs(oldest));
            oldest = older ? slot : oldest;
        }
        if (oldest != null) {
            oldest.replace(reason, trialMs);
        }
    }

    private static long overAgeMs(ConnectionSlot slot) {
        return slot.pooled().connection.ageMs() - slot.pooled().ageLimitMs;
    }
}
