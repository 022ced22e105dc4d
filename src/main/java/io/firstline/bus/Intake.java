package io.firstline.bus;

import io.firstline.stream.FeedMessage;

/** Takes the messages of a feed's pools. */
interface Intake {
    /**
     * A message, on the event loop of its pool.
     *
     * @param place of the pool among those of the feed, from 0
     */
    void take(FeedMessage message, int place);
}
