package io.firstline.bus;

import io.firstline.pool.FeedEvent;
import io.firstline.stream.FeedMessage;

/** Receives a feed's messages and events. */
interface FeedSink {
    void publish(FeedMessage message);

    void publish(FeedEvent event);
}
