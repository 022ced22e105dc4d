package io.firstline.connection;

/** A connection could not be made where the server had sent us; the cause says why, the message says where. */
final class RedirectedException extends Exception {
    private static final long serialVersionUID = 1L;

    RedirectedException(String way, Throwable cause) {
        super(way, cause);
    }
}
