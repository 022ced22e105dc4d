package io.firstline.config.venue;

import io.firstline.config.Limit;
import io.firstline.config.Limit.Scope;
import io.firstline.config.Limit.What;
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
 * @param further limits of other times and scopes
 */
public record Limits(
        int framesPerSecond,
        int streamsPerConnection,
        int charsPerConnection,
        int connectsPer5Min,
        int maxConnections,
        int maxAgeMs,
        List<Limit> further) {
    /** No known limit. */
    public static final Limits NONE = new Limits(0, 0, 0, 0, 0, 0, List.of());

    private static final int MOST_FURTHER = 32;

    public Limits {
        further = List.copyOf(further);
        new Checks()
                .key(SchemaKeys.FEED, "framesPerSecond", framesPerSecond)
                .range("streamsPerConnection", streamsPerConnection, 0, 100_000)
                .range("charsPerConnection", charsPerConnection, 0, 10_000_000)
                .range("connectsPer5Min", connectsPer5Min, 0, 100_000)
                .range("maxConnections", maxConnections, 0, 1_000)
                .range("maxAgeMs", maxAgeMs, 0, Integer.MAX_VALUE)
                .require(further.size() <= MOST_FURTHER, "limits", further.size() + " limits", "at most 32")
                .throwIfAny("limits");
    }

    /** The most streams on one connection; 0 = unknown. */
    public int streamsOnOne() {
        int most = streamsPerConnection == 0 ? Integer.MAX_VALUE : streamsPerConnection;
        for (Limit limit : further) {
            if (limit.what() == What.STREAMS && limit.scope() == Scope.CONNECTION) {
                most = Math.min(most, limit.max());
            }
        }
        return most == Integer.MAX_VALUE ? 0 : most;
    }

    /** The number of leading streams that fit on one connection. */
    public int fitting(List<String> streams) {
        int most = streamsOnOne();
        int count = 0;
        long chars = 0;
        for (String stream : streams) {
            chars += stream.length();
            boolean full =
                    (most > 0 && count == most) || (charsPerConnection > 0 && chars > charsPerConnection && count > 0);
            if (full) {
                return count;
            }
            count++;
        }
        return count;
    }
}
