package io.firstline.arbitration;

/**
 * A copy that has just arrived, as the arbiter sees it. One instance may serve for all copies: the arbiter reads it
 * only within the call that receives it. So a late copy needs no allocation.
 *
 * @param <M> the message as its owner carries it
 */
public interface Arrival<M> {
    /** Identifies the message: equal for all its copies, different for every other message of about the same time. */
    long identity();

    /** Identifies the bytes, if copies of a message may differ in them; 0 = not compared. */
    long content();

    /** The stream it belongs to, from 1 to {@link Line#MAX_STREAMS}; 0 = none. */
    int stream();

    /** The message's size: the bytes that are held back are bounded. */
    int bytes();

    /** The message, valid within the call: read only for a copy that is published or recognised. */
    M message();

    /** The message to keep: read only for a copy that is held back. */
    default M kept() {
        return message();
    }
}
