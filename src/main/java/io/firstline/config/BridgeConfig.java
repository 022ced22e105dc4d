package io.firstline.config;

import java.util.HashSet;
import java.util.List;

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
    public static final int DEFAULT_CLIENTS = 32;
    public static final int DEFAULT_FRAME_BYTES = 65_536;
    public static final int DEFAULT_QUEUE_BYTES = 4 << 20;
    static final int MOST_CLIENTS = 10_000;
    static final int LEAST_FRAME_BYTES = 256;
    static final int MOST_FRAME_BYTES = 16 << 20;
    static final int LEAST_QUEUE_BYTES = 65_536;
    static final int MOST_QUEUE_BYTES = 1 << 30;

    public BridgeConfig {
        feeds = List.copyOf(feeds);
        new Checks()
                .require(!feeds.isEmpty(), "feeds", "an empty array", "the names of feeds")
                .require(new HashSet<>(feeds).size() == feeds.size(), "feeds", "repetitions", "each name once")
                .require(feeds.stream().allMatch(FeedName::isValid), "feeds", feeds, "names of feeds")
                .range("maxClients", maxClients, 1, MOST_CLIENTS)
                .range("maxFrameBytes", maxFrameBytes, LEAST_FRAME_BYTES, MOST_FRAME_BYTES)
                .range("maxQueueBytes", maxQueueBytes, LEAST_QUEUE_BYTES, MOST_QUEUE_BYTES)
                .throwIfAny("bridge configuration");
    }

    /** The defaults, for these feeds. */
    public static BridgeConfig of(String... feeds) {
        return new BridgeConfig(List.of(feeds), false, DEFAULT_CLIENTS, DEFAULT_FRAME_BYTES, DEFAULT_QUEUE_BYTES);
    }

    /** The same with {@code inbound} on. */
    public BridgeConfig withInbound() {
        return new BridgeConfig(feeds, true, maxClients, maxFrameBytes, maxQueueBytes);
    }

    /** The same with other limits. */
    public BridgeConfig withLimits(int newMaxClients, int newMaxFrameBytes, int newMaxQueueBytes) {
        return new BridgeConfig(feeds, inbound, newMaxClients, newMaxFrameBytes, newMaxQueueBytes);
    }
}
