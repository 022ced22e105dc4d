package io.firstline.config.venue;

import io.firstline.config.check.Checks;

/**
 * A message that a venue expects regularly, besides the pings of the WebSocket protocol. Immutable; checked in the
 * constructor.
 *
 * @param send the text message; {@code ${id}} in it becomes a new number
 * @param everyMs milliseconds between two messages
 * @param answered whether the server answers: then a connection without any frame for two intervals is dead
 */
public record Heartbeat(String send, int everyMs, boolean answered) {
    /** The venue expects nothing. */
    public static final Heartbeat NONE = new Heartbeat("", 0, false);

    public Heartbeat {
        send = send == null ? "" : send;
        Checks checks = new Checks();
        if (!send.isEmpty()) {
            checks.range("everyMs", everyMs, 1_000, 3_600_000);
        }
        checks.throwIfAny("heartbeat");
    }

    public boolean isNone() {
        return send.isEmpty();
    }

    /** The message with this number. */
    public String message(long id) {
        return send.replace("${id}", Long.toString(id));
    }
}
