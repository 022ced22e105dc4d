package io.firstline.config.service;

import io.firstline.config.check.Records;

/**
 * The bridges for programs that are not on the event bus. Immutable.
 *
 * @param tcp null = off
 * @param sockjs null = off
 */
public record BridgesConfig(TcpBridgeConfig tcp, SockJsBridgeConfig sockjs) {
    /** No bridge. */
    public static final BridgesConfig NONE = new BridgesConfig(null, null);

    /** The bridges that serve this feed, for this feed only. */
    BridgesConfig only(String feed) {
        return new BridgesConfig(
                tcp == null || !tcp.bridge().feeds().contains(feed)
                        ? null
                        : Records.with(tcp, "bridge", tcp.bridge().only(feed)),
                sockjs == null || !sockjs.bridge().feeds().contains(feed)
                        ? null
                        : Records.with(sockjs, "bridge", sockjs.bridge().only(feed)));
    }
}
