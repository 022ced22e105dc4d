package io.firstline.connection;

/** An HTTP request got no usable answer. The message does not quote the answer. */
public final class RestFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final long pauseMs;

    RestFailedException(String message, long pauseMs) {
        super(message);
        this.pauseMs = pauseMs;
    }

    /** The pause before the next attempt, milliseconds; 0 = not given. */
    public long pauseMs() {
        return pauseMs;
    }
}
