package io.firstline.config;

import java.util.List;
import java.util.Locale;

/**
 * Where the operator's page, health and metrics are served, and to whom. Immutable; checked when it is made.
 *
 * @param host the address to bind to; default 127.0.0.1, or ::1 where there is only IPv6
 * @param port default 8080; 0 = any free one
 * @param control whether the page may do more than show; needs a token; default no
 * @param tokenSha256 the SHA-256 of the token that opens everything, in lower-case hexadecimal digits; null = there is none, everybody may
 *     read; needed where others than this machine can connect
 * @param tls what makes it HTTPS; null = plain HTTP
 * @param vertxMetrics whether Vert.x counts what goes over the event bus and client sockets as well, which costs a fifth of the throughput;
 *     default no
 * @param allowedHosts names beside the loopback ones by which requests may address a listener on a loopback address, such as the name of
 *     a proxy before it; lower case, without a port
 * @param openMetrics whether metrics are read without a token everywhere; default no
 * @param management where health and metrics are served as well, and nothing else; null = nowhere
 * @param shutdownDelayMs how long readiness is 503 before anything is closed; default 0
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
    public static final int DEFAULT_PORT = 8_080;
    static final int LONGEST_SHUTDOWN_DELAY_MS = 300_000;
    /** Everything default. */
    public static final HttpConfig DEFAULT = new HttpConfig(DEFAULT_HOST, DEFAULT_PORT, false, null, null);

    /** With those of Vert.x' own figures that cost nothing. */
    public HttpConfig(String host, int port, boolean control, String tokenSha256, PemFiles tls) {
        this(host, port, control, tokenSha256, tls, false, List.of(), false, null, 0);
    }

    public HttpConfig {
        allowedHosts =
                allowedHosts.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
        new Checks()
                .require(host != null && !host.isBlank(), "host", "nothing", "a host name or address")
                .range("port", port, 0, 65_535)
                .require(
                        tokenSha256 == null || tokenSha256.matches("[0-9a-f]{64}"),
                        "token",
                        "a hash that is none",
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
                        "a token, because \"control\" lets its holder act")
                .range("shutdownDelayMs", shutdownDelayMs, 0, LONGEST_SHUTDOWN_DELAY_MS)
                .require(
                        management == null || management.port() == 0 || management.port() != port,
                        "managementPort",
                        port,
                        "another port than \"port\"")
                .throwIfAny("http configuration");
    }

    /** The same on another port. */
    public HttpConfig withPort(int newPort) {
        return new HttpConfig(
                host,
                newPort,
                control,
                tokenSha256,
                tls,
                vertxMetrics,
                allowedHosts,
                openMetrics,
                management,
                shutdownDelayMs);
    }

    /** The same with metrics for everybody. */
    public HttpConfig withOpenMetrics() {
        return new HttpConfig(
                host, port, control, tokenSha256, tls, vertxMetrics, allowedHosts, true, management, shutdownDelayMs);
    }

    /** The same with health and metrics on a port of their own as well. */
    public HttpConfig withManagement(Management newManagement) {
        return new HttpConfig(
                host,
                port,
                control,
                tokenSha256,
                tls,
                vertxMetrics,
                allowedHosts,
                openMetrics,
                newManagement,
                shutdownDelayMs);
    }

    /** The same, addressed by other names as well. */
    public HttpConfig withAllowedHosts(List<String> newAllowedHosts) {
        return new HttpConfig(
                host,
                port,
                control,
                tokenSha256,
                tls,
                vertxMetrics,
                newAllowedHosts,
                openMetrics,
                management,
                shutdownDelayMs);
    }

    /** Whether only this machine can connect. */
    public boolean isLocal() {
        return FeedUrl.isLoopback(hostInUrl(host));
    }

    /** Whether a name, as it stands in a URL, means this machine and no other. */
    public static boolean isLoopback(String host) {
        return FeedUrl.isLoopback(host);
    }

    /** The address for a browser. */
    public String url(int actualPort) {
        return (tls == null ? "http://" : "https://") + hostInUrl(host) + ":" + actualPort + "/";
    }

    /** A host as it stands in a URL. */
    public static String hostInUrl(String host) {
        return host.contains(":") && !host.startsWith("[")
                ? "[" + host.toLowerCase(Locale.ROOT) + "]"
                : host.toLowerCase(Locale.ROOT);
    }

    /**
     * A listener for health and metrics alone.
     *
     * @param host the address to bind to
     * @param port 0 = any free one
     */
    public record Management(String host, int port) {
        public Management {
            new Checks()
                    .require(host != null && !host.isBlank(), "managementHost", "nothing", "a host name or address")
                    .range("managementPort", port, 0, 65_535)
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
     * @param certificate the chain, the server's own certificate first
     * @param key its private key
     */
    public record PemFiles(String certificate, String key) {}
}
