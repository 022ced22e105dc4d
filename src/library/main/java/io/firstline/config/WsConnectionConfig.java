package io.firstline.config;

import io.firstline.config.check.Checks;
import io.firstline.config.check.FeedUrl;
import io.firstline.config.check.ProblemText;
import io.firstline.config.check.Records;
import io.firstline.config.check.RequiredVersions;
import io.firstline.config.check.SchemaKeys;
import io.firstline.config.problem.InvalidConfigException;
import io.firstline.config.problem.Problem;
import io.firstline.config.secret.TemplateValues;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The configuration of one WebSocket. Immutable; checked in the constructor: an {@link InvalidConfigException} names
 * all wrong fields at once.
 *
 * @param url {@code wss://…}; {@code ws://} for loopback hosts, or anywhere with {@code allowPlaintext}; characters
 *     other than ASCII are encoded
 * @param furtherUrls alternative URLs of the same data. Connections of a feed use them in turn, so that they do not
 *     share one path, and try the next one if an attempt fails; default none
 * @param connectionId names the connection in messages, events and logs; unique in the process unless the user sets it
 * @param onConnect text messages sent, in this order, each time the connection opens
 * @param autoReconnect whether a lost single connection is reopened (a pool always replaces lost connections); default
 *     true. If false, it stays disconnected until its feed is restarted; the first attempt is still retried until it
 *     succeeds
 * @param maxMessageBytes the largest accepted message, in bytes after decompression; default 16 MiB
 * @param latencyPingIntervalMs the interval of pings, one outstanding at a time; milliseconds, default 1,000 (100 would
 *     exceed Binance's limit of 5 client frames a second)
 * @param latencyWindow number of samples in the moving average of the latency; default 60
 * @param connectTimeoutMs the timeout of TCP, TLS and the upgrade each, milliseconds; default 5,000
 * @param framesPerSecond the most frames sent in any second: messages, pings, and pongs; further frames wait; 0
 *     (default) = no limit
 * @param retry the delays between attempts
 * @param compression whether to offer permessage-deflate; default false: most market-data servers reject it, it costs
 *     latency, and the size of a message is checked only after inflating
 * @param allowPlaintext allow {@code ws://} for hosts that are not loopback; default false
 * @param headers request headers of the upgrade; their values are never logged; {@code User-Agent} is
 *     {@code Firstline/<version>} unless given here
 * @param furtherHeaders all headers of the second turn, the third turn and so on, where a header has several values:
 *     connections take turns as with {@code furtherUrls}; default none
 * @param trustedCertificates path of a PEM file of trusted authorities that replace the JVM's; empty = the JVM's
 * @param endpoint returns the URL of every attempt; {@code url} is only a placeholder then; default none
 * @param subProtocols offered in the upgrade ({@code Sec-WebSocket-Protocol}), the preferred one first; default none
 * @param limits further limits of the server, beside {@code framesPerSecond} and the attempts to connect; default none
 * @param credentials secrets for placeholders in the URLs, headers and sub-protocols, which are filled in for each
 *     attempt; default none
 * @param paths the paths over which the connections of a feed spread; default {@link PathsConfig#DEFAULT}
 * @param path the path of one connection; default {@link PathConfig#ANY}
 */
public record WsConnectionConfig(
        String url,
        List<String> furtherUrls,
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
        List<Map<String, String>> furtherHeaders,
        String trustedCertificates,
        Endpoint endpoint,
        List<String> subProtocols,
        List<Limit> limits,
        Credentials credentials,
        PathsConfig paths,
        PathConfig path) {

    private static final SchemaKeys KEYS = SchemaKeys.FEED;
    private static final Pattern HEADER_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final AtomicLong NEXT_ID = new AtomicLong(1);

    public WsConnectionConfig {
        RequiredVersions.check();
        url = url == null ? null : FeedUrl.encoded(url);
        furtherUrls = furtherUrls == null
                ? List.of()
                : furtherUrls.stream().map(FeedUrl::encoded).toList();
        subProtocols = subProtocols == null ? List.of() : List.copyOf(subProtocols);
        limits = limits == null ? List.of() : List.copyOf(limits);
        onConnect = onConnect == null ? List.of() : List.copyOf(onConnect);
        headers = headers == null ? Map.of() : Map.copyOf(headers);
        furtherHeaders = furtherHeaders == null
                ? List.of()
                : furtherHeaders.stream().<Map<String, String>>map(Map::copyOf).toList();
        trustedCertificates = trustedCertificates == null ? "" : trustedCertificates;
        endpoint = endpoint == null ? Endpoint.NONE : endpoint;
        credentials = credentials == null ? Credentials.NONE : credentials;
        paths = paths == null ? PathsConfig.DEFAULT : paths;
        path = path == null ? PathConfig.ANY : path;
        connectionId = connectionId == null ? nextId() : connectionId;
        retry = retry == null ? RetryConfig.DEFAULT : retry;
        Checks checks = new Checks();
        checkUrls(checks, url, furtherUrls, allowPlaintext);
        checks.require(!connectionId.isBlank(), "connectionId", "\"" + connectionId + "\"", "a name that is not blank")
                .key(KEYS, "maxMessageBytes", maxMessageBytes)
                .key(KEYS, "latencyPingIntervalMs", latencyPingIntervalMs)
                .key(KEYS, "latencyWindow", latencyWindow)
                .key(KEYS, "connectTimeoutMs", connectTimeoutMs)
                .key(KEYS, "framesPerSecond", framesPerSecond)
                .add(headerProblems(headers))
                .add(subProtocolProblems(subProtocols));
        for (Map<String, String> further : furtherHeaders) {
            checks.add(headerProblems(further));
            checkHeaders(checks, credentials, further);
        }
        checkPlaceholders(checks, credentials, headers, subProtocols, furtherUrls, url, paths);
        checks.throwIfAny("connection configuration");
    }

    private static void checkUrls(Checks checks, String url, List<String> furtherUrls, boolean allowPlaintext) {
        checks.add(at(urlField(0, furtherUrls), FeedUrl.problems(url, allowPlaintext)));
        for (int i = 0; i < furtherUrls.size(); i++) {
            checks.add(at(urlField(i + 1, furtherUrls), FeedUrl.problems(furtherUrls.get(i), allowPlaintext)));
        }
    }

    private static List<Problem> at(String field, List<Problem> problems) {
        return problems.stream()
                .map(problem -> new Problem("/" + field, problem.found(), problem.allowed()))
                .toList();
    }

    /** The field of a URL: several of them are an array. */
    private static String urlField(int index, List<String> furtherUrls) {
        return furtherUrls.isEmpty() ? "url" : "url/" + index;
    }

    private static void checkPlaceholders(
            Checks checks,
            Credentials credentials,
            Map<String, String> headers,
            List<String> subProtocols,
            List<String> furtherUrls,
            String url,
            PathsConfig paths) {
        checkHeaders(checks, credentials, headers);
        for (int i = 0; i < subProtocols.size(); i++) {
            credentials.check(checks, "subProtocols/" + i, subProtocols.get(i));
        }
        for (int i = 0; i <= furtherUrls.size(); i++) {
            String each = i == 0 ? url : furtherUrls.get(i - 1);
            if (each != null) {
                credentials.check(checks, urlField(i, furtherUrls), FeedUrl.template(each));
            }
        }
        for (int i = 0; i < paths.proxies().size(); i++) {
            String pointer = "paths/proxies/" + i;
            paths.proxies().get(i).templates().forEach(each -> credentials.check(checks, pointer, each));
        }
    }

    private static void checkHeaders(Checks checks, Credentials credentials, Map<String, String> headers) {
        headers.forEach((name, value) -> credentials.check(checks, "headers" + ProblemText.step(name), value));
    }

    /** The URLs of connections, which take turns with them. */
    public List<String> urls() {
        return Stream.concat(Stream.of(url), furtherUrls.stream()).toList();
    }

    /** The number of different turns: the targets and the headers take turns independently of each other. */
    public int turns() {
        int targets = ConnectTarget.of(this).size();
        int headersTurns = furtherHeaders.size() + 1;
        return targets
                / BigInteger.valueOf(targets)
                        .gcd(BigInteger.valueOf(headersTurns))
                        .intValue()
                * headersTurns;
    }

    /** The same with the target and the headers of one turn, counted from 0. */
    public WsConnectionConfig ofTurn(int turn) {
        List<ConnectTarget> targets = ConnectTarget.of(this);
        ConnectTarget to = targets.get(Math.floorMod(turn, targets.size()));
        int headersTurn = Math.floorMod(turn, furtherHeaders.size() + 1);
        return Records.with(
                this,
                Map.of(
                        "url",
                        to.url(),
                        "path",
                        to.path(),
                        "headers",
                        headersTurn == 0 ? headers : furtherHeaders.get(headersTurn - 1)));
    }

    /** The defaults for this URL, with a new connection id. */
    public static WsConnectionConfig of(String url) {
        Map<String, Object> values = new HashMap<>();
        values.put("url", url);
        values.put("paths", PathsConfig.DEFAULT);
        return KEYS.defaults(WsConnectionConfig.class, values);
    }

    /** Limits of this kind; those of frames and attempts include the plain numbers. */
    public List<Limit> limitsOf(Limit.What what) {
        Stream<Limit> plain = Stream.empty();
        if (what == Limit.What.FRAMES && framesPerSecond > 0) {
            plain = Stream.of(new Limit(what, framesPerSecond, 1_000, Limit.Scope.CONNECTION));
        } else if (what == Limit.What.CONNECTS && retry.connectsPer5Min() > 0) {
            plain = Stream.of(retry.limit());
        }
        return Stream.concat(plain, limits.stream().filter(limit -> limit.what() == what))
                .toList();
    }

    /** A connection id that is unique in this process. */
    static String nextId() {
        return "c" + NEXT_ID.getAndIncrement();
    }

    /** Headers that would break the upgrade request; a header's value is not shown. */
    public static List<Problem> headerProblems(Map<String, String> headers) {
        List<Problem> problems = new ArrayList<>();
        headers.forEach((name, value) -> {
            if (!HEADER_NAME.matcher(name).matches()) {
                problems.add(new Problem(
                        "/headers" + ProblemText.step(name),
                        "the name " + ProblemText.quoted(name),
                        "a header name: letters, digits and any of !#$%&'*+-.^_`|~"));
            }
            if (value.chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7F)) {
                problems.add(new Problem(
                        "/headers" + ProblemText.step(name),
                        "a value with a control character",
                        "a value on one line"));
            }
        });
        return problems;
    }

    /** Names that would break the header: RFC 6455, 4.1, demands distinct tokens. */
    public static List<Problem> subProtocolProblems(List<String> subProtocols) {
        List<Problem> problems = new ArrayList<>();
        for (int i = 0; i < subProtocols.size(); i++) {
            String each = TemplateValues.sample(subProtocols.get(i));
            if (!HEADER_NAME.matcher(each).matches() || subProtocols.indexOf(subProtocols.get(i)) < i) {
                problems.add(new Problem(
                        "/subProtocols/" + i,
                        ProblemText.quoted(each),
                        "a sub-protocol's name, once: letters, digits and any of !#$%&'*+-.^_`|~"));
            }
        }
        return problems;
    }

    public WsConnectionConfig withUrl(String url) {
        return Records.with(this, "url", url);
    }

    public WsConnectionConfig withFurtherUrls(List<String> furtherUrls) {
        return Records.with(this, "furtherUrls", furtherUrls);
    }

    public WsConnectionConfig withConnectionId(String connectionId) {
        return Records.with(this, "connectionId", connectionId);
    }

    public WsConnectionConfig withOnConnect(List<String> onConnect) {
        return Records.with(this, "onConnect", onConnect);
    }

    public WsConnectionConfig withAutoReconnect(boolean autoReconnect) {
        return Records.with(this, "autoReconnect", autoReconnect);
    }

    public WsConnectionConfig withMaxMessageBytes(int maxMessageBytes) {
        return Records.with(this, "maxMessageBytes", maxMessageBytes);
    }

    public WsConnectionConfig withLatencyPingIntervalMs(int latencyPingIntervalMs) {
        return Records.with(this, "latencyPingIntervalMs", latencyPingIntervalMs);
    }

    public WsConnectionConfig withLatencyWindow(int latencyWindow) {
        return Records.with(this, "latencyWindow", latencyWindow);
    }

    public WsConnectionConfig withConnectTimeoutMs(int connectTimeoutMs) {
        return Records.with(this, "connectTimeoutMs", connectTimeoutMs);
    }

    public WsConnectionConfig withFramesPerSecond(int framesPerSecond) {
        return Records.with(this, "framesPerSecond", framesPerSecond);
    }

    public WsConnectionConfig withRetry(RetryConfig retry) {
        return Records.with(this, "retry", retry);
    }

    public WsConnectionConfig withCompression(boolean compression) {
        return Records.with(this, "compression", compression);
    }

    public WsConnectionConfig withAllowPlaintext(boolean allowPlaintext) {
        return Records.with(this, "allowPlaintext", allowPlaintext);
    }

    public WsConnectionConfig withHeaders(Map<String, String> headers) {
        return Records.with(this, "headers", headers);
    }

    public WsConnectionConfig withFurtherHeaders(List<Map<String, String>> furtherHeaders) {
        return Records.with(this, "furtherHeaders", furtherHeaders);
    }

    public WsConnectionConfig withTrustedCertificates(String trustedCertificates) {
        return Records.with(this, "trustedCertificates", trustedCertificates);
    }

    public WsConnectionConfig withCredentials(Credentials credentials) {
        return Records.with(this, "credentials", credentials);
    }

    public WsConnectionConfig withPaths(PathsConfig paths) {
        return Records.with(this, "paths", paths);
    }

    /** The same on this path. */
    public WsConnectionConfig withPath(PathConfig path) {
        return Records.with(this, "path", path);
    }

    public WsConnectionConfig withSubProtocols(List<String> subProtocols) {
        return Records.with(this, "subProtocols", subProtocols);
    }

    public WsConnectionConfig withLimits(List<Limit> limits) {
        return Records.with(this, "limits", limits);
    }

    /** The same with an endpoint; the URL becomes its placeholder. */
    public WsConnectionConfig withEndpoint(Endpoint endpoint) {
        return Records.with(this, Map.of("endpoint", endpoint, "url", endpoint.standIn(), "furtherUrls", List.of()));
    }
}
