package io.firstline.deploy;

import io.firstline.stream.FeedMessage;

/** Receives the messages of a feed's pools. */
interface MessageSink {
    /**
     * Takes a message, on the event loop of its pool.
     *
     * @param place index of the pool in the feed, from 0
     */
    void take(FeedMessage message, int place);
}
