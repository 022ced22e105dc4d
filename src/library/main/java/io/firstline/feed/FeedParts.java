package io.firstline.feed;

import io.firstline.config.WsConnectionConfig;
import io.firstline.config.check.FeedUrl;
import io.firstline.config.venue.MessageFormat;
import io.firstline.connection.FeedEnvironment;
import io.firstline.connection.Scheduler;
import io.firstline.feed.message.Dispatcher;
import io.firstline.feed.message.GapLedger;
import io.firstline.feed.message.MessageReader;
import io.firstline.feed.message.Sequencer;
import io.firstline.feed.message.StreamTable;
import java.util.concurrent.TimeUnit;

/** The parts of a feed that its arbitration works with. */
record FeedParts(
        Scheduler scheduler,
        SlotTable slotTable,
        EventReporter events,
        FeedCondition condition,
        FailureLog failures,
        FeedEventLog eventLog,
        FeedMonitor monitor,
        MessageReader reader,
        StreamTable streams,
        Sequencer sequencer,
        PayloadDecoder decoder,
        ValueSplitter splitter) {

    /**
     * Creates the parts of a feed without slots.
     *
     * @param knownFrames the most frames whose bytes need not be read again
     */
    static FeedParts of(
            String name,
            FeedEnvironment environment,
            WsConnectionConfig config,
            MessageFormat format,
            Dispatcher dispatcher,
            int knownFrames) {
        Scheduler scheduler = environment.scheduler();
        SlotTable slotTable = new SlotTable();
        EventReporter events =
                new EventReporter(name, slotTable, dispatcher::published, environment.context(), scheduler);
        FailureLog failures =
                new FailureLog(TimeUnit.MILLISECONDS.toNanos(config.retry().stableMs()));
        FeedCondition condition = new FeedCondition(events, failures, slotTable, scheduler);
        FeedEventLog eventLog =
                new FeedEventLog(FeedUrl.masked(config.url()), events, condition, failures, slotTable, scheduler);
        StreamTable streams = new StreamTable(format.notices().shutdownStreams());
        MessageReader reader = new MessageReader(format, streams, knownFrames);
        GapLedger gaps = new GapLedger(eventLog);
        return new FeedParts(
                scheduler,
                slotTable,
                events,
                condition,
                failures,
                eventLog,
                new FeedMonitor(streams, gaps, dispatcher, condition, eventLog, scheduler),
                reader,
                streams,
                new Sequencer(dispatcher, gaps, streams, scheduler),
                new PayloadDecoder(format.content().payload()),
                new ValueSplitter(reader.expectsJson(), condition));
    }
}
