package io.firstline.connection;

/** An HTTP request got no usable answer. The message does not quote the answer. */
public final class RestFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final long pauseMs;
    private final int status;

    RestFailedException(String message, long pauseMs) {
        this(message, pauseMs, 0);
    }

    RestFailedException(String message, long pauseMs, int status) {
        super(message);
        this.pauseMs = pauseMs;
        this.status = status;
    }

    /** The pause before the next attempt, milliseconds; 0 = not given. */
    public long pauseMs() {
        return pauseMs;
    }

    /** The HTTP status of the answer; 0 = there was no answer, or it is no refusal. */
    int status() {
        return status;
    }
}
