package io.firstline.config.service;

import io.firstline.config.check.Checks;
import io.firstline.config.check.Loopback;

/**
 * The bridge for programs outside the JVM. Immutable; checked in the constructor.
 *
 * @param host the bind address; default 127.0.0.1
 * @param port default 7000; 0 = any free one
 * @param tokenSha256 as in {@link HttpConfig}; mandatory if other machines can connect, and for requests; null = none
 * @param tls null = plain TCP
 * @param bridge permissions and limits
 */
public record TcpBridgeConfig(String host, int port, String tokenSha256, HttpConfig.PemFiles tls, BridgeConfig bridge) {
    public static final String DEFAULT_HOST = Loopback.ADDRESS;

    public TcpBridgeConfig {
        // host, port and token have the same rules as for the page
        new HttpConfig(host, port, false, tokenSha256, tls);
        new Checks()
                .require(
                        tokenSha256 != null || !bridge.inbound(),
                        "token",
                        "nothing",
                        "a token, because \"inbound\" allows requests that change feeds")
                .throwIfAny("bridge configuration");
    }

    /** A bridge for this machine, on any free port. */
    public static TcpBridgeConfig local(String tokenSha256, BridgeConfig bridge) {
        return new TcpBridgeConfig(DEFAULT_HOST, 0, tokenSha256, null, bridge);
    }

    /** Whether only this machine can connect. */
    public boolean isLocal() {
        return new HttpConfig(host, port, false, tokenSha256, tls).isLocal();
    }
}
