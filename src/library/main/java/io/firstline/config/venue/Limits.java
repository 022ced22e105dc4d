package io.firstline.config.venue;

import io.firstline.config.check.Checks;
import io.firstline.config.check.SchemaKeys;
import java.util.List;

/**
 * A venue's limits per client; 0 = unknown. Immutable; checked in the constructor.
 *
 * @param framesPerSecond client frames of all kinds per second on one connection
 * @param streamsPerConnection streams on one connection
 * @param charsPerConnection characters of all stream names on one connection, as subscribed
 * @param connectsPer5Min attempts to connect to one host in five minutes
 * @param maxConnections connections that may have the same stream
 * @param maxAgeMs age at which the venue closes a connection, milliseconds
 */
public record Limits(
        int framesPerSecond,
        int streamsPerConnection,
        int charsPerConnection,
        int connectsPer5Min,
        int maxConnections,
        int maxAgeMs) {
    /** No known limit. */
    public static final Limits NONE = new Limits(0, 0, 0, 0, 0, 0);

    public Limits {
        new Checks()
                .key(SchemaKeys.FEED, "framesPerSecond", framesPerSecond)
                .range("streamsPerConnection", streamsPerConnection, 0, 100_000)
                .range("charsPerConnection", charsPerConnection, 0, 10_000_000)
                .range("connectsPer5Min", connectsPer5Min, 0, 100_000)
                .range("maxConnections", maxConnections, 0, 1_000)
                .range("maxAgeMs", maxAgeMs, 0, Integer.MAX_VALUE)
                .throwIfAny("limits");
    }

    /** The number of leading streams that fit on one connection. */
    public int fitting(List<String> streams) {
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
