package io.firstline.connection;

import io.vertx.core.buffer.Buffer;

/**
 * The facts of one connection at one instant.
 *
 * @param connectionId its name
 * @param state where it stands
 * @param sequenceId how many messages it has delivered
 * @param bytes how many payload bytes
 * @param latencyMs moving average of the ping → pong round trip, milliseconds; NaN = not measured yet
 * @param lastLatencyMs the last sample
 * @param minLatencyMs the smallest
 * @param p50LatencyMs half of all samples were no longer
 * @param p99LatencyMs 99 of a hundred were no longer
 * @param recentMessage the last message on this connection, null before the first; not a copy: do not change it
 * @param ageMs milliseconds since it opened, until now or until it ended; 0 before
 * @param end why it ended, null while it has not
 */
public record WsConnectionState(
        String connectionId,
        ConnectionState state,
        long sequenceId,
        long bytes,
        double latencyMs,
        double lastLatencyMs,
        double minLatencyMs,
        double p50LatencyMs,
        double p99LatencyMs,
        Buffer recentMessage,
        long ageMs,
        Disconnect end) {

    /** The same without the last message: for keeping. */
    public WsConnectionState withoutMessage() {
        return new WsConnectionState(
                connectionId,
                state,
                sequenceId,
                bytes,
                latencyMs,
                lastLatencyMs,
                minLatencyMs,
                p50LatencyMs,
                p99LatencyMs,
                null,
                ageMs,
                end);
    }

    public boolean isConnected() {
        return state == ConnectionState.CONNECTED;
    }
}
