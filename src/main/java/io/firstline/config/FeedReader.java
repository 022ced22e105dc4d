package io.firstline.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.firstline.config.FeedConfig.Body;
import io.firstline.config.FeedConfig.Shard;
import io.vertx.core.json.EncodeException;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Converts one feed's JSON into records. Keys that the schema rejected are removed first. If a removed key could make
 * another key look wrong, a neutral value replaces it. Each error is therefore reported once and causes no other error.
 */
final class FeedReader {
    private static final List<String> POOL_KEYS = List.of(
            "evictIntervalMs",
            "rankBy",
            "minLive",
            "hashCapacity",
            "historyMs",
            "joinGuardMs",
            "skewMs",
            "maxAgeMs",
            "rotationWindows");
    private static final int DEFAULT_MAX_SHARDS = 16;
    private static final String STAND_IN_URL = "wss://stand.in";
    private static final String STAND_IN_NAME = "stand-in";

    private final ObjectNode json;
    private final Set<String> broken = new HashSet<>();
    private final Path directory;
    private final boolean simulator;
    private final List<Problem> problems = new ArrayList<>();
    private boolean simulated;

    private FeedReader(ObjectNode json, List<Problem> known, Path directory, boolean simulator) {
        this.json = json.deepCopy();
        this.directory = directory;
        this.simulator = simulator;
        for (Problem problem : known) {
            takeOut(problem.pointer());
        }
    }

    /** Removes a key or, in an object under a key, only the wrong entry. */
    private void takeOut(String pointer) {
        json.properties().stream().map(Map.Entry::getKey).toList().forEach(key -> {
            String step = ProblemText.step(key);
            if (pointer.startsWith(step + "/") && json.get(key) instanceof ObjectNode object) {
                object.properties().removeIf(e -> pointer.equals(step + ProblemText.step(e.getKey())));
            } else if (pointer.equals(step) || pointer.startsWith(step + "/")) {
                broken.add(key);
                json.remove(key);
            }
        });
    }

    /** The result of reading; usable only without problems. */
    record Result(FeedConfig feed, boolean simulated, List<Problem> problems) {}

    /**
     * Reads a feed.
     *
     * @param known its known problems, with pointers relative to the feed
     * @param simulator whether there is a simulator for {@code sim:} URLs
     */
    static Result read(String name, ObjectNode json, List<Problem> known, Path directory, boolean simulator) {
        FeedReader reader = new FeedReader(json, known, directory, simulator);
        FeedConfig feed = reader.feed(FeedName.isValid(name) ? name : STAND_IN_NAME);
        return new Result(feed, reader.simulated, reader.problems);
    }

    /** Reads a separate feed, with its name in the object. */
    static FeedConfig single(JsonObject object, Path directory) {
        List<Problem> problems = new ArrayList<>();
        String name = null;
        FeedConfig feed = null;
        JsonNode tree = JsonText.tree(encoded(object), problems);
        if (tree instanceof ObjectNode json) {
            JsonNode named = json.path("name");
            name = named.textValue();
            json.remove("name");
            if (!FeedName.isValid(name)) {
                problems.add(new Problem("/name", ProblemText.found("/name", named), FeedName.ALLOWED));
            }
            problems.addAll(Schema.feed().check(json, "name"));
            Result result = read(name, json, problems, directory, false);
            problems.addAll(result.problems());
            feed = result.feed();
        } else if (tree != null) {
            problems.addAll(Schema.feed().check(tree));
        }
        if (!problems.isEmpty()) {
            throw new InvalidConfigException(FeedName.isValid(name) ? "feed \"" + name + "\"" : "feed", problems);
        }
        return feed;
    }

    private static String encoded(JsonObject object) {
        try {
            return object == null ? "null" : object.encode();
        } catch (EncodeException e) {
            throw new InvalidConfigException(
                    "feed", List.of(new Problem("", "an object with values that are not JSON", "a JSON object")));
        }
    }

    private FeedConfig feed(String name) {
        Venue venue = venue();
        boolean known = !broken.contains("connections");
        int connections =
                number("connections", known ? WsPoolConfig.DEFAULT_CONNECTIONS : WsPoolConfig.MAX_CONNECTIONS);
        WsConnectionConfig connection = connection(name, venue);
        if (known) {
            checkCount(connections);
        }
        WsPoolConfig pool = connections == 1 ? WsPoolConfig.of(connection) : pool(connection, connections, venue);
        SubscribeTemplates subscribeTemplates = attempt(() -> subscribeTemplates(venue), SubscribeTemplates.NONE);
        List<Shard> shards =
                venue == null ? List.of() : Sharding.of(subscribeTemplates.streams(), venue, json.has("url"));
        FeedConfig feed = attempt(
                () -> new FeedConfig(
                        name,
                        pool,
                        connections,
                        constant(Body.class, "body"),
                        text("streamPointer"),
                        subscribeTemplates,
                        venue,
                        shards.size() > 1 ? shards : List.of(),
                        retention()),
                null);
        if (feed != null && problems.isEmpty() && broken.isEmpty()) {
            problems.addAll(Linter.problems(feed, json.has("url"), number("maxShards", DEFAULT_MAX_SHARDS)));
        }
        return feed;
    }

    /** Null if not configured. The value of a wrong bound does not matter, because its problem is already reported. */
    private Retention retention() {
        JsonNode retain = json.path("retain");
        return retain.isMissingNode()
                ? null
                : new Retention(
                        retain.path("messages").asInt(Retention.DEFAULT_MESSAGES),
                        retain.path("bytes").asInt(Retention.DEFAULT_BYTES),
                        retain.path("streams").asInt(Retention.DEFAULT_STREAMS));
    }

    private Venue venue() {
        Venue venue = json.has("venue") ? attempt(() -> Venue.find(text("venue"), directory), null) : null;
        if (venue == null || !json.has("url")) {
            return venue;
        }
        return FeedUrl.isSimulated(json.path("url").asText()) ? venue.simulated() : venue.elsewhere();
    }

    /** The URLs of the feed's connections: its own, or those where the venue serves its first stream. */
    private List<String> urls(Venue venue) {
        if (json.has("url")) {
            String url = text("url");
            return List.of(FeedUrl.isSimulated(url) ? simulated(url) : url);
        }
        if (venue != null) {
            List<String> streams = texts("streams");
            List<String> urls = streams.isEmpty() ? venue.urls() : venue.urlsOf(streams.get(0));
            if (!urls.isEmpty()) {
                return urls;
            }
            if (!venue.endpoint().isNone()) {
                return List.of(venue.endpoint().standIn());
            }
            problems.add(new Problem("/url", "nothing", "a \"url\": the venue " + venue.name() + " has none"));
        }
        if (!json.has("venue") && !broken.contains("url") && !broken.contains("venue")) {
            problems.add(new Problem("/url", "nothing", "a \"url\" or a \"venue\""));
        }
        return List.of(STAND_IN_URL);
    }

    /**
     * A {@code sim:} URL in a form that the records accept, with {@link FeedUrl#SIMULATOR} in place of the unknown
     * address.
     */
    private String simulated(String url) {
        String resolved = FeedUrl.onSimulator(url);
        if (!simulator) {
            problems.add(new Problem(
                    "/url",
                    ProblemText.quoted(url),
                    "wss://host[:port]/path; sim: needs a \"simulator\" section beside the feeds"));
        } else if (!url.startsWith("sim:/")
                || url.startsWith("sim://")
                || !FeedUrl.problems(resolved, false).isEmpty()) {
            problems.add(new Problem("/url", ProblemText.quoted(url), "sim:/path without blanks and #fragment"));
        } else {
            simulated = true;
            return resolved;
        }
        return STAND_IN_URL;
    }

    private WsConnectionConfig connection(String name, Venue venue) {
        List<String> urls = urls(venue);
        Limits limits = venue == null ? Limits.NONE : venue.limits();
        WsConnectionConfig fallback = WsConnectionConfig.of(STAND_IN_URL);
        RetryConfig retry = attempt(
                () -> new RetryConfig(
                        number("retryBaseMs", broken.contains("retryBaseMs") ? 1 : RetryConfig.DEFAULT.baseMs()),
                        number("retryCapMs", broken.contains("retryCapMs") ? 3_600_000 : RetryConfig.DEFAULT.capMs()),
                        number("retryStableMs", RetryConfig.DEFAULT.stableMs()),
                        number(
                                "connectsPer5Min",
                                limits.connectsPer5Min() > 0
                                        ? limits.connectsPer5Min()
                                        : RetryConfig.DEFAULT.connectsPer5Min())),
                RetryConfig.DEFAULT);
        String certificates = certificates();
        return attempt(
                () -> new WsConnectionConfig(
                        urls.get(0),
                        urls.subList(1, urls.size()),
                        name,
                        texts("onConnect"),
                        flag("autoReconnect", true),
                        number("maxMessageBytes", WsConnectionConfig.DEFAULT_MAX_MESSAGE_BYTES),
                        number("latencyPingIntervalMs", WsConnectionConfig.DEFAULT_LATENCY_PING_INTERVAL_MS),
                        number("latencyWindow", WsConnectionConfig.DEFAULT_LATENCY_WINDOW),
                        number("connectTimeoutMs", WsConnectionConfig.DEFAULT_CONNECT_TIMEOUT_MS),
                        number("framesPerSecond", limits.framesPerSecond()),
                        retry,
                        flag("compression", false),
                        // without a valid key it is unknown whether ws:// is allowed
                        flag("allowPlaintext", broken.contains("allowPlaintext")),
                        headers(),
                        certificates,
                        venue == null ? Endpoint.NONE : venue.endpoint(),
                        subProtocols(venue)),
                fallback);
    }

    /** The feed's sub-protocols. An empty list offers none, whatever the venue's profile has. */
    private List<String> subProtocols(Venue venue) {
        return venue == null || json.has("subProtocols") ? texts("subProtocols") : venue.subProtocols();
    }

    private WsPoolConfig pool(WsConnectionConfig connection, int connections, Venue venue) {
        RankBy rankBy = constant(RankBy.class, "rankBy");
        return attempt(
                () -> new WsPoolConfig(
                        connection,
                        connections,
                        number("evictIntervalMs", WsPoolConfig.DEFAULT_EVICT_INTERVAL_MS),
                        rankBy,
                        number("minLive", WsPoolConfig.DEFAULT_MIN_LIVE),
                        number("hashCapacity", WsPoolConfig.DEFAULT_HASH_CAPACITY),
                        number("historyMs", WsPoolConfig.DEFAULT_HISTORY_MS),
                        number("joinGuardMs", WsPoolConfig.DEFAULT_JOIN_GUARD_MS),
                        number("skewMs", WsPoolConfig.DEFAULT_SKEW_MS),
                        number("maxAgeMs", maxAgeMs(venue)),
                        windows()),
                WsPoolConfig.of(connection).withConnections(connections));
    }

    /** Slightly less than the venue's limit, if that is below the default. */
    private static int maxAgeMs(Venue venue) {
        int allowed = venue == null ? 0 : venue.limits().maxAgeMs();
        return allowed == 0
                ? WsPoolConfig.DEFAULT_MAX_AGE_MS
                : Math.min(WsPoolConfig.DEFAULT_MAX_AGE_MS, (int) (allowed * 23L / 24));
    }

    private List<DailyWindow> windows() {
        List<DailyWindow> windows = new ArrayList<>();
        List<String> texts = texts("rotationWindows");
        for (int i = 0; i < texts.size(); i++) {
            try {
                windows.add(DailyWindow.parse(texts.get(i)));
            } catch (InvalidConfigException e) {
                problems.add(
                        new Problem("/rotationWindows/" + i, ProblemText.quoted(texts.get(i)), DailyWindow.ALLOWED));
            }
        }
        return windows;
    }

    /** Checks that keys for pools appear only with pools, and keys for single connections only with those. */
    private void checkCount(int connections) {
        if (connections == 1) {
            POOL_KEYS.stream()
                    .filter(json::has)
                    .forEach(key -> problems.add(new Problem(
                            ProblemText.step(key),
                            ProblemText.found(ProblemText.step(key), json.get(key)),
                            "this key only with 2 \"connections\" or more")));
        } else if (!flag("autoReconnect", true)) {
            problems.add(new Problem(
                    "/autoReconnect",
                    "false",
                    "true, or \"connections\": 1; a pool always replaces a lost connection"));
        }
    }

    private SubscribeTemplates subscribeTemplates(Venue venue) {
        // an unknown venue might have had a request
        boolean unknown =
                broken.contains("subscribe") || broken.contains("venue") || (json.has("venue") && venue == null);
        SubscribeTemplates known = venue == null
                ? new SubscribeTemplates(List.of(), unknown ? "${streams}" : "", "", "")
                : venue.requests();
        return new SubscribeTemplates(
                texts("streams"),
                json.has("subscribe") ? text("subscribe") : known.subscribe(),
                json.has("unsubscribe") ? text("unsubscribe") : known.unsubscribe(),
                json.has("subscribe") ? "" : known.argument());
    }

    /** The file of trusted authorities, read now because an error at the first connection would be too late. */
    private String certificates() {
        String file = text("trustedCertificates");
        if (file.isEmpty()) {
            return "";
        }
        String wrong;
        try {
            Path path = directory == null ? Path.of(file) : directory.resolve(file);
            if (JsonText.isSpecial(path) || (Files.isRegularFile(path) && Files.size(path) > JsonText.MAX_BYTES)) {
                throw new IOException("no certificates");
            }
            InputStream in = new ByteArrayInputStream(Files.readAllBytes(path));
            if (!CertificateFactory.getInstance("X.509")
                    .generateCertificates(in)
                    .isEmpty()) {
                return path.toString();
            }
            wrong = "which holds no certificate";
        } catch (InvalidPathException | IOException e) {
            wrong = "which cannot be read";
        } catch (CertificateException e) {
            wrong = "which holds other data than certificates";
        }
        problems.add(new Problem(
                "/trustedCertificates", ProblemText.quoted(file) + ", " + wrong, "a PEM file with certificates"));
        return "";
    }

    /** Runs a record's own checks. */
    private <T> T attempt(Supplier<T> made, T otherwise) {
        try {
            return made.get();
        } catch (InvalidConfigException e) {
            e.problems().forEach(p -> problems.add(atItsKey(p)));
            return otherwise;
        }
    }

    /** A URL from the venue's profile is reported at the venue. */
    private Problem atItsKey(Problem problem) {
        return problem.pointer().equals("/url") && !json.has("url")
                ? new Problem("/venue", problem.found(), problem.allowed())
                : problem;
    }

    private int number(String key, int otherwise) {
        return json.path(key).asInt(otherwise);
    }

    private boolean flag(String key, boolean otherwise) {
        return json.path(key).asBoolean(otherwise);
    }

    private String text(String key) {
        return json.path(key).asText();
    }

    private List<String> texts(String key) {
        List<String> texts = new ArrayList<>();
        json.path(key).forEach(item -> texts.add(item.textValue()));
        return texts;
    }

    private Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>();
        json.path("headers")
                .fields()
                .forEachRemaining(e -> headers.put(e.getKey(), e.getValue().textValue()));
        return headers;
    }

    /** Null if the key is absent; the records then use the default. */
    private <E extends Enum<E>> E constant(Class<E> type, String key) {
        return json.has(key) ? Enum.valueOf(type, text(key).toUpperCase(Locale.ROOT)) : null;
    }
}
