package io.firstline.stream;

/** What happens to the messages that a slow consumer has no room for. Whatever is lost is counted and told. */
public enum Overflow {
    /** The oldest goes: the consumer stays near the present. */
    DROP_OLDEST,
    /** The new one goes: the consumer sees a stretch without holes, then a hole. */
    DROP_NEWEST,
    /**
     * Of each stream only the latest message waits: a newer one takes the place of the older one, full or not. Right for quotes, wrong
     * for trades. It takes its place in the queue too, so that a busy stream cannot be overtaken for ever by the others; across streams
     * the sequence is then not ascending, within one it is. More streams than there is room for: the oldest goes.
     */
    CONFLATE,
    /** The stream ends with a {@link SlowConsumerException}; what waits can still be taken, without holes. */
    CLOSE
}
