package io.firstline.simulator;

import io.vertx.core.buffer.Buffer;

/**
 * One frame that a client sent.
 *
 * @param line the connection's number, see {@link SimulatedLine}
 * @param kind the kind of the frame
 * @param payload a copy of its content
 */
public record ClientFrame(int line, Kind kind, Buffer payload) {

    /**
     * The kinds of frames that count against the venue's limit. A data frame is a text, binary or continuation frame.
     */
    public enum Kind {
        DATA,
        PING,
        PONG
    }
}
