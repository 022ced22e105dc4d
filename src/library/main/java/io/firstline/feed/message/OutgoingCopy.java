package io.firstline.feed.message;

import io.firstline.feed.clock.EventTimeReader;
import io.vertx.core.buffer.Buffer;

/**
 * A copy that is published, now or when it is its turn.
 *
 * @param by the connection that delivered it
 * @param identity the hash by which the arbiter compared it; 0 = nobody has computed it
 * @param stream null = not known
 * @param first the first number that it covers; {@link #NO_NUMBER} if numbers prove nothing here
 * @param last the last number that it covers; {@code NO_NUMBER} if it has none
 * @param restarts whether the numbering of its stream restarts with it
 * @param snapshot whether it is the venue's answer to a subscription, which later messages change
 * @param eventMicros the time of its event, microseconds since the Unix epoch, or {@link EventTimeReader#NO_TIME};
 *     {@link #NOT_READ} if it is not known whether it has one
 */
public record OutgoingCopy(
        String by,
        long identity,
        Buffer payload,
        boolean text,
        StreamWatch stream,
        long first,
        long last,
        boolean restarts,
        boolean snapshot,
        long arrivalNanos,
        long eventMicros) {
    public static final long NO_NUMBER = Long.MIN_VALUE;
    public static final long NOT_READ = Long.MAX_VALUE;

    public boolean isNumbered() {
        return last != NO_NUMBER;
    }

    public boolean proves() {
        return first != NO_NUMBER;
    }
}
