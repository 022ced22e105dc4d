package io.firstline.deploy.snapshot;

import io.firstline.config.venue.MessageFormat;
import io.firstline.feed.Feed;
import io.firstline.feed.message.SubscribedStream;
import io.vertx.core.Future;

/** The pools of a feed, as snapshots need them. */
public interface SnapshotSource {
    /**
     * The place of a stream.
     *
     * @param pool the pool that subscribes it
     */
    record Place(Feed pool, SubscribedStream stream) {}

    MessageFormat format();

    /** The most streams of one connection; 0 = not known. */
    int streamsPerConnection();

    /** Whether the venue allows one more connection with the same streams. */
    boolean hasRoom();

    /** Finds the pool that subscribes a stream, by the name of the subscription or of messages; fails if none does. */
    Future<Place> place(String stream);
}
