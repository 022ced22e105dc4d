package io.firstline.recording;

import io.vertx.core.buffer.Buffer;

/**
 * One event on a recorded connection.
 *
 * @param kind its kind
 * @param number its place in the order of arrival over all connections of the feed; 0 = unknown
 * @param receivedUs arrival time at the recorder, microseconds since the Unix epoch, by a clock that may have stepped
 * @param steadyNanos the same by the recorder's monotonic clock, nanoseconds since the Unix epoch: differences are
 *     exact
 * @param payload a message's bytes, not to be changed; for a {@code closed} mark, the reason
 */
public record RecordedEntry(Kind kind, long number, long receivedUs, long steadyNanos, Buffer payload) {
    /** Kinds of events. */
    public enum Kind {
        OPENED,
        TEXT,
        BINARY,
        CLOSED
    }

    /** Whether this is a message rather than a mark. */
    public boolean isMessage() {
        return kind == Kind.TEXT || kind == Kind.BINARY;
    }
}
