package io.firstline.config.service;

import io.firstline.config.check.Checks;
import io.firstline.config.check.FeedName;
import io.firstline.config.check.Loopback;
import io.firstline.config.check.Records;
import io.firstline.config.check.SchemaKeys;
import io.firstline.replay.Failover;
import java.util.HashSet;
import java.util.List;

/**
 * The relay: a WebSocket server for clients in any language. Immutable; checked in the constructor.
 *
 * @param host the bind address; default 127.0.0.1, or ::1 on a machine with IPv6 only
 * @param port default 9443; 0 = any free one
 * @param tokenSha256 as in {@link HttpConfig}; mandatory if other machines can connect; null = none
 * @param tls null = without TLS
 * @param origins origins whose pages may connect, such as {@code https://desk.example.com}
 * @param feeds names of the feeds that clients may read; empty = all
 * @param compression whether clients may ask for permessage-deflate; default false
 * @param failover how clients continue when a node of a cluster fails; default leased
 * @param limits the limits of clients
 */
public record RelayConfig(
        String host,
        int port,
        String tokenSha256,
        HttpConfig.PemFiles tls,
        List<String> origins,
        List<String> feeds,
        boolean compression,
        Failover failover,
        RelayLimits limits) {
    public static final String DEFAULT_HOST = Loopback.ADDRESS;
    /** The defaults. */
    public static final RelayConfig DEFAULT = new RelayConfig(
            DEFAULT_HOST,
            SchemaKeys.RELAY.defaultNumber("port"),
            null,
            null,
            List.of(),
            List.of(),
            false,
            Failover.LEASED,
            RelayLimits.DEFAULT);

    public RelayConfig {
        origins = List.copyOf(origins);
        feeds = List.copyOf(feeds);
        // host, port and token have the same rules as for the page
        new HttpConfig(host, port, false, tokenSha256, tls);
        new Checks()
                .require(new HashSet<>(feeds).size() == feeds.size(), "feeds", "repetitions", "each name once")
                .require(feeds.stream().allMatch(FeedName::isValid), "feeds", feeds, "names of feeds")
                .throwIfAny("relay configuration");
    }

    /** The same on another port. */
    public RelayConfig withPort(int newPort) {
        return Records.with(this, "port", newPort);
    }

    /** The same for these feeds; empty = all. */
    public RelayConfig withFeeds(List<String> newFeeds) {
        return Records.with(this, "feeds", newFeeds);
    }

    /** The same with another value of one limit. */
    public RelayConfig withLimit(String limit, Object value) {
        return Records.with(this, "limits", limits.with(limit, value));
    }

    /** The same with another way to continue when a node fails. */
    public RelayConfig withFailover(Failover newFailover) {
        return Records.with(this, "failover", newFailover);
    }

    /** Whether only this machine can connect. */
    public boolean isLocal() {
        return new HttpConfig(host, port, false, tokenSha256, tls).isLocal();
    }

    /** Whether clients may read a feed. */
    public boolean serves(String feed) {
        return feeds.isEmpty() || feeds.contains(feed);
    }

    /** The URL for clients, without a path. */
    public String url(int actualPort) {
        return (tls == null ? "ws://" : "wss://") + HttpConfig.hostInUrl(host) + ":" + actualPort;
    }
}
