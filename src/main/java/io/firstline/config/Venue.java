package io.firstline.config;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is the same for every feed of one exchange, read from a JSON file.
 *
 * @param name the file's name without {@code .json}
 * @param urls where feeds connect that name no URL of their own; several = connections take turns; may be empty, then they must
 * @param routes streams that are served elsewhere, by the first route that has their name
 * @param requests how streams are subscribed; without streams
 * @param dialect how its messages are read
 * @param limits what it lets a client do
 * @param endpoint asked where each connection goes, in the place of {@code urls} and {@code routes}
 * @param subProtocols offered in the upgrade by feeds that name none, the preferred one first
 */
public record Venue(
        String name,
        List<String> urls,
        List<VenueRoute> routes,
        Subscribing requests,
        Dialect dialect,
        Limits limits,
        Endpoint endpoint,
        List<String> subProtocols) {

    private static final Set<String> SIMULATED_TIME = Set.of("/api/v3/time", "/fapi/v1/time");

    /** No particular venue: nothing is known of its messages, and no limit. */
    public static final Venue NONE =
            new Venue("none", List.of(), List.of(), Subscribing.NONE, Dialect.NONE, Limits.NONE);

    public Venue {
        // whether ws:// may go to a host of this name is the feed's decision
        urls = urls == null ? List.of() : List.copyOf(urls);
        routes = routes == null ? List.of() : List.copyOf(routes);
        requests = requests == null ? Subscribing.NONE : requests;
        dialect = dialect == null ? Dialect.NONE : dialect;
        limits = limits == null ? Limits.NONE : limits;
        endpoint = endpoint == null ? Endpoint.NONE : endpoint;
        subProtocols = subProtocols == null ? List.of() : List.copyOf(subProtocols);
        Checks checks = new Checks()
                .require(FeedName.isValid(name), "name", Wording.quoted(String.valueOf(name)), FeedName.ALLOWED)
                .require(
                        endpoint.isNone() || (urls.isEmpty() && routes.isEmpty()),
                        "endpoint",
                        "an endpoint beside URLs",
                        "either an \"endpoint\", or \"url\" and \"routes\"");
        urls.forEach(url -> checks.add(FeedUrl.problems(url, true)));
        checks.add(WsConnectionConfig.subProtocolProblems(subProtocols));
        checks.throwIfAny("venue");
    }

    /** A venue whose URLs are known. */
    public Venue(
            String name,
            List<String> urls,
            List<VenueRoute> routes,
            Subscribing requests,
            Dialect dialect,
            Limits limits) {
        this(name, urls, routes, requests, dialect, limits, Endpoint.NONE, List.of());
    }

    /** The same venue for connections that open somewhere else: its own servers are not asked, for neither URLs nor the time. */
    Venue elsewhere() {
        return new Venue(
                name, urls, routes, requests, dialect.withoutServerTime(), limits, Endpoint.NONE, subProtocols);
    }

    /** The same venue played by the embedded simulator, which tells the time where Binance does. */
    Venue simulated() {
        ServerTime time = dialect.serverTime();
        String path = time.isNone() ? "" : URI.create(time.url()).getPath();
        return SIMULATED_TIME.contains(path)
                ? elsewhere().withServerTime(time.at(FeedUrl.restOnSimulator(path)))
                : elsewhere();
    }

    /** What {@link #simulated()} made, on the simulator's address. */
    Venue onSimulator(String baseUrl) {
        ServerTime time = dialect.serverTime();
        return time.isNone() ? this : withServerTime(time.at(FeedUrl.restOnSimulator(time.url(), baseUrl)));
    }

    private Venue withServerTime(ServerTime time) {
        return new Venue(
                name,
                urls,
                routes,
                requests,
                dialect.withTimes(time, dialect.eventTime()),
                limits,
                endpoint,
                subProtocols);
    }

    /**
     * Reads a profile: {@code venues/NAME.json} in the directory if there is one, else the one on the class path.
     *
     * @param directory where the configuration lies; null = only the class path
     * @throws InvalidConfigException if there is none of this name, or if it is wrong; seen from the feed, at {@code /venue}
     */
    public static Venue find(String name, Path directory) {
        return VenueReader.find(name, directory);
    }

    /** The route of a stream; empty = it is served where the venue's other streams are. */
    public Optional<VenueRoute> routeOf(String stream) {
        return routes.stream().filter(route -> route.has(stream)).findFirst();
    }

    /** Where a stream is served; empty if the venue does not say. */
    List<String> urlsOf(String stream) {
        return routeOf(stream).map(VenueRoute::urls).orElse(urls);
    }
}
