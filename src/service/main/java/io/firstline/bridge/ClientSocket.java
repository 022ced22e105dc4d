package io.firstline.bridge;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;

/** The socket of one client. */
interface ClientSocket {
    /** Writes a frame. Completes when the socket has accepted the bytes, not when they are queued before it. */
    Future<Void> write(Buffer frame);

    /** Closes the socket immediately and discards waiting bytes. */
    void cutOff();

    /** The client's HTTP header {@code Authorization} at connect; null = none. */
    String authorization();

    /** The IP address of the client. */
    String address();

    /** The client's name in the log. */
    String peer();
}
