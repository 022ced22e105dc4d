package io.firstline.stream;

import io.vertx.core.buffer.Buffer;

/**
 * Receives every message of a feed's connections before arbitration: every copy, control messages too. Called on the
 * feed's event loop during the arrival, so it must neither block nor throw.
 */
public interface CopyListener {
    /** A connection has opened; its copies follow. */
    void opened(String connectionId);

    /**
     * A message has arrived on a connection.
     *
     * @param payload as received; must not be changed
     * @param arrivalNanos arrival time on the monotonic clock, nanoseconds
     */
    void copy(String connectionId, Buffer payload, boolean text, long arrivalNanos);

    /** A connection has ended while the feed continues; the last call for this connection. */
    void closed(String connectionId, String why);
}
