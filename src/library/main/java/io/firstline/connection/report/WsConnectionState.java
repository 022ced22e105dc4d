package io.firstline.connection.report;

import io.vertx.core.buffer.Buffer;

/**
 * A snapshot of one connection.
 *
 * @param connectionId its name
 * @param state its state
 * @param sequenceId number of delivered messages
 * @param bytes number of delivered payload bytes
 * @param latencyMs moving average of the ping → pong round trip, milliseconds; NaN = not measured yet
 * @param lastLatencyMs the last sample
 * @param minLatencyMs the smallest sample
 * @param p50LatencyMs the median of all samples
 * @param p99LatencyMs the 99th percentile of all samples
 * @param recentMessage the last message on this connection, null before the first; not a copy: do not change it
 * @param ageMs milliseconds since it opened, until now or until it ended; 0 before
 * @param end the reason of its end, null before
 * @param path how it reaches its server
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
        Disconnect end,
        Path path) {

    /** The same snapshot without the last message, so that keeping it does not keep the message. */
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
                end,
                path);
    }

    public boolean isConnected() {
        return state == ConnectionState.CONNECTED;
    }
}
