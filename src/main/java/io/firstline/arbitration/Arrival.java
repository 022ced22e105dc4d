package io.firstline.arbitration;

/**
 * A copy that has just arrived, as the arbiter looks at it. One instance may serve for all copies: it is asked only within the call that
 * it was given to, so that a losing copy needs to leave nothing behind.
 *
 * @param <M> the message as its owner carries it
 */
public interface Arrival<M> {
    /** Stands for the message: the same for all its copies, and another for every other message of about the same time. */
    long identity();

    /** Stands for the bytes, where copies of a message may differ in them; 0 = not compared. */
    long content();

    /** Which stream it belongs to, from 1 to {@link Line#MAX_STREAMS}; 0 = not told apart. */
    int stream();

    /** The message's size, which bounds what is held back. */
    int bytes();

    /** The message to be kept: asked only for a copy that is published or held back. */
    M message();
}
