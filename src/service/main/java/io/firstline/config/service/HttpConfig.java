package io.firstline.config.service;

import io.firstline.config.check.Checks;
import io.firstline.config.check.FeedUrl;
import io.firstline.config.check.Loopback;
import io.firstline.config.check.Records;
import io.firstline.config.check.SchemaKeys;
import java.util.List;
import java.util.Locale;

/**
 * The HTTP server of the operator's page, health and metrics, and its access rules. Immutable; checked in the
 * constructor.
 *
 * @param host the bind address; default 127.0.0.1, or ::1 on a machine with IPv6 only
 * @param port default 8080; 0 = any free one
 * @param control whether the page may send commands; needs a token; default false
 * @param tokenSha256 the SHA-256 of the token that permits everything, in lower-case hexadecimal digits; null = none,
 *     reading is open; mandatory if other machines can connect
 * @param tls certificate and key for HTTPS; null = plain HTTP
 * @param vertxMetrics whether Vert.x also counts event bus messages and client sockets, which costs a fifth of the
 *     throughput; default false
 * @param allowedHosts further host names for requests to a loopback listener, such as that of a proxy; lower case,
 *     without a port
 * @param openMetrics whether metrics need no token; default false
 * @param management a second listener for health and metrics only; null = none
 * @param shutdownDelayMs time between readiness 503 and the first close at shutdown; default 0
 */
public record HttpConfig(
        String host,
        int port,
        boolean control,
        String tokenSha256,
        PemFiles tls,
        boolean vertxMetrics,
        List<String> allowedHosts,
        boolean openMetrics,
        Management management,
        int shutdownDelayMs) {
    public static final String DEFAULT_HOST = Loopback.ADDRESS;
    private static final SchemaKeys KEYS = SchemaKeys.HTTP;
    /** The defaults. */
    public static final HttpConfig DEFAULT =
            new HttpConfig(DEFAULT_HOST, KEYS.defaultNumber("port"), false, null, null);

    /** A server with only those Vert.x metrics that cost nothing. */
    public HttpConfig(String host, int port, boolean control, String tokenSha256, PemFiles tls) {
        this(host, port, control, tokenSha256, tls, false, List.of(), false, null, 0);
    }

    public HttpConfig {
        allowedHosts =
                allowedHosts.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
        new Checks()
                .require(host != null && !host.isBlank(), "host", "nothing", "a host name or address")
                .key(KEYS, "port", port)
                .require(
                        tokenSha256 == null || tokenSha256.matches("[0-9a-f]{64}"),
                        "token",
                        "an invalid hash",
                        "64 lower-case hexadecimal digits")
                .require(
                        tokenSha256 != null || host == null || FeedUrl.isLoopback(hostInUrl(host)),
                        "token",
                        "nothing",
                        "a token, because \"host\" lets other machines in")
                .require(
                        tokenSha256 != null || !control,
                        "token",
                        "nothing",
                        "a token, because \"control\" allows requests that change feeds")
                .key(KEYS, "shutdownDelayMs", shutdownDelayMs)
                .require(
                        management == null || management.port() == 0 || management.port() != port,
                        "managementPort",
                        port,
                        "another port than \"port\"")
                .throwIfAny("http configuration");
    }

    /** The same on another port. */
    public HttpConfig withPort(int newPort) {
        return Records.with(this, "port", newPort);
    }

    /** The same with metrics that need no token. */
    public HttpConfig withOpenMetrics() {
        return Records.with(this, "openMetrics", true);
    }

    /** The same with a second listener for health and metrics. */
    public HttpConfig withManagement(Management newManagement) {
        return Records.with(this, "management", newManagement);
    }

    /** The same with further host names for requests. */
    public HttpConfig withAllowedHosts(List<String> newAllowedHosts) {
        return Records.with(this, "allowedHosts", newAllowedHosts);
    }

    /** Whether only this machine can connect. */
    public boolean isLocal() {
        return FeedUrl.isLoopback(hostInUrl(host));
    }

    /** Whether a host name of a URL means this machine only. */
    public static boolean isLoopback(String host) {
        return FeedUrl.isLoopback(host);
    }

    /** The URL for a browser. */
    public String url(int actualPort) {
        return (tls == null ? "http://" : "https://") + hostInUrl(host) + ":" + actualPort + "/";
    }

    /** A host in the form for URLs. */
    public static String hostInUrl(String host) {
        return host.contains(":") && !host.startsWith("[")
                ? "[" + host.toLowerCase(Locale.ROOT) + "]"
                : host.toLowerCase(Locale.ROOT);
    }

    /**
     * A listener for health and metrics only.
     *
     * @param host the bind address
     * @param port 0 = any free one
     */
    public record Management(String host, int port) {
        public Management {
            new Checks()
                    .require(host != null && !host.isBlank(), "managementHost", "nothing", "a host name or address")
                    .key(KEYS, "managementPort", port)
                    .throwIfAny("http configuration");
        }

        /** Whether only this machine can connect. */
        public boolean isLocal() {
            return FeedUrl.isLoopback(hostInUrl(host));
        }
    }

    /**
     * Files in PEM format.
     *
     * @param certificate the chain, beginning with the server's certificate
     * @param key its private key
     */
    public record PemFiles(String certificate, String key) {}
}
