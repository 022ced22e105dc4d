package io.firstline.feed;

import io.firstline.connection.Scheduler;
import io.firstline.connection.WsConnection;
import io.firstline.feed.message.StreamWatch;
import java.util.List;

/**
 * Subscribes a stream again on one connection after a gap that no connection has healed, if the stream's class wants it.
 * The other connections continue to deliver. Runs on the feed's context.
 */
final class GapRepairs {
    private final SlotTable slotTable;
    private final SubscriptionProtocol subscriptions;
    private final Arbitration arbitration;
    private final FeedEventLog eventLog;
    private final Scheduler scheduler;
    private final GapRepair repair = new GapRepair();
    /** The connection that subscribed last; null = none. */
    private PooledConnection last;

    GapRepairs(FeedParts parts, SubscriptionProtocol subscriptions, Arbitration arbitration) {
        this.slotTable = parts.slotTable();
        this.subscriptions = subscriptions;
        this.arbitration = arbitration;
        this.eventLog = parts.eventLog();
        this.scheduler = parts.scheduler();
    }

    /**
     * Begins at most one repair; called about once a second.
     *
     * @param lost streams whose missing numbers have just been given up
     */
    void check(List<StreamWatch> lost) {
        for (StreamWatch stream : lost) {
            if (stream.places.type().sequence().resubscribes()) {
                repair.lost(stream.name, scheduler.nowNanos());
            }
        }
        if (repair.isIdle() || (last != null && last.isLive() && !last.requests.isSettled())) {
            return;
        }
        PooledConnection chosen = chosen();
        String stream = chosen == null ? null : repair.next(scheduler.nowNanos());
        if (stream != null && subscriptions.resubscribe(chosen, stream)) {
            last = chosen;
            eventLog.resubscribed(chosen, stream);
        }
    }

    /** Returns the connection whose snapshot is the youngest: the fastest one that is ready; null = none. */
    private PooledConnection chosen() {
        List<PooledConnection> ready = slotTable.placed().stream()
                .filter(pooled -> pooled.isSubscribed() && pooled.isProven() && !pooled.isImpaired())
                .toList();
        WsConnection fastest = arbitration.fastest(ready.stream().map(pooled -> pooled.connection));
        return ready.stream()
                .filter(pooled -> pooled.connection == fastest)
                .findFirst()
                .orElse(null);
    }
}
