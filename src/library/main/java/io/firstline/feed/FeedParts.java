package io.firstline.feed;

import io.firstline.connection.Scheduler;
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
        ValueSplitter splitter) {}
