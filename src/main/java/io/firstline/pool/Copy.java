package io.firstline.pool;

import io.vertx.core.buffer.Buffer;

/**
 * A copy that is published, now or when it is its turn.
 *
 * @param by the connection that brought it
 * @param key what the venue tells it by; 0 = its bytes
 * @param stream null = not known
 * @param first the first number that it stands for; {@link MessageReader#NO_NUMBER} if numbers prove nothing here
 * @param last the last one; {@code NO_NUMBER} if it has none
 * @param restarts whether its stream is counted anew from it on
 */
record Copy(
        String by,
        long key,
        Buffer payload,
        boolean text,
        StreamWatch stream,
        long first,
        long last,
        boolean restarts,
        long arrivalNanos) {
    boolean isNumbered() {
        return last != MessageReader.NO_NUMBER;
    }

    boolean proves() {
        return first != MessageReader.NO_NUMBER;
    }
}
