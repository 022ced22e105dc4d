package io.firstline.stream;

/** What happens to messages that a slow consumer has no room for. Every loss is counted and reported. */
public enum Overflow {
    /** Drops the oldest message: the consumer stays near the present. */
    DROP_OLDEST,
    /** Drops the new message: the consumer sees a stretch without holes, then a hole. */
    DROP_NEWEST,
    /**
     * Keeps only the latest message of each stream: a newer one replaces the waiting one, even if there is room. Right
     * for quotes, wrong for trades. The newer message keeps the older one's place in the queue, so that other streams
     * cannot overtake a busy one forever. The sequence therefore ascends within a stream, but not across streams. If
     * there are more streams than room, the oldest message is dropped.
     */
    CONFLATE,
    /** Ends the stream with a {@link SlowConsumerException}. Waiting messages remain available, without holes. */
    CLOSE
}
