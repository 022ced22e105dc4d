package io.firstline.config;

/**
 * By which ways others than programs on the event bus are served. Immutable.
 *
 * @param tcp null = not that way
 * @param sockjs null = not that way
 */
public record BridgesConfig(TcpBridgeConfig tcp, SockJsBridgeConfig sockjs) {
    /** No way. */
    public static final BridgesConfig NONE = new BridgesConfig(null, null);
}
