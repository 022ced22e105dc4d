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
            MessageFormat dialect,
            Dispatcher publication) {
        Scheduler scheduler = environment.scheduler();
        SlotTable slotTable = new SlotTable();
        FeedEventLog eventLog = new FeedEventLog(
                name,
                FeedUrl.masked(config.url()),
                config.retry().stableMs(),
                slotTable,
                publication::published,
                environment.context(),
                scheduler);
        StreamTable streams = new StreamTable(dialect.shutdown());
        MessageReader reader = new MessageReader(dialect, streams);
        GapLedger gaps = new GapLedger(eventLog::gap);
        return new FeedParts(
                scheduler,
                slotTable,
                eventLog,
                new FeedMonitor(streams, gaps, publication, eventLog, scheduler),
                reader,
                streams,
                new Sequencer(publication, gaps, streams, scheduler),
                new PayloadDecoder(dialect.content().payload()),
                new ValueSplitter(reader.expectsJson(), eventLog));
    }
}
