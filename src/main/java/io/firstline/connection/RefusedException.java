package io.firstline.connection;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.UpgradeRejectedException;

/** A server answered the upgrade with something else than 101; the message holds its words, as they may be shown. */
final class RefusedException extends UpgradeRejectedException {
    private static final long serialVersionUID = 1L;

    /** Where the answer sends us; null = nowhere. */
    private final String location;

    RefusedException(String message, int status, MultiMap headers, Buffer body, String location) {
        super(message, status, headers, body);
        this.location = location;
    }

    /** The same refusal in other words. */
    RefusedException saying(String message) {
        return new RefusedException(message, getStatus(), getHeaders(), getBody(), location);
    }

    String location() {
        return location;
    }
}
