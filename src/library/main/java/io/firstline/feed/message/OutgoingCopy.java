package io.firstline.feed.message;

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
        long arrivalNanos) {
    public static final long NO_NUMBER = Long.MIN_VALUE;

    public boolean isNumbered() {
        return last != NO_NUMBER;
    }

    public boolean proves() {
        return first != NO_NUMBER;
    }
}
