package io.firstline.feed;

import io.firstline.arbitration.BestSubsets;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.connection.FeedEnvironment;
import io.firstline.connection.RetryPolicy;
import io.firstline.connection.Scheduler;
import io.firstline.feed.clock.ExchangeTime;
import io.firstline.feed.message.BinaryValues;
import io.firstline.feed.message.Dispatcher;
import io.firstline.payload.ValueReader;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Set;

/** All parts of a feed, put together, and the order in which they start and stop. Runs on the feed's context. */
record FeedAssembly(
        FeedParts parts,
        Dispatcher dispatcher,
        SubscriptionProtocol subscriptions,
        ConnectionMaker maker,
        FeedConnections connections,
        Replacements replacements,
        Arbitration arbitration,
        FeedChecks checks,
        FeedReporter reporter) {

    /** Puts a closed feed together. */
    static FeedAssembly of(
            FeedEnvironment environment,
            String name,
            WsConnectionConfig config,
            SubscribeTemplates subscribeTemplates,
            MessageFormat format,
            Redundancy redundancy) {
        Scheduler scheduler = environment.scheduler();
        Dispatcher dispatcher = new Dispatcher(name, environment.context(), scheduler);
        ValueReader binaryTimes = BinaryValues.reader(
                format.content().payload(), format.times().event().at(), Set.of());
        FeedParts parts = FeedParts.of(name, environment, config, format, dispatcher, redundancy.knownFrames());
        SlotTable slotTable = parts.slotTable();
        FeedEventLog eventLog = parts.eventLog();
        ConnectionMaker maker = new ConnectionMaker(
                name,
                environment,
                config,
                VenueLogin.of(format),
                format.protocol().sendsMsgpack(),
                parts.monitor()::highestNumber);
        ExchangeTime exchangeTime =
                new ExchangeTime(name, format, binaryTimes, scheduler, maker.rests(), environment.budget());
        if (exchangeTime.isReported()) {
            dispatcher.measure(exchangeTime);
        }
        SubscriptionProtocol subscriptions = new SubscriptionProtocol(
                config.onConnect(),
                subscribeTemplates,
                format,
                slotTable,
                eventLog,
                parts.monitor(),
                scheduler,
                maker::framesPerSecond);
        Replacements replacements =
                new Replacements(parts, redundancy, format.notices().closeCodes());
        Arbitration arbitration = redundancy.arbitration().of(parts, replacements);
        HostBudget budget = new HostBudget(environment.budget(), name, config, scheduler, () -> subscriptions
                .streams()
                .size());
        FeedConnections connections = new FeedConnections(
                name,
                maker,
                new ListenKeys(environment, maker::config, eventLog),
                budget,
                parts,
                subscriptions,
                dispatcher,
                new CopyReceiver(parts, replacements, arbitration),
                replacements,
                arbitration);
        PoolResizing resizing = new PoolResizing(
                new PoolSize(
                        redundancy.target(),
                        redundancy.most(),
                        redundancy.times().resizeMs()),
                parts,
                connections,
                replacements,
                arbitration,
                table -> environment.context().executeBlocking(() -> BestSubsets.of(table), false));
        FeedChecks checks = new FeedChecks(
                parts,
                connections,
                resizing,
                subscriptions,
                new GapRepairs(parts, subscriptions, arbitration),
                replacements,
                exchangeTime,
                format.protocol().heartbeat());
        // a pool always replaces its connections
        boolean reopens = redundancy.target() > 1 || config.autoReconnect();
        for (int i = 0; i < redundancy.most(); i++) {
            RetryPolicy retry = new RetryPolicy(config.retry(), scheduler.random());
            long openAfterMs = i < redundancy.target() ? (long) i * redundancy.openStaggerMs() : 0;
            ConnectionSlot slot = new ConnectionSlot(connections, scheduler, retry, budget, i, openAfterMs, reopens);
            if (i < redundancy.target()) {
                slotTable.add(slot);
            } else {
                slotTable.addSpare(slot);
            }
        }
        return new FeedAssembly(
                parts,
                dispatcher,
                subscriptions,
                maker,
                connections,
                replacements,
                arbitration,
                checks,
                new FeedReporter(
                        name, parts, dispatcher, exchangeTime, subscriptions, maker, connections, arbitration));
    }

    /**
     * Starts the feed.
     *
     * @param first completed with the first live connection
     */
    void start(Promise<Void> first) {
        parts.condition().starting();
        connections.start(first);
        checks.start(maker.config());
        arbitration.start();
        connections.open();
    }

    /** Stops the feed; completes when all sockets are closed. */
    Future<Void> stop() {
        parts.condition().closed();
        replacements.stop();
        checks.stop();
        arbitration.stop();
        Future<Void> closing = connections.close();
        parts.sequencer().flush();
        dispatcher.end();
        return closing;
    }
}
