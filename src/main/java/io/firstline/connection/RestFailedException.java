package io.firstline.connection;

/** A question over HTTP had no answer that could be used. Says nothing of what was in the answer. */
public final class RestFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final long pauseMs;

    RestFailedException(String message, long pauseMs) {
        super(message);
        this.pauseMs = pauseMs;
    }

    /** For how long the host is to be left alone, milliseconds; 0 = nobody says so. */
    public long pauseMs() {
        return pauseMs;
    }
}
