package io.firstline.feed.message;

import io.firstline.feed.clock.EventTimeReader;

/**
 * The first copy of a message on its way to publication. Mostly a view of the {@link ArrivingCopy}, so that it
 * allocates nothing. It is then valid until the next copy arrives: {@link #kept()} is what may wait.
 */
public interface OutgoingCopy {
    long NO_NUMBER = Long.MIN_VALUE;
    long NOT_READ = Long.MAX_VALUE;

    /** The connection that delivered it. */
    String by();

    /** The hash by which the arbiter compared it; 0 = nobody has computed it. */
    long identity();

    /** The message, to keep: it is not changed any more. */
    byte[] bytes();

    boolean text();

    /** Null = not known. */
    StreamWatch stream();

    /** The first number that it covers; {@link #NO_NUMBER} if numbers prove nothing here. */
    long first();

    /** The last number that it covers; {@link #NO_NUMBER} if it has none. */
    long last();

    /** Whether the numbering of its stream restarts with it. */
    boolean restarts();

    /** Whether it is the venue's answer to a subscription, which later messages change. */
    boolean snapshot();

    long arrivalNanos();

    /**
     * The time of its event, microseconds since the Unix epoch, or {@link EventTimeReader#NO_TIME}; {@link #NOT_READ}
     * if it is not known whether it has one.
     */
    long eventMicros();

    /** The same copy, valid for ever. */
    OutgoingCopy kept();

    default boolean isNumbered() {
        return last() != NO_NUMBER;
    }

    default boolean proves() {
        return first() != NO_NUMBER;
    }
}
