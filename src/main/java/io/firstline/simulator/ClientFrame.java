package io.firstline.simulator;

import io.vertx.core.buffer.Buffer;

/**
 * One frame that a client sent.
 *
 * @param line the connection's number, see {@link SimulatedLine}
 * @param kind what it was
 * @param payload a copy of its content
 */
public record ClientFrame(int line, Kind kind, Buffer payload) {

    /** The frames that count against the venue's limit; a data frame is a text, binary or continuation frame. */
    public enum Kind {
        DATA,
        PING,
        PONG
    }
}
