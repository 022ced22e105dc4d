package io.firstline.feed;

import io.firstline.config.check.FeedUrl;
import io.firstline.feed.clock.ExchangeTime;
import io.firstline.feed.message.Dispatcher;
import io.firstline.feed.message.StreamWatch;
import io.firstline.feed.report.ArrivalReport;
import io.firstline.feed.report.FeedReport;
import java.util.List;

/** Puts the reports of a feed together. Runs on the feed's context. */
final class FeedReporter {
    private final String name;
    private final FeedParts parts;
    private final Dispatcher dispatcher;
    private final ExchangeTime exchangeTime;
    private final SubscriptionProtocol subscriptions;
    private final ConnectionMaker maker;
    private final FeedConnections connections;
    private final Arbitration arbitration;

    FeedReporter(
            String name,
            FeedParts parts,
            Dispatcher dispatcher,
            ExchangeTime exchangeTime,
            SubscriptionProtocol subscriptions,
            ConnectionMaker maker,
            FeedConnections connections,
            Arbitration arbitration) {
        this.name = name;
        this.parts = parts;
        this.dispatcher = dispatcher;
        this.exchangeTime = exchangeTime;
        this.subscriptions = subscriptions;
        this.maker = maker;
        this.connections = connections;
        this.arbitration = arbitration;
    }

    /** Returns what each open connection delivered of each stream. */
    List<ArrivalReport> arrivals() {
        arbitration.settleFigures();
        return parts.slotTable().arrivals(parts.streams().all());
    }

    /** Returns everything about the feed at this instant. */
    FeedReport report() {
        arbitration.settleFigures();
        SlotTable slotTable = parts.slotTable();
        FeedEventLog eventLog = parts.eventLog();
        return new FeedReport(
                name,
                FeedUrl.masked(maker.config().url()),
                parts.condition().state(),
                slotTable.target(),
                slotTable.places(),
                slotTable.live(),
                dispatcher.published(),
                parts.reader().copies(),
                parts.reader().control(),
                parts.reader().malformed(),
                parts.sequencer().late(),
                eventLog.evictions(),
                eventLog.evictedFor(),
                eventLog.losses(),
                dispatcher.waiting(),
                dispatcher.dropped(),
                parts.failures().counts(),
                arbitration.copiesPerMessage(),
                exchangeTime.report(),
                connections.attemptsLeft(),
                connections.pausedMs(),
                parts.failures().last(),
                parts.condition().problems(),
                connections.paths(),
                subscriptions.streams(),
                parts.streams().all().stream()
                        .filter(stream -> !stream.isShutdown())
                        .map(StreamWatch::report)
                        .toList(),
                slotTable.report());
    }
}
