package io.firstline.bridge;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;

/** The way to one client. */
interface Line {
    /** Completes when the socket has taken the bytes, not when they are put in line before it. */
    Future<Void> write(Buffer frame);

    /** Ends it at once: what is waiting is thrown away. */
    void cutOff();

    /** What the client brought when it connected, as in the HTTP header of that name; null = nothing. */
    String authorization();

    /** The IP address of the client. */
    String address();

    /** Whose it is, for the log. */
    String peer();
}
