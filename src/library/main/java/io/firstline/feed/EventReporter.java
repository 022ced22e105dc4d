package io.firstline.feed;

import io.firstline.connection.Scheduler;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedFact;
import io.vertx.core.Handler;
import io.vertx.core.internal.ContextInternal;
import java.util.function.LongSupplier;

/** Stamps the events of a feed for its handler. Runs on the feed's context. */
final class EventReporter {
    private final String name;
    private final SlotTable slotTable;
    private final LongSupplier published;
    private final ContextInternal context;
    private final Scheduler scheduler;
    private Handler<FeedEvent> handler = event -> {};

    EventReporter(
            String name, SlotTable slotTable, LongSupplier published, ContextInternal context, Scheduler scheduler) {
        this.name = name;
        this.slotTable = slotTable;
        this.published = published;
        this.context = context;
        this.scheduler = scheduler;
    }

    /** Returns the name of the feed, which begins its log lines. */
    String name() {
        return name;
    }

    void handler(Handler<FeedEvent> newHandler) {
        handler = newHandler == null ? event -> {} : newHandler;
    }

    void report(FeedFact fact) {
        try {
            handler.handle(new FeedEvent(name, 0, scheduler.epochMicros(), fact));
        } catch (RuntimeException | Error e) {
            context.reportException(e);
        }
    }

    /** Returns the figures that end each log line of the feed. */
    String figures() {
        return "live=" + slotTable.live() + "/" + slotTable.target() + ", open="
                + slotTable.open().size() + ", published=" + published.getAsLong();
    }
}
