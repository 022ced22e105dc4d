package io.firstline.feed;

import io.vertx.core.Future;
import io.vertx.core.Promise;

/** Whether a connection may send its requests, and whether it has sent those of its opening. */
final class Readiness {
    private final Promise<Boolean> announced = Promise.promise();
    private boolean begun;
    private boolean over;

    /** The server says that it is ready. */
    void announced() {
        announced.tryComplete(true);
    }

    /** The wait is over; returns whether the server had not said that it is ready. */
    boolean expired() {
        return announced.tryComplete(false);
    }

    /** Returns what completes when the requests may be sent. */
    Future<Boolean> await() {
        return announced.future();
    }

    /** The first requests are sent now: further ones follow them. */
    void begin() {
        begun = true;
    }

    boolean isBegun() {
        return begun;
    }

    /** The requests of the opening are written. */
    void end() {
        over = true;
    }

    boolean isOver() {
        return over;
    }
}
