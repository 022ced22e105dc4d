package io.firstline.config.service;

import io.firstline.config.check.Checks;
import io.firstline.config.check.Records;
import io.firstline.config.check.SchemaKeys;
import java.util.Map;

/**
 * The limits of a relay's clients. Immutable; checked in the constructor.
 *
 * @param slowClients what happens to a client that exceeds the limits of its queue; default close
 * @param maxClients further clients are rejected; default 100
 * @param maxSubscriptions the most streams that a client names; default 200
 * @param maxFramesPerSecond a client that sends more frames is disconnected; default 50
 * @param maxFrameBytes a client that sends a longer message is disconnected; default 65,536
 * @param maxQueueMessages the most messages that wait for a client; default 16,384
 * @param maxQueueBytes the most bytes that wait for a client; one message always fits; default 16 MiB
 * @param pingMs a client that is silent for this time is pinged, after two more it is disconnected; default 20,000
 * @param lingerMs how long a stream stays subscribed after its last client has left; default 10,000
 */
public record RelayLimits(
        SlowClients slowClients,
        int maxClients,
        int maxSubscriptions,
        int maxFramesPerSecond,
        int maxFrameBytes,
        int maxQueueMessages,
        int maxQueueBytes,
        int pingMs,
        int lingerMs) {
    private static final SchemaKeys KEYS = SchemaKeys.RELAY;
    /** The defaults. */
    public static final RelayLimits DEFAULT = KEYS.defaults(RelayLimits.class, Map.of());

    /** What happens to a client that does not read fast enough. */
    public enum SlowClients {
        /** It is disconnected. */
        CLOSE,
        /** It gets only the latest message of each stream until it has caught up. */
        CONFLATE
    }

    public RelayLimits {
        new Checks()
                .key(KEYS, "maxClients", maxClients)
                .key(KEYS, "maxSubscriptions", maxSubscriptions)
                .key(KEYS, "maxFramesPerSecond", maxFramesPerSecond)
                .key(KEYS, "maxFrameBytes", maxFrameBytes)
                .key(KEYS, "maxQueueMessages", maxQueueMessages)
                .key(KEYS, "maxQueueBytes", maxQueueBytes)
                .key(KEYS, "pingMs", pingMs)
                .key(KEYS, "lingerMs", lingerMs)
                .throwIfAny("relay configuration");
    }

    /** The same with another value of one limit. */
    public RelayLimits with(String limit, Object value) {
        return Records.with(this, limit, value);
    }
}
