package io.firstline.config.service;

/**
 * The bridges for programs that are not on the event bus. Immutable.
 *
 * @param tcp null = off
 * @param sockjs null = off
 */
public record BridgesConfig(TcpBridgeConfig tcp, SockJsBridgeConfig sockjs) {
    /** No bridge. */
    public static final BridgesConfig NONE = new BridgesConfig(null, null);
}
