package io.firstline.stream;

/** Messages that wait for a slow consumer, bounded in number and payload bytes. Not thread-safe. */
sealed interface Backlog permits MessageRing, LatestByStream {

    /** Adds a message. Returns the number of messages, perhaps this one too, that were dropped for lack of room. */
    int offer(FeedMessage message);

    /** Removes and returns the next message; null if empty. */
    FeedMessage poll();

    /** Records messages that were lost before they arrived here. Their loss is reported after the waiting messages. */
    void lost(Loss loss);

    /**
     * The loss before a message, or null. Called once for each message the consumer gets, in order, also for one that
     * did not wait.
     */
    Loss lossBefore(FeedMessage next);

    /** The loss after the last message, or null. Called when no message follows. */
    Loss lossAtEnd();

    int size();

    /** The number of messages dropped so far, for any reason. */
    long dropped();
}
