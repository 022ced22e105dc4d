package io.firstline.config.service;

import io.firstline.config.check.Checks;
import io.firstline.config.check.FeedName;
import io.firstline.config.check.Records;
import io.firstline.config.check.SchemaKeys;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * The permissions and limits of a bridge's clients. Immutable; checked in the constructor.
 *
 * @param feeds names of the feeds on which clients may listen
 * @param inbound whether clients may also send messages, commands and status requests; needs a token; default false
 * @param maxClients further clients are rejected; default 32
 * @param maxFrameBytes a client that sends a longer frame is disconnected; default 65,536
 * @param maxQueueBytes a client that leaves more bytes unread is dropped; default 4 MiB
 */
public record BridgeConfig(List<String> feeds, boolean inbound, int maxClients, int maxFrameBytes, int maxQueueBytes) {
    private static final SchemaKeys KEYS = SchemaKeys.TCP_BRIDGE;

    public BridgeConfig {
        feeds = List.copyOf(feeds);
        new Checks()
                .require(!feeds.isEmpty(), "feeds", "an empty array", "the names of feeds")
                .require(new HashSet<>(feeds).size() == feeds.size(), "feeds", "repetitions", "each name once")
                .require(feeds.stream().allMatch(FeedName::isValid), "feeds", feeds, "names of feeds")
                .key(KEYS, "maxClients", maxClients)
                .key(KEYS, "maxFrameBytes", maxFrameBytes)
                .key(KEYS, "maxQueueBytes", maxQueueBytes)
                .throwIfAny("bridge configuration");
    }

    /** The defaults, for these feeds. */
    public static BridgeConfig of(String... feeds) {
        return KEYS.defaults(BridgeConfig.class, Map.of("feeds", List.of(feeds)));
    }

    /** The same for one feed. */
    BridgeConfig only(String feed) {
        return Records.with(this, "feeds", List.of(feed));
    }

    /** The same with {@code inbound} on. */
    public BridgeConfig withInbound() {
        return Records.with(this, "inbound", true);
    }

    /** The same with other limits. */
    public BridgeConfig withLimits(int newMaxClients, int newMaxFrameBytes, int newMaxQueueBytes) {
        return new BridgeConfig(feeds, inbound, newMaxClients, newMaxFrameBytes, newMaxQueueBytes);
    }
}
