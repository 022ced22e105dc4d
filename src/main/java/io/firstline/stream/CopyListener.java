package io.firstline.stream;

import io.vertx.core.buffer.Buffer;

/**
 * Sees everything that the connections of a feed bring, before it is compared: every copy, acks included. Called on the feed's event
 * loop, in the turn of the arrival, so it must neither block nor throw.
 */
public interface CopyListener {
    /** A connection is open; its copies follow. */
    void opened(String connectionId);

    /**
     * A message has arrived on a connection.
     *
     * @param payload as received; not to be changed
     * @param arrivalNanos when, on the monotonic clock
     */
    void copy(String connectionId, Buffer payload, boolean text, long arrivalNanos);

    /** A connection has ended while the feed goes on; the last of it. */
    void closed(String connectionId, String why);
}
