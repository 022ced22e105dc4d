package io.firstline.config;

/**
 * The bridge for programs that are not on the JVM. Immutable; checked when it is made.
 *
 * @param host the address to bind to; default 127.0.0.1
 * @param port default 7000; 0 = any free one
 * @param tokenSha256 as in {@link HttpConfig}; needed where others than this machine can connect, and by whoever acts; null = there is none
 * @param tls null = plain TCP
 * @param bridge what it lets through
 */
public record TcpBridgeConfig(String host, int port, String tokenSha256, HttpConfig.PemFiles tls, BridgeConfig bridge) {
    public static final String DEFAULT_HOST = Loopback.ADDRESS;
    public static final int DEFAULT_PORT = 7_000;

    public TcpBridgeConfig {
        // host, port, token: the same rules as for the page
        new HttpConfig(host, port, false, tokenSha256, tls);
        new Checks()
                .require(
                        tokenSha256 != null || !bridge.inbound(),
                        "token",
                        "nothing",
                        "a token, because \"inbound\" lets its holder act")
                .throwIfAny("bridge configuration");
    }

    /** For this machine, on any free port. */
    public static TcpBridgeConfig local(String tokenSha256, BridgeConfig bridge) {
        return new TcpBridgeConfig(DEFAULT_HOST, 0, tokenSha256, null, bridge);
    }

    /** Whether only this machine can connect. */
    public boolean isLocal() {
        return new HttpConfig(host, port, false, tokenSha256, tls).isLocal();
    }
}
