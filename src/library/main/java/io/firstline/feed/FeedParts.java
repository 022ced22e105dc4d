package io.firstline.feed;

import io.firstline.connection.Scheduler;

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
