package io.firstline.http;

import io.vertx.core.http.HttpServerResponse;

/** One browser that receives updates. Updates without room are skipped. Runs on the event loop of its connection. */
final class ServerSentEvents {
    static final String TYPE = "text/event-stream; charset=utf-8";

    private final HttpServerResponse response;
    private final Runnable disconnect;
    private final int mostSkipped;
    private int skipped;

    /**
     * Starts the answer.
     *
     * @param mostSkipped updates in a row that may find no room
     * @param disconnect closes the connection
     */
    ServerSentEvents(HttpServerResponse response, int mostSkipped, Runnable disconnect) {
        this.response = response;
        this.disconnect = disconnect;
        this.mostSkipped = mostSkipped;
        response.setChunked(true)
                .putHeader("Content-Type", TYPE)
                .putHeader("X-Accel-Buffering", "no")
                .write("retry: 2000\n\n");
    }

    /** Whether there is room for an update. Closes the connection after too many updates without room. */
    boolean isReady() {
        if (response.closed() || response.ended()) {
            return false;
        }
        if (!response.writeQueueFull()) {
            skipped = 0;
            return true;
        }
        if (++skipped > mostSkipped) {
            disconnect.run();
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
