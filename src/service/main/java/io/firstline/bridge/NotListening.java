package io.firstline.bridge;

import io.vertx.core.Future;

/** Why a server did not start, in words for whoever chose its port. */
public final class NotListening {
    private NotListening() {}

    /**
     * A failed future that says so.
     *
     * @param what the server, as a sentence begins
     * @param cause Netty's native transports put the name and the number of the system call before its words; these are left out
     */
    public static <T> Future<T> at(String what, String host, int port, Throwable cause) {
        String words = String.valueOf(cause.getMessage())
                .replaceFirst("^\\w+\\(\\.\\.\\) failed with error\\(-?\\d+\\): ", "");
        return Future.failedFuture(
                new IllegalStateException(what + " cannot listen on " + host + ":" + port + " (" + words + ")", cause));
    }
}
