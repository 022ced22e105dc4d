package io.firstline.connection;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.UpgradeRejectedException;

/** A server answered the upgrade with a status other than 101. The message quotes the answer, safe to show. */
final class RefusedException extends UpgradeRejectedException {
    private static final long serialVersionUID = 1L;

    /** The target of a redirect; null = none. */
    private final String location;

    RefusedException(String message, int status, MultiMap headers, Buffer body, String location) {
        super(message, status, headers, body);
        this.location = location;
    }

    /** The same refusal with another message. */
    RefusedException saying(String message) {
        return new RefusedException(message, getStatus(), getHeaders(), getBody(), location);
    }

    String location() {
        return location;
    }
}
