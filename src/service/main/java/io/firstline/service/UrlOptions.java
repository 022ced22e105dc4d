package io.firstline.service;

import io.firstline.config.WsPoolConfig;
import io.firstline.config.feed.FeedConfig;
import io.firstline.config.problem.InvalidConfigException;
import io.firstline.config.problem.Problem;
import io.firstline.config.service.ServiceConfig;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Option;

/** The options of a feed whose URL or venue is an argument. */
final class UrlOptions {
    private static final int MAX_CONNECTIONS = WsPoolConfig.MAX_CONNECTIONS;
    /** Pointers of a feed's configuration, with the options that set them. */
    private static final Map<String, String> OPTIONS = Map.of(
            "/url", "the URL",
            "/venue", "--venue",
            "/streams", "--stream",
            "/secrets", "--secret",
            "/onConnect", "--on-connect",
            "/paths/localAddresses", "--local-address",
            "/paths/proxies", "--proxy");

    @Option(
            names = "--connections",
            paramLabel = "N",
            description = "with a URL: the number of connections, 1 to 32; default 5")
    private Integer connections;

    @Option(
            names = "--on-connect",
            paramLabel = "TEXT",
            description = "with a URL: a message to send on each connection when it opens; may be repeated")
    private List<String> onConnect = List.of();

    @Option(
            names = "--venue",
            paramLabel = "NAME",
            description = "with a URL: the venue profile to use, such as binance-spot; default: none")
    private String venue;

    @Option(
            names = "--stream",
            paramLabel = "NAME",
            description = "with a venue: a stream to subscribe to; may be repeated")
    private List<String> streams = List.of();

    @Option(
            names = "--secret",
            paramLabel = "NAME=WHERE",
            description = "with a venue: where a secret is, $${VARIABLE} or $${file:path}; may be repeated")
    private Map<String, String> secrets = Map.of();

    /** Returns the venue profile that the user named, or null. */
    String venue() {
        return venue;
    }

    /** Returns the number of connections that the user named, or null. */
    Integer connections() {
        return connections;
    }

    boolean hasStreams() {
        return !streams.isEmpty();
    }

    /** Returns the feed of a URL on the default paths. */
    ServiceConfig of(String url, String name) {
        return of(url, name, null);
    }

    /**
     * Returns the feed of a URL.
     *
     * @param paths its paths; null = the default
     */
    ServiceConfig of(String url, String name, JsonObject paths) {
        return of(url, venue, name, paths);
    }

    /** Returns the feed of a venue and its streams. */
    ServiceConfig ofVenue(String profile, String name, JsonObject paths) {
        return of(null, profile, name, paths);
    }

    private ServiceConfig of(String url, String profile, String name, JsonObject paths) {
        JsonObject feed = new JsonObject().put("name", name);
        if (connections != null) {
            if (connections < 1 || connections > MAX_CONNECTIONS) {
                throw new BadInputException(
                        "--connections: found " + connections + ", allowed: 1 to " + MAX_CONNECTIONS);
            }
            feed.put("connections", connections);
        }
        if (url != null) {
            feed.put("url", url);
        }
        if (profile != null) {
            feed.put("venue", profile);
        }
        if (paths != null) {
            feed.put("paths", paths);
        }
        if (!streams.isEmpty()) {
            feed.put("streams", new JsonArray(streams));
        }
        if (!secrets.isEmpty()) {
            feed.put("secrets", new JsonObject(new LinkedHashMap<>(secrets)));
        }
        if (!onConnect.isEmpty()) {
            feed.put("onConnect", new JsonArray(onConnect));
        }
        try {
            return new ServiceConfig(List.of(FeedConfig.fromJson(feed, Path.of("conf"))), null, Set.of());
        } catch (InvalidConfigException e) {
            throw new InvalidConfigException(
                    "the feed of the command line",
                    e.problems().stream().map(UrlOptions::ofOption).toList());
        }
    }

    /** Names the option instead of the place in a configuration, which the user has not written. */
    private static Problem ofOption(Problem problem) {
        return OPTIONS.entrySet().stream()
                .filter(option -> problem.pointer().equals(option.getKey())
                        || problem.pointer().startsWith(option.getKey() + "/"))
                .map(option -> new Problem(option.getValue(), problem.found(), problem.allowed()))
                .findFirst()
                .orElse(problem);
    }

    /** The feeds are those of a configuration, which has all this. */
    void refuseWith(String file) {
        if (connections != null || !onConnect.isEmpty() || venue != null || !secrets.isEmpty()) {
            throw new BadInputException(
                    "--connections, --venue, --secret and --on-connect: found with the configuration " + file
                            + ", allowed: only with a URL; put them into the configuration");
        }
    }
}
