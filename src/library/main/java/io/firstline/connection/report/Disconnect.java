package io.firstline.connection.report;

import io.firstline.payload.Printable;

/**
 * The reason why a connection ended or could not be opened.
 *
 * @param cause the counted cause
 * @param code the WebSocket close code: 1005 = a close frame without a code, 1006 = no close frame, 0 = no connection;
 *     the HTTP status if the cause is {@link Cause#HTTP}, or {@link Cause#ENDPOINT} and the endpoint refused, or
 *     {@link Cause#PROXY} and an HTTP proxy refused
 * @param reason text from the peer or the network, for humans; never a label
 */
public record Disconnect(Cause cause, int code, String reason) {
    private static final int MAX_REASON = 500;

    /** The causes, with their names in events, logs and metrics. */
    public enum Cause {
        /** The server sent a close frame; the label has its code, as in {@code closed-1001}. */
        CLOSED("closed"),
        CLOSED_BY_US("closed-by-us"),
        /** TCP ended without a close frame. */
        EOF("eof"),
        RESET("reset"),
        /** The connection answered nothing and was aborted. */
        HALF_OPEN("half-open"),
        /** The server did not confirm the subscriptions, and the connection was aborted. */
        NOT_SUBSCRIBED("not-subscribed"),
        /** A message or frame was larger than {@code maxMessageBytes}, or did not end. */
        OVERSIZE("oversize"),
        MALFORMED_FRAME("malformed-frame"),
        /** The host name does not resolve. */
        DNS("dns"),
        REFUSED("refused"),
        /** A proxy did not connect; the label has the status of an HTTP proxy, as in {@code proxy-407}. */
        PROXY("proxy"),
        UNREACHABLE("unreachable"),
        CONNECT_TIMEOUT("connect-timeout"),
        TLS("tls"),
        /** A secret cannot be read or used. */
        CREDENTIALS("credentials"),
        /** The server refused the login. */
        LOGIN_REFUSED("login-refused"),
        /** The server did not answer the login. */
        LOGIN_UNANSWERED("login-unanswered"),
        /** The REST request for the URL failed. */
        ENDPOINT("endpoint"),
        /** The server answered the upgrade with another status than 101; the label has it, as in {@code http-429}. */
        HTTP("http"),
        /** The answer to the upgrade is invalid. */
        UPGRADE("upgrade"),
        UPGRADE_TIMEOUT("upgrade-timeout"),
        /** Any other failure. */
        ERROR("error");

        private final String label;

        Cause(String label) {
            this.label = label;
        }
    }

    /** Makes the reason printable and short enough for a log line: some reasons quote everything the peer sent. */
    public Disconnect {
        reason = Printable.of(reason, MAX_REASON);
    }

    /** The cause with the code or status that belongs to it. Failures are counted and reported once by this name. */
    public String label() {
        boolean coded = cause == Cause.CLOSED || cause == Cause.HTTP || (cause == Cause.PROXY && code > 0);
        return coded ? cause.label + "-" + code : cause.label;
    }

    @Override
    public String toString() {
        return label() + (reason.isBlank() ? "" : " (" + reason + ")");
    }
}
