package io.firstline.bus;

import io.firstline.pool.FeedEvent;
import io.firstline.stream.FeedMessage;

/** Where a feed's messages and events go. */
interface Outlet {
    void publish(FeedMessage message);

    void publish(FeedEvent event);
}
