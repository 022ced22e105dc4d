package io.firstline.replay;

import io.firstline.replay.retention.ReplayResponse;
import io.firstline.stream.FeedMessage;

/**
 * Decides which messages a subscription delivers, and what it requests. Pure and single-threaded; times are
 * nanoseconds of one monotonic clock.
 */
interface LineReader {
    /**
     * A message has arrived from the bus.
     *
     * @param line its header {@link io.firstline.bus.Addresses#LINE}; null = none
     */
    void arrived(String line, FeedMessage message, long nowNanos);

    /** Returns a request to send now; null = none. Each must be answered, or reported unanswered. */
    LineRequest request(long nowNanos);

    void answered(LineRequest request, ReplayResponse answer, long nowNanos);

    /**
     * A request was not answered.
     *
     * @param nobody whether there was no one to answer it
     */
    void unanswered(LineRequest request, boolean nobody, long nowNanos);

    /** Time has passed. */
    void passed(long nowNanos);

    /** Returns the nanoseconds until {@link #passed} or {@link #request} is due; -1 = not before another input. */
    long dueInNanos(long nowNanos);

    /** No message follows: delivers the waiting messages and reports the missing ones. */
    void end(long nowNanos);

    SubscriptionReport report();
}
