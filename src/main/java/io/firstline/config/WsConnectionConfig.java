package io.firstline.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/**
 * How one WebSocket is opened and watched. Immutable; checked when it is made: an {@link InvalidConfigException} names every
 * wrong field at once.
 *
 * @param url {@code wss://…}; {@code ws://} for loopback hosts, or anywhere with {@code allowPlaintext}
 * @param connectionId names the connection in messages, events and logs; unique in the process unless the user sets it
 * @param onConnect text messages sent, in this order, each time the connection opens
 * @param autoReconnect whether a single connection that was lost is opened again (a pool always replaces its own); default true; if
 *     not, it stays disconnected until its feed is closed and started, but the first opening is tried until it succeeds
 * @param maxMessageBytes the largest message taken, in bytes after decompression; default 16 MiB
 * @param latencyPingIntervalMs a ping every so many milliseconds, one outstanding at a time; default 1,000 (100 would break
 *     Binance's limit of 5 client frames a second)
 * @param latencyWindow how many samples the latency's moving average remembers; default 60
 * @param connectTimeoutMs for TCP, for TLS and for the upgrade, each, in milliseconds; default 5,000
 * @param framesPerSecond at most so many frames are sent in any second, everything counted: messages, pings, and the pongs that
 *     answer the server's; what is over it waits; 0 = no limit, the default
 * @param retry the pauses between attempts
 * @param compression offer permessage-deflate; default false: most market-data servers refuse it, it costs latency, and what a
 *     hostile server inflates is bounded only once it is inflated
 * @param allowPlaintext allow {@code ws://} to hosts that are not loopback; default false
 * @param headers request headers of the upgrade; their values are never logged
 * @param trustedCertificates path of a PEM file of authorities to trust instead of the JVM's; empty = the JVM's
 */
public record WsConnectionConfig(
        String url,
        String connectionId,
        List<String> onConnect,
        boolean autoReconnect,
        int maxMessageBytes,
        int latencyPingIntervalMs,
        int latencyWindow,
        int connectTimeoutMs,
        int framesPerSecond,
        RetryConfig retry,
        boolean compression,
        boolean allowPlaintext,
        Map<String, String> headers,
        String trustedCertificates) {

    public static final int DEFAULT_MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
    public static final int DEFAULT_LATENCY_PING_INTERVAL_MS = 1_000;
    public static final int DEFAULT_LATENCY_WINDOW = 60;
    public static final int DEFAULT_CONNECT_TIMEOUT_MS = 5_000;
    public static final int MAX_FRAMES_PER_SECOND = 10_000;

    private static final Pattern HEADER_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final AtomicLong NEXT_ID = new AtomicLong(1);

    public WsConnectionConfig {
        onConnect = onConnect == null ? List.of() : List.copyOf(onConnect);
        headers = headers == null ? Map.of() : Map.copyOf(headers);
        trustedCertificates = trustedCertificates == null ? "" : trustedCertificates;
        connectionId = connectionId == null ? nextId() : connectionId;
        retry = retry == null ? RetryConfig.DEFAULT : retry;
        new Checks()
                .add(FeedUrl.problems(url, allowPlaintext))
                .require(
                        !connectionId.isBlank(), "connectionId", "\"" + connectionId + "\"", "a name that is not blank")
                .range("maxMessageBytes", maxMessageBytes, 1, 1 << 30)
                .range("latencyPingIntervalMs", latencyPingIntervalMs, 1, 3_600_000)
                .range("latencyWindow", latencyWindow, 1, 100_000)
                .range("connectTimeoutMs", connectTimeoutMs, 1, 600_000)
                .range("framesPerSecond", framesPerSecond, 0, MAX_FRAMES_PER_SECOND)
                .add(headerProblems(headers))
                .throwIfAny("connection configuration");
    }

    /** Everything default but the URL, with a connection id of its own. */
    public static WsConnectionConfig of(String url) {
        return new WsConnectionConfig(
                url,
                null,
                List.of(),
                true,
                DEFAULT_MAX_MESSAGE_BYTES,
                DEFAULT_LATENCY_PING_INTERVAL_MS,
                DEFAULT_LATENCY_WINDOW,
                DEFAULT_CONNECT_TIMEOUT_MS,
                0,
                RetryConfig.DEFAULT,
                false,
                false,
                Map.of(),
                "");
    }

    /** A connection id no other connection of this process has. */
    public static String nextId() {
        return "c" + NEXT_ID.getAndIncrement();
    }

    /** What would break the upgrade request; a header's value is not shown. */
    private static List<Problem> headerProblems(Map<String, String> headers) {
        List<Problem> problems = new ArrayList<>();
        headers.forEach((name, value) -> {
            if (!HEADER_NAME.matcher(name).matches()) {
                problems.add(new Problem(
                        "/headers" + Wording.step(name),
                        "the name " + Wording.quoted(name),
                        "a header name: letters, digits and any of !#$%&'*+-.^_`|~"));
            }
            if (value.chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7F)) {
                problems.add(new Problem(
                        "/headers" + Wording.step(name), "a value with a control character", "a value on one line"));
            }
        });
        return problems;
    }

    public WsConnectionConfig withUrl(String url) {
        return new WsConnectionConfig(
                url,
                connectionId,
                onConnect,
                autoReconnect,
                maxMessageBytes,
                latencyPingIntervalMs,
                latencyWindow,
                connectTimeoutMs,
                framesPerSecond,
                retry,
                compression,
                allowPlaintext,
                headers,
                trustedCertificates);
    }

    public WsConnectionConfig withConnectionId(String connectionId) {
        return new WsConnectionConfig(
                url,
                connectionId,
                onConnect,
                autoReconnect,
                maxMessageBytes,
                latencyPingIntervalMs,
                latencyWindow,
                connectTimeoutMs,
                framesPerSecond,
                retry,
                compression,
                allowPlaintext,
                headers,
                trustedCertificates);
    }

    public WsConnectionConfig withOnConnect(List<String> onConnect) {
        return new WsConnectionConfig(
                url,
                connectionId,
                onConnect,
                autoReconnect,
                maxMessageBytes,
                latencyPingIntervalMs,
                latencyWindow,
                connectTimeoutMs,
                framesPerSecond,
                retry,
                compression,
                allowPlaintext,
                headers,
                trustedCertificates);
    }

    public WsConnectionConfig withAutoReconnect(boolean autoReconnect) {
        return new WsConnectionConfig(
                url,
                connectionId,
                onConnect,
                autoReconnect,
                maxMessageBytes,
                latencyPingIntervalMs,
                latencyWindow,
                connectTimeoutMs,
                framesPerSecond,
                retry,
                compression,
                allowPlaintext,
                headers,
                trustedCertificates);
    }

    public WsConnectionConfig withMaxMessageBytes(int maxMessageBytes) {
        return new WsConnectionConfig(
                url,
                connectionId,
                onConnect,
                autoReconnect,
                maxMessageBytes,
                latencyPingIntervalMs,
                latencyWindow,
                connectTimeoutMs,
                framesPerSecond,
                retry,
                compression,
                allowPlaintext,
                headers,
                trustedCertificates);
    }

    public WsConnectionConfig withLatencyPingIntervalMs(int latencyPingIntervalMs) {
        return new WsConnectionConfig(
                url,
                connectionId,
                onConnect,
                autoReconnect,
                maxMessageBytes,
                latencyPingIntervalMs,
                latencyWindow,
                connectTimeoutMs,
                framesPerSecond,
                retry,
                compression,
                allowPlaintext,
                headers,
                trustedCertificates);
    }

    public WsConnectionConfig withLatencyWindow(int latencyWindow) {
        return new WsConnectionConfig(
                url,
                connectionId,
                onConnect,
                autoReconnect,
                maxMessageBytes,
                latencyPingIntervalMs,
                latencyWindow,
                connectTimeoutMs,
                framesPerSecond,
                retry,
                compression,
                allowPlaintext,
                headers,
                trustedCertificates);
    }

    public WsConnectionConfig withConnectTimeoutMs(int connectTimeoutMs) {
        return new WsConnectionConfig(
                url,
                connectionId,
                onConnect,
                autoReconnect,
                maxMessageBytes,
                latencyPingIntervalMs,
                latencyWindow,
                connectTimeoutMs,
                framesPerSecond,
                retry,
                compression,
                allowPlaintext,
                headers,
                trustedCertificates);
    }

    public WsConnectionConfig withFramesPerSecond(int framesPerSecond) {
        return new WsConnectionConfig(
                url,
                connectionId,
                onConnect,
                autoReconnect,
                maxMessageBytes,
                latencyPingIntervalMs,
                latencyWindow,
                connectTimeoutMs,
                framesPerSecond,
                retry,
                compression,
                allowPlaintext,
                headers,
                trustedCertificates);
    }

    public WsConnectionConfig withRetry(RetryConfig retry) {
        return new WsConnectionConfig(
                url,
                connectionId,
                onConnect,
                autoReconnect,
                maxMessageBytes,
                latencyPingIntervalMs,
                latencyWindow,
                connectTimeoutMs,
                framesPerSecond,
                retry,
                compression,
                allowPlaintext,
                headers,
                trustedCertificates);
    }

    public WsConnectionConfig withCompression(boolean compression) {
        return new WsConnectionConfig(
                url,
                connectionId,
                onConnect,
                autoReconnect,
                maxMessageBytes,
                latencyPingIntervalMs,
                latencyWindow,
                connectTimeoutMs,
                framesPerSecond,
                retry,
                compression,
                allowPlaintext,
                headers,
                trustedCertificates);
    }

    public WsConnectionConfig withAllowPlaintext(boolean allowPlaintext) {
        return new WsConnectionConfig(
                url,
                connectionId,
                onConnect,
                autoReconnect,
                maxMessageBytes,
                latencyPingIntervalMs,
                latencyWindow,
                connectTimeoutMs,
                framesPerSecond,
                retry,
                compression,
                allowPlaintext,
                headers,
                trustedCertificates);
    }

    public WsConnectionConfig withHeaders(Map<String, String> headers) {
        return new WsConnectionConfig(
                url,
                connectionId,
                onConnect,
                autoReconnect,
                maxMessageBytes,
                latencyPingIntervalMs,
                latencyWindow,
                connectTimeoutMs,
                framesPerSecond,
                retry,
                compression,
                allowPlaintext,
                headers,
                trustedCertificates);
    }

    public WsConnectionConfig withTrustedCertificates(String trustedCertificates) {
        return new WsConnectionConfig(
                url,
                connectionId,
                onConnect,
                autoReconnect,
                maxMessageBytes,
                latencyPingIntervalMs,
                latencyWindow,
                connectTimeoutMs,
                framesPerSecond,
                retry,
                compression,
                allowPlaintext,
                headers,
                trustedCertificates);
    }
}
