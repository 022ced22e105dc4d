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

/** The parts of a feed that its arbitration works with. */
record FeedParts(
        Scheduler scheduler,
        SlotTable slotTable,
        FeedEventLog eventLog,
        FeedMonitor monitor,
        MessageReader reader,
        StreamTable streams,
        Sequencer sequencer,
        PayloadDecoder decoder,
        ValueSplitter splitter) {

    /** Creates the parts of a feed without slots. */
    static FeedParts of(
            String name,
            FeedEnvironment environment,
            WsConnectionConfig config,
            MessageFormat format,
            Dispatcher dispatcher) {
        Scheduler scheduler = environment.scheduler();
        SlotTable slotTable = new SlotTable();
        FeedEventLog eventLog = new FeedEventLog(
                name,
                FeedUrl.masked(config.url()),
                config.retry().stableMs(),
                slotTable,
                dispatcher::published,
                environment.context(),
                scheduler);
        StreamTable streams = new StreamTable(format.notices().shutdownStreams());
        MessageReader reader = new MessageReader(format, streams);
        GapLedger gaps = new GapLedger(eventLog::gap);
        return new FeedParts(
                scheduler,
                slotTable,
                eventLog,
                new FeedMonitor(streams, gaps, dispatcher, eventLog, scheduler),
                reader,
                streams,
                new Sequencer(dispatcher, gaps, streams, scheduler),
                new PayloadDecoder(format.content().payload()),
                new ValueSplitter(reader.expectsJson(), eventLog));
    }
}
