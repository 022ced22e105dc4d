package io.firstline.config.venue;

import io.firstline.config.Endpoint;
import io.firstline.config.PathsConfig;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.check.Checks;
import io.firstline.config.check.FeedName;
import io.firstline.config.check.FeedUrl;
import io.firstline.config.check.ProblemText;
import io.firstline.config.check.Records;
import io.firstline.config.problem.InvalidConfigException;
import io.firstline.config.secret.SignatureTemplate;
import io.firstline.config.secret.TemplateValues;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The profile of an exchange: the common settings of its feeds, read from a JSON file.
 *
 * @param name the file's name without {@code .json}
 * @param urls the URLs for feeds that have none; connections use several in turn; empty = feeds must have a URL
 * @param routes streams with other URLs; the first matching route counts
 * @param requests the requests for streams, without streams
 * @param format its message format
 * @param limits its limits per client
 * @param endpoint returns the URL of each connection, in place of {@code urls} and {@code routes}
 * @param subProtocols sub-protocols that the upgrade offers for feeds that have none, the preferred one first
 * @param headers templates of headers of the upgrade, by name; connections take turns with several values of one
 * @param sign what <code>${sign}</code> becomes in headers, URLs, the login and requests
 * @param paths the paths over which connections spread, for feeds that have none
 * @param relay how a relay speaks to its clients
 */
public record Venue(
        String name,
        List<String> urls,
        List<VenueRoute> routes,
        SubscribeTemplates requests,
        MessageFormat format,
        Limits limits,
        Endpoint endpoint,
        List<String> subProtocols,
        Map<String, List<String>> headers,
        SignatureTemplate sign,
        PathsConfig paths,
        RelayProfile relay) {

    private static final Set<String> SIMULATED_TIME = Set.of("/api/v3/time", "/fapi/v1/time");

    /** No venue: unknown messages and no limits. */
    public static final Venue NONE =
            new Venue("none", List.of(), List.of(), SubscribeTemplates.NONE, MessageFormat.NONE, Limits.NONE);

    public Venue {
        // the feed decides whether ws:// is allowed for this host
        urls = urls == null ? List.of() : List.copyOf(urls);
        routes = routes == null ? List.of() : List.copyOf(routes);
        requests = requests == null ? SubscribeTemplates.NONE : requests;
        format = format == null ? MessageFormat.NONE : format;
        limits = limits == null ? Limits.NONE : limits;
        endpoint = endpoint == null ? Endpoint.NONE : endpoint;
        subProtocols = subProtocols == null ? List.of() : List.copyOf(subProtocols);
        headers = headers == null ? Map.of() : Map.copyOf(headers);
        sign = sign == null ? SignatureTemplate.NONE : sign;
        paths = paths == null ? PathsConfig.DEFAULT : paths;
        relay = relay == null ? RelayProfile.NONE : relay;
        Checks checks = new Checks()
                .require(FeedName.isValid(name), "name", ProblemText.quoted(String.valueOf(name)), FeedName.ALLOWED)
                .require(
                        endpoint.isNone() || (urls.isEmpty() && routes.isEmpty()),
                        "endpoint",
                        "both an endpoint and URLs",
                        "either an \"endpoint\", or \"url\" and \"routes\"");
        checks.require(
                requests.unsubscribes()
                        || format.classes().stream()
                                .noneMatch(type -> type.sequence().resubscribes()),
                "messages/classes",
                "streams to subscribe again after a gap (onGap), but no request to unsubscribe",
                "\"onGap\" together with \"subscribe\" and \"unsubscribe\"");
        urls.forEach(url -> checks.add(FeedUrl.problems(url, true)));
        checks.add(WsConnectionConfig.subProtocolProblems(subProtocols));
        headers.forEach((header, values) ->
                values.forEach(value -> checks.add(WsConnectionConfig.headerProblems(Map.of(header, value)))));
        checks.throwIfAny("venue");
    }

    /** A venue with known URLs. */
    public Venue(
            String name,
            List<String> urls,
            List<VenueRoute> routes,
            SubscribeTemplates requests,
            MessageFormat format,
            Limits limits) {
        this(
                name,
                urls,
                routes,
                requests,
                format,
                limits,
                Endpoint.NONE,
                List.of(),
                Map.of(),
                SignatureTemplate.NONE,
                PathsConfig.DEFAULT,
                RelayProfile.NONE);
    }

    /** The same venue for connections to other servers: its own servers are asked for neither URLs nor the time. */
    public Venue elsewhere() {
        return Records.with(this, Map.of("format", withServer(ServerTime.NONE), "endpoint", Endpoint.NONE));
    }

    /** The same venue on the embedded simulator, which serves the time at Binance's path. */
    public Venue simulated() {
        ServerTime time = format.times().server();
        String path = time.isNone() ? "" : URI.create(time.url()).getPath();
        return SIMULATED_TIME.contains(path)
                ? elsewhere().withServerTime(time.at(FeedUrl.restOnSimulator(path)))
                : elsewhere();
    }

    /**
     * The same venue for connections that were recorded: they are logged in, and there is no server to prove anything
     * to.
     */
    public Venue recorded() {
        MessageFormat read = withServer(ServerTime.NONE);
        return Records.with(
                elsewhere(),
                Map.of(
                        "format", Records.with(read, "protocol", read.protocol().loggedIn()),
                        "subProtocols", List.of(),
                        "headers", Map.of(),
                        "sign", SignatureTemplate.NONE));
    }

    /** Replaces the placeholder of {@link #simulated()} by the simulator's address. */
    public Venue onSimulator(String baseUrl) {
        ServerTime time = format.times().server();
        return time.isNone() ? this : withServerTime(time.at(FeedUrl.restOnSimulator(time.url(), baseUrl)));
    }

    private Venue withServerTime(ServerTime time) {
        return Records.with(this, "format", withServer(time));
    }

    private MessageFormat withServer(ServerTime time) {
        return format.withTimes(format.times().withServer(time));
    }

    /** The names of the secrets that its feeds must have, in alphabetical order. */
    public Set<String> secrets() {
        Set<String> names = new TreeSet<>(sign.secrets());
        Stream.of(
                        headers.values().stream().flatMap(List::stream),
                        endpoint.headers().values().stream(),
                        subProtocols.stream(),
                        urls.stream(),
                        routes.stream().flatMap(route -> route.urls().stream()),
                        Stream.of(format.protocol().opening().login().send()),
                        requests.templates().stream(),
                        paths.proxies().stream().flatMap(proxy -> proxy.templates().stream()))
                .flatMap(Function.identity())
                .forEach(template -> names.addAll(TemplateValues.secrets(FeedUrl.template(template))));
        return names;
    }

    /**
     * Reads a profile: {@code venues/NAME.json} in the directory or, if absent there, on the class path.
     *
     * @param directory the folder of the configuration; null = only the class path
     * @throws InvalidConfigException if it is missing or wrong; the pointer is the feed's {@code /venue}
     */
    public static Venue find(String name, Path directory) {
        return VenueReader.find(name, directory);
    }

    /**
     * Reads the profile in a file, wherever it is.
     *
     * @throws InvalidConfigException if it is wrong; the pointers lead into the profile
     */
    public static Venue in(Path file) {
        return VenueReader.in(file);
    }

    /** The route of a stream; empty = the venue's main URLs. */
    public Optional<VenueRoute> routeOf(String stream) {
        return routes.stream().filter(route -> route.has(stream)).findFirst();
    }

    /** The URLs of a stream; empty = unknown. */
    public List<String> urlsOf(String stream) {
        return routeOf(stream).map(VenueRoute::urls).orElse(urls);
    }
}
