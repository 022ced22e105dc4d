package io.firstline.recording;

import io.vertx.core.buffer.Buffer;

/**
 * Something that happened on a recorded connection.
 *
 * @param kind what it is
 * @param number its place in the order of arrival over all connections of the feed; 0 = the recording does not say
 * @param receivedUs when the recorder received it, in microseconds since the epoch, by a clock that may have stepped
 * @param steadyNanos the same on the recorder's monotonic clock, in nanoseconds since the epoch: distances are true
 * @param payload a message's bytes, not to be changed; of a mark {@code closed} the reason
 */
public record RecordedEntry(Kind kind, long number, long receivedUs, long steadyNanos, Buffer payload) {
    /** What can happen on a connection. */
    public enum Kind {
        OPENED,
        TEXT,
        BINARY,
        CLOSED
    }

    /** Whether it is a message, not a mark. */
    public boolean isMessage() {
        return kind == Kind.TEXT || kind == Kind.BINARY;
    }
}
