package io.firstline.arbitration;

/**
 * The operations of the parts of an arbiter on the merged stream.
 *
 * @param <M> the message
 */
interface MergedStream<M> {
    /**
     * Publishes a copy as a new message.
     *
     * @param late younger messages have been published
     */
    void publish(Line line, Arrival<M> copy, long receivedNanos, boolean late, long nowNanos);

    /**
     * A line delivered a copy of a published message.
     *
     * @param unique no other message remembered has the same bytes
     */
    void late(Line line, long sequence, boolean unique, long nowNanos);

    /** Reports a copy that has other bytes than the first copy of its message. */
    void compare(Line line, long sequence, long content);

    /** A line did not deliver a published message: its copy was another one's. */
    void takenBack(Line line, long sequence);

    /** A line has delivered a copy of a published message, as is known only now. */
    void matched(Line line, long sequence, long receivedNanos);
}
