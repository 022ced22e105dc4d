package io.firstline.http;

import io.vertx.core.http.HttpServerResponse;

/** One browser that listens. What it has no room for it does not get. Belongs to the event loop of its connection. */
final class ServerSentEvents {
    /** The least of updates that may find no room one after the other: half a minute. */
    private static final int PATIENCE = 60;

    private final HttpServerResponse response;
    private int skipped;

    ServerSentEvents(HttpServerResponse response) {
        this.response = response;
        response.setChunked(true)
                .putHeader("Content-Type", "text/event-stream; charset=utf-8")
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
        if (++skipped > PATIENCE) {
            response.reset();
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
