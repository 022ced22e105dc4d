package io.firstline.connection.report;

import io.firstline.payload.Printable;

/**
 * The reason why a connection ended or could not be opened.
 *
 * @param cause a short stable name, by which failures are counted and reported once: {@code refused}, {@code dns},
 *     {@code tls}, {@code endpoint}, {@code http-429}, {@code reset}, {@code closed-1001} …
 * @param code the WebSocket close code; 1005 = a close frame without a code, 1006 = no close frame, 0 = no connection
 * @param reason text from the peer or the network, for humans
 */
public record Disconnect(String cause, int code, String reason) {
    private static final int MAX_REASON = 500;

    /** Makes the reason printable and short enough for a log line: some reasons quote everything the peer sent. */
    public Disconnect {
        reason = Printable.of(reason, MAX_REASON);
    }

    @Override
    public String toString() {
        return cause + (reason.isBlank() ? "" : " (" + reason + ")");
    }
}
