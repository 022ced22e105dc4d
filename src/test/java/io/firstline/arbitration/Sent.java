package io.firstline.arbitration;

/** A copy as tests send it. */
record Sent<M>(long identity, long content, int stream, M message, int bytes) implements Arrival<M> {
    Sent(long identity, M message, int bytes) {
        this(identity, 0, 0, message, bytes);
    }
}
