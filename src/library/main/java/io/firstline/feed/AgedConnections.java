package io.firstline.feed;

import io.firstline.config.WsPoolConfig;
import io.firstline.connection.Scheduler;
import io.firstline.feed.report.EvictionReason;
import io.firstline.feed.report.EvictionReason.Cause;
import java.util.Comparator;
import java.util.Optional;
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
        oldest(pooled -> rotation.isDue(pooled.connection.ageMs(), pooled.ageLimitMs, epochMs))
                .ifPresent(slot -> slot.replace(EvictionReason.of(Cause.AGE), trialMs));
    }

    /** Replaces a connection without waiting for empty slots to be filled: the server is about to close it. */
    void replaceOverdue() {
        if (maxAgeMs > 0 && slotTable.slots().stream().allMatch(slot -> slot.candidate() == null)) {
            oldest(pooled -> pooled.connection.ageMs() >= maxAgeMs)
                    .ifPresent(slot -> slot.replace(EvictionReason.OVERDUE, trialMs));
        }
    }

    private Optional<ConnectionSlot> oldest(Predicate<PooledConnection> due) {
        return slotTable.slots().stream()
                .filter(slot -> slot.isLive() && due.test(slot.pooled()))
                .min(Comparator.comparingLong(slot ->
                        slot.pooled().ageLimitMs - slot.pooled().connection.ageMs()));
    }
}
