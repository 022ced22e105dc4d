package io.firstline.feed;

import io.firstline.arbitration.ArrivalTable;
import io.firstline.arbitration.report.SubsetFigures;
import io.firstline.connection.Scheduler;
import io.firstline.feed.message.StreamWatch;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens and closes connections of a pool whose number is not fixed, as {@link PoolSize} decides. A connection is closed
 * only while all are open and in step. Runs on the feed's context.
 */
final class PoolResizing {
    private static final Logger LOG = LoggerFactory.getLogger(PoolResizing.class);

    private final PoolSize size;
    private final FeedParts parts;
    private final Scheduler scheduler;
    private final SlotTable slotTable;
    private final FeedConnections connections;
    private final Replacements replacements;
    private final Arbitration arbitration;
    private final Function<ArrivalTable, Future<List<SubsetFigures>>> compare;

    private Future<List<SubsetFigures>> comparing = Future.succeededFuture();
    /** The slot that was added last, until its connection delivers; null = none. */
    private ConnectionSlot added;

    private long addedNanos;
    /** Increases at each start: an answer to an earlier question does not count. */
    private int start;

    /** @param compare compares connections on another thread, and completes on the feed's context */
    PoolResizing(
            PoolSize size,
            FeedParts parts,
            FeedConnections connections,
            Replacements replacements,
            Arbitration arbitration,
            Function<ArrivalTable, Future<List<SubsetFigures>>> compare) {
        this.size = size;
        this.parts = parts;
        this.scheduler = parts.scheduler();
        this.slotTable = parts.slotTable();
        this.connections = connections;
        this.replacements = replacements;
        this.arbitration = arbitration;
        this.compare = compare;
    }

    /** The feed starts. */
    void begin() {
        start++;
        added = null;
        size.begin(scheduler.nowNanos());
    }

    /** Called about once a second. */
    void look() {
        if (size.isFixed()) {
            return;
        }
        long now = scheduler.nowNanos();
        if (added != null) {
            lookAtAdded(now);
        }
        if (!size.isDue(now) || !comparing.isComplete() || replacements.anyUnproven()) {
            return;
        }
        int asked = start;
        comparing = compare.apply(arbitration.arrivalTable(Long.MAX_VALUE))
                .onSuccess(best -> {
                    if (asked == start && !replacements.anyUnproven()) {
                        decide(best);
                    }
                })
                .onFailure(e -> LOG.warn("the connections cannot be compared", e));
    }

    private void lookAtAdded(long nowNanos) {
        if (added.isLive() && added.pooled().isProven()) {
            added = null;
        } else if (nowNanos - addedNanos >= TimeUnit.MILLISECONDS.toNanos(replacements.trialMs())) {
            size.failed(nowNanos);
            close(added, "it did not deliver in step after " + replacements.trialMs() + " ms");
            added = null;
        }
    }

    private void decide(List<SubsetFigures> best) {
        long lost = 0;
        for (StreamWatch stream : parts.streams().all()) {
            lost += stream.lostNumbers();
        }
        PoolSize.Decision decision = size.decide(slotTable.target(), best, lost, scheduler.nowNanos());
        switch (decision.change()) {
            case NONE -> {}
            case GROW -> {
                added = connections.grow();
                addedNanos = scheduler.nowNanos();
                arbitration.sampleAnew();
                parts.eventLog().resized(null, decision.why());
            }
            case SHRINK ->
                slotTable.slots().stream()
                        .filter(slot -> slot.number() == decision.number())
                        .findFirst()
                        .ifPresent(slot -> close(slot, decision.why()));
        }
    }

    private void close(ConnectionSlot slot, String why) {
        PooledConnection closed = connections.shrink(slot, "not needed");
        arbitration.sampleAnew();
        parts.eventLog().resized(closed, why);
    }
}
