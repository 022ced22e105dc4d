package io.firstline.http;

import io.vertx.core.http.HttpServerResponse;

/** One browser that listens. What it has no room for it does not get. Belongs to the event loop of its connection. */
final class ServerSentEvents {
    static final String TYPE = "text/event-stream; charset=utf-8";

    private final HttpServerResponse response;
    private final Runnable hangUp;
    private final int patience;
    private int skipped;

    /**
     * Begins to answer.
     *
     * @param patience so many updates may find no room one after the other
     * @param hangUp ends the connection
     */
    ServerSentEvents(HttpServerResponse response, int patience, Runnable hangUp) {
        this.response = response;
        this.hangUp = hangUp;
        this.patience = patience;
        response.setChunked(true)
                .putHeader("Content-Type", TYPE)
                .putHeader("X-Accel-Buffering", "no")
                .write("retry: 2000\n\n");
    }

    /** Whether there is room for an update now; one that never has any is hung up on. */
    boolean isReady() {
        if (response.closed() || response.ended()) {
            return false;
        }
        if (!response.writeQueueFull()) {
            skipped = 0;
            return true;
        }
        if (++skipped > patience) {
            hangUp.run();
        }
        return false;
    }

    /**
     * Sends one event.
     *
     * @param data without line breaks
     */
    void send(String data) {
        response.write("data: " + data + "\n\n");
    }

    void end() {
        if (!response.ended() && !response.closed()) {
            response.end();
        }
    }
}
