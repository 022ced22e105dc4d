package io.firstline.feed;

import io.firstline.arbitration.Arbiter;
import io.firstline.feed.message.OutgoingCopy;
import io.firstline.feed.message.StreamTable;
import io.firstline.feed.report.EvictionReason;
import io.firstline.feed.report.EvictionReason.Cause;
import java.util.concurrent.TimeUnit;

/**
 * Replaces the connections of a pool that deliver nothing, or nothing of one stream, while others do: they are dead,
 * even if they answer pings. Others judge connections without answers. Runs on the feed's context.
 */
final class SilentConnections {
    private static final int MESSAGES = 5;
    private static final long NANOS = TimeUnit.SECONDS.toNanos(1);
    /** A younger connection may still be subscribing. */
    private static final long FIRST_DATA_MS = 10_000;

    private final Arbiter<OutgoingCopy> arbiter;
    private final long trialMs;
    private final SlotTable slotTable;
    private final FeedEventLog eventLog;
    private final StreamTable streams;

    SilentConnections(Arbiter<OutgoingCopy> arbiter, FeedParts parts, long trialMs) {
        this.arbiter = arbiter;
        this.trialMs = trialMs;
        this.slotTable = parts.slotTable();
        this.eventLog = parts.eventLog();
        this.streams = parts.streams();
    }

    /** Returns whether it delivers nothing while others do. */
    boolean isSilent(PooledConnection pooled) {
        return arbiter.isSilentBesideOthers(pooled.line, MESSAGES, NANOS);
    }

    void replace() {
        for (ConnectionSlot slot : slotTable.slots()) {
            if (slot.isLive() && !slot.pooled().connection.pings().isUnanswered()) {
                replaceIfSilent(slot.pooled());
            }
        }
    }

    private void replaceIfSilent(PooledConnection pooled) {
        if ((pooled.line.inStep() || pooled.connection.ageMs() > FIRST_DATA_MS)
                && isSilent(pooled)
                && pooled.slot.replace(EvictionReason.of(Cause.SILENT), trialMs)) {
            eventLog.silent(pooled);
        } else if (pooled.line.inStep()) {
            streams.any(stream -> stream.isSilentIn(pooled.line.slot()))
                    .filter(stream -> pooled.slot.replace(EvictionReason.silent(stream.name), trialMs))
                    .ifPresent(stream -> eventLog.silent(pooled, stream.name));
        }
    }
}
