package io.firstline.config;

/**
 * What a venue wants to hear from its clients now and then, beside the pings of the WebSocket protocol. Immutable; checked when it is
 * made.
 *
 * @param send the text message; {@code ${id}} in it becomes a number that is new each time
 * @param everyMs milliseconds between two of them
 * @param answered whether the server answers: a connection on which nothing at all has come for two intervals is then dead
 */
public record Heartbeat(String send, int everyMs, boolean answered) {
    /** The venue wants to hear nothing. */
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
