package io.firstline.config;

import java.util.List;

/**
 * What a venue lets one client do; 0 = no limit is known. Immutable; checked when it is made.
 *
 * @param framesPerSecond frames a client may send in a second on one connection, everything counted
 * @param streamsPerConnection streams on one connection
 * @param charsPerConnection characters of all streams' names on one connection, as they are subscribed
 * @param connectsPer5Min attempts to connect to one host in five minutes
 * @param maxConnections connections that may carry the same stream
 * @param maxAgeMs milliseconds after which the venue closes a connection
 */
public record Limits(
        int framesPerSecond,
        int streamsPerConnection,
        int charsPerConnection,
        int connectsPer5Min,
        int maxConnections,
        int maxAgeMs) {
    /** Nothing is known. */
    public static final Limits NONE = new Limits(0, 0, 0, 0, 0, 0);

    public Limits {
        new Checks()
                .range("framesPerSecond", framesPerSecond, 0, WsConnectionConfig.MAX_FRAMES_PER_SECOND)
                .range("streamsPerConnection", streamsPerConnection, 0, 100_000)
                .range("charsPerConnection", charsPerConnection, 0, 10_000_000)
                .range("connectsPer5Min", connectsPer5Min, 0, 100_000)
                .range("maxConnections", maxConnections, 0, 1_000)
                .range("maxAgeMs", maxAgeMs, 0, Integer.MAX_VALUE)
                .throwIfAny("limits");
    }

    /** How many of these streams, from the first on, one connection may carry. */
    int fitting(List<String> streams) {
        int count = 0;
        long chars = 0;
        for (String stream : streams) {
            chars += stream.length();
            boolean full = (streamsPerConnection > 0 && count == streamsPerConnection)
                    || (charsPerConnection > 0 && chars > charsPerConnection && count > 0);
            if (full) {
                return count;
            }
            count++;
        }
        return count;
    }
}
