package io.firstline.stream;

/** What waits for a slow consumer, bounded in messages and payload bytes. Not thread-safe. */
sealed interface Backlog permits MessageRing, LatestByStream {

    /** Puts a message in; returns how many, perhaps itself, were dropped because there was no room. */
    int offer(FeedMessage message);

    /** Takes the next message out, or returns null. */
    FeedMessage poll();

    /** Messages were lost before they came here: to be told in their place, after what waits. */
    void lost(Loss loss);

    /**
     * What was lost before a message, asked once for each that the consumer gets, in that order, also for one that did not have to
     * wait; null if nothing.
     */
    Loss lossBefore(FeedMessage next);

    /** What was lost after the last message, asked when none follows; null if nothing. */
    Loss lossAtEnd();

    int size();

    /** How many messages were dropped since it was made, for whatever reason. */
    long dropped();
}
