package io.firstline.connection;

/** A redirect led to a failed attempt; the cause is the failure, the message names the place. */
final class RedirectedException extends Exception {
    private static final long serialVersionUID = 1L;

    RedirectedException(String way, Throwable cause) {
        super(way, cause);
    }
}
