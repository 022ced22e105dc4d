package io.firstline.connection;

/** A proxy did not connect to the server. The message names the proxy without its login. */
final class ProxyFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;

    ProxyFailedException(String message, int status, Throwable cause) {
        super(message, cause);
        this.status = status;
    }

    /** The HTTP status of its answer; 0 = there was none. */
    int status() {
        return status;
    }
}
