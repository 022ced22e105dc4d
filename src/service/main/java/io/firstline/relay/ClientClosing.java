package io.firstline.relay;

import java.util.Locale;

/** Why the relay ends a client's connection, with the code of the close frame. */
enum ClientClosing {
    SLOW(1013),
    /** The relay itself lost messages that the client should have got. */
    MESSAGES_LOST(1013),
    /** A snapshot of one of its streams cannot be had now. */
    NO_SNAPSHOT(1013),
    TOO_MANY_FRAMES(1008),
    TOO_LONG(1009),
    /** It sends bytes that are no WebSocket frame. */
    PROTOCOL_ERROR(1002),
    /** It sends binary messages, to which its protocol has no answer. */
    BINARY(1003),
    /** The client does not answer pings. */
    SILENT(1008),
    /** Its streams cannot be subscribed. */
    REFUSED(1008),
    SHUTDOWN(1001),
    /** Its feed is removed or started again: the client should connect again. */
    RESTART(1012),
    /** Messages could not be written to it. */
    FAILED(1011),
    /** The client closed the connection, or it broke. */
    BY_CLIENT(1000);

    private final int code;

    ClientClosing(int code) {
        this.code = code;
    }

    short code() {
        return (short) code;
    }

    /** Whether an operator should see it: something went wrong, mostly at the client. */
    boolean isFailure() {
        return switch (this) {
            case FAILED, SLOW, TOO_MANY_FRAMES, TOO_LONG, PROTOCOL_ERROR, BINARY, SILENT, REFUSED, NO_SNAPSHOT -> true;
            case MESSAGES_LOST, SHUTDOWN, RESTART, BY_CLIENT -> false;
        };
    }

    /** The name in metrics. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
