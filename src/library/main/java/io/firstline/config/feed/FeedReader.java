package io.firstline.config.feed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.firstline.config.Credentials;
import io.firstline.config.DailyWindow;
import io.firstline.config.Endpoint;
import io.firstline.config.PathsConfig;
import io.firstline.config.RetryConfig;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.WsPoolConfig;
import io.firstline.config.check.FeedName;
import io.firstline.config.check.FeedUrl;
import io.firstline.config.check.JsonText;
import io.firstline.config.check.ProblemText;
import io.firstline.config.check.Schema;
import io.firstline.config.check.SchemaKeys;
import io.firstline.config.feed.FeedConfig.Shard;
import io.firstline.config.problem.InvalidConfigException;
import io.firstline.config.problem.Problem;
import io.firstline.config.secret.TemplateValues;
import io.firstline.config.venue.Limits;
import io.firstline.config.venue.PathsReader;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.config.venue.UserMessage;
import io.firstline.config.venue.Venue;
import io.vertx.core.json.EncodeException;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Converts one feed's JSON into records. Keys that the schema rejected are removed first. If a removed key could make
 * another key look wrong, a neutral value replaces it. Each error is therefore reported once and causes no other error.
 */
public final class FeedReader {
    private static final SchemaKeys KEYS = SchemaKeys.FEED;
    private static final List<String> POOL_KEYS = Arrays.stream(WsPoolConfig.class.getRecordComponents())
            .map(RecordComponent::getName)
            .filter(key -> KEYS.has(key) && !key.equals("connections"))
            .toList();
    private static final String STAND_IN_URL = "wss://stand.in";
    private static final String STAND_IN_NAME = "stand-in";

    private final ObjectNode json;
    private final Set<String> broken = new HashSet<>();
    private final Path directory;
    private final boolean simulator;
    private final UnaryOperator<String> environment;
    private final List<Problem> problems = new ArrayList<>();
    private boolean simulated;

    private FeedReader(
            ObjectNode json,
            List<Problem> known,
            Path directory,
            boolean simulator,
            UnaryOperator<String> environment) {
        this.json = json.deepCopy();
        this.directory = directory;
        this.simulator = simulator;
        this.environment = environment;
        for (Problem problem : known) {
            takeOut(problem.pointer());
        }
    }

    /** Removes a key or, in an object under a key, only the wrong entry. */
    private void takeOut(String pointer) {
        json.properties().stream().map(Map.Entry::getKey).toList().forEach(key -> {
            String step = ProblemText.step(key);
            if (pointer.startsWith(step + "/") && json.get(key) instanceof ObjectNode object) {
                object.properties().removeIf(e -> isIn(pointer, step + ProblemText.step(e.getKey())));
            } else if (isIn(pointer, step)) {
                broken.add(key);
                json.remove(key);
            }
        });
    }

    private static boolean isIn(String pointer, String value) {
        return pointer.equals(value) || pointer.startsWith(value + "/");
    }

    /** The result of reading; usable only without problems. */
    public record Result(FeedConfig feed, boolean simulated, List<Problem> problems) {}

    /**
     * Reads a feed.
     *
     * @param known its known problems, with pointers relative to the feed
     * @param simulator whether there is a simulator for {@code sim:} URLs
     * @param environment returns the value of a variable, null if not set
     */
    public static Result read(
            String name,
            ObjectNode json,
            List<Problem> known,
            Path directory,
            boolean simulator,
            UnaryOperator<String> environment) {
        FeedReader reader = new FeedReader(json, known, directory, simulator, environment);
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
            Result result = read(name, json, problems, directory, false, System::getenv);
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
        WsConnectionConfig connection = connection(name, venue);
        int connections = known ? mostConnections(connection, venue) : WsPoolConfig.MAX_CONNECTIONS;
        if (known) {
            checkCount(connections);
        }
        WsPoolConfig pool = connections == 1 ? WsPoolConfig.of(connection) : pool(connection, connections, venue);
        SubscribeTemplates subscribeTemplates = attempt(() -> subscribeTemplates(venue), SubscribeTemplates.NONE);
        List<Shard> shards =
                venue == null ? List.of() : Sharding.of(subscribeTemplates.streams(), venue, json.has("url"));
        Map<String, Object> values = new HashMap<>();
        values.put("name", name);
        values.put("pool", pool);
        values.put("connections", connections);
        values.put("subscriptions", subscribeTemplates);
        values.put("venue", venue);
        values.put("shards", shards.size() > 1 ? shards : List.of());
        values.put("retain", retention());
        FeedConfig feed = attempt(() -> KEYS.read(FeedConfig.class, json, values), null);
        if (feed != null && problems.stream().allMatch(FeedReader::isOfMessages) && broken.isEmpty()) {
            problems.addAll(Linter.problems(feed, json.has("url"), number("maxShards")));
        }
        return feed;
    }

    /** Whether a problem leaves the rest of the feed as it would be without it. */
    private static boolean isOfMessages(Problem problem) {
        return isIn(problem.pointer(), "/secrets") || isIn(problem.pointer(), "/onConnect");
    }

    /** The number of connections, or the most of them. */
    private int mostConnections(WsConnectionConfig connection, Venue venue) {
        int otherwise = connections(connection, venue);
        JsonNode range = json.path("connections");
        if (!range.isObject()) {
            return range.asInt(otherwise);
        }
        int max = range.path("max").asInt(WsPoolConfig.MAX_CONNECTIONS); // absent if it was wrong
        int min = range.path("min").asInt(2);
        if (min > max) {
            problems.add(new Problem("/connections/min", String.valueOf(min), "at most \"max\", " + max));
        }
        return max;
    }

    /** The number of connections of a feed that does not say it: the default, but not more than the venue allows. */
    private static int connections(WsConnectionConfig connection, Venue venue) {
        int most = venue == null ? 0 : venue.limits().maxConnections();
        int wanted = most == 0 ? WsPoolConfig.DEFAULT_CONNECTIONS : Math.min(most, WsPoolConfig.DEFAULT_CONNECTIONS);
        return SharedLimitChecks.allowed(wanted, connection);
    }

    /** Null if not configured. The value of a wrong bound does not matter, because its problem is already reported. */
    private Retention retention() {
        JsonNode retain = json.path("retain");
        return retain.isMissingNode() ? null : SchemaKeys.RETAIN.read(Retention.class, retain, Map.of());
    }

    private Venue venue() {
        Venue venue = json.has("venue") ? attempt(() -> Venue.find(text("venue"), directory), null) : null;
        if (venue == null || !json.has("url")) {
            return venue;
        }
        return texts("url").stream().anyMatch(FeedUrl::isSimulated) ? venue.simulated() : venue.elsewhere();
    }

    /** The URLs of the feed's connections: its own, or those where the venue serves its first stream. */
    private List<String> urls(Venue venue) {
        if (json.has("url")) {
            List<String> urls = texts("url");
            if (urls.size() > 1 && urls.stream().anyMatch(FeedUrl::isSimulated)) {
                problems.add(new Problem(
                        "/url", urls.size() + " URLs, some with sim:", "one sim: URL alone, or several others"));
                return List.of(STAND_IN_URL);
            }
            return urls.stream()
                    .map(url -> FeedUrl.isSimulated(url) ? simulated(url) : url)
                    .toList();
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
        RetryConfig retry = attempt(
                () -> new RetryConfig(
                        broken.contains("retryBaseMs") ? KEYS.min("retryBaseMs") : number("retryBaseMs"),
                        broken.contains("retryCapMs") ? KEYS.max("retryCapMs") : number("retryCapMs"),
                        number("retryStableMs"),
                        limits.connectsPer5Min() > 0
                                ? number("connectsPer5Min", limits.connectsPer5Min())
                                : number("connectsPer5Min")),
                RetryConfig.DEFAULT);
        Map<String, Object> values = new HashMap<>();
        values.put("url", urls.get(0));
        values.put("furtherUrls", urls.subList(1, urls.size()));
        values.put("connectionId", name);
        values.put("framesPerSecond", number("framesPerSecond", limits.framesPerSecond()));
        values.put("limits", limits.further());
        values.put("retry", retry);
        values.put("trustedCertificates", certificates());
        values.put("endpoint", venue == null ? Endpoint.NONE : venue.endpoint());
        values.put("subProtocols", subProtocols(venue));
        List<Map<String, String>> headers = headers(venue);
        values.put("headers", headers.get(0));
        values.put("furtherHeaders", headers.subList(1, headers.size()));
        values.put("paths", paths(venue));
        values.put("credentials", credentials(venue));
        if (broken.contains("allowPlaintext")) {
            values.put("allowPlaintext", true); // without a valid key it is unknown whether ws:// is allowed
        }
        return attempt(() -> KEYS.read(WsConnectionConfig.class, json, values), WsConnectionConfig.of(STAND_IN_URL));
    }

    /** The venue's headers, with those of the feed in their place: all of them for each turn. */
    private List<Map<String, String>> headers(Venue venue) {
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        if (venue != null) {
            headers.putAll(venue.headers());
        }
        json.path("headers").properties().forEach(e -> {
            headers.remove(e.getKey()); // the feed's spelling counts
            headers.put(e.getKey(), texts(e.getValue()));
        });
        int turns = headers.values().stream().mapToInt(List::size).max().orElse(1);
        List<Map<String, String>> each = new ArrayList<>();
        for (int turn = 0; turn < turns; turn++) {
            Map<String, String> all = new TreeMap<>();
            for (Map.Entry<String, List<String>> header : headers.entrySet()) {
                all.put(
                        header.getKey(),
                        header.getValue().get(turn % header.getValue().size()));
            }
            each.add(all);
        }
        return each;
    }

    /** The secrets that the feed's own texts use; null = not known. */
    private Set<String> secretsUsed(Venue venue) {
        if ((json.has("venue") && venue == null) || !broken.isEmpty()) {
            return null;
        }
        Set<String> names = new HashSet<>();
        Stream.of(
                        texts("url"),
                        texts("subProtocols"),
                        texts("onConnect"),
                        List.of(text("subscribe"), text("unsubscribe")))
                .flatMap(List::stream)
                .forEach(template -> names.addAll(TemplateValues.secrets(template)));
        json.path("headers")
                .forEach(header -> texts(header).forEach(value -> names.addAll(TemplateValues.secrets(value))));
        json.path("paths").path("proxies").forEach(proxy -> names.addAll(TemplateValues.secrets(proxy.asText())));
        return names;
    }

    /** Reports placeholders in the user's messages that no connection could fill in. */
    private void checkOnConnect(Credentials credentials, boolean endpoint) {
        List<String> messages = texts("onConnect");
        for (int i = 0; i < messages.size(); i++) {
            problems.addAll(UserMessage.problems(
                    "/onConnect/" + i, messages.get(i), credentials.secrets().keySet(), endpoint));
            if (credentials.sign().isNone() && TemplateValues.isSigned(messages.get(i))) {
                problems.add(new Problem("/onConnect/" + i, "${sign}", "only with a venue that signs"));
            }
        }
    }

    /** The feed's paths, which replace those of the venue. */
    private PathsConfig paths(Venue venue) {
        if (venue != null && !json.has("paths")) {
            return venue.paths();
        }
        PathsReader reader = new PathsReader(environment);
        PathsConfig paths = reader.read(json.path("paths"));
        problems.addAll(reader.problems());
        return paths;
    }

    private Credentials credentials(Venue venue) {
        SecretsReader reader = new SecretsReader(directory, environment);
        Credentials credentials =
                reader.read(json.path("secrets"), broken.contains("secrets"), venue, secretsUsed(venue));
        problems.addAll(reader.problems());
        // an unknown venue might have an endpoint
        checkOnConnect(
                credentials,
                venue == null ? json.has("venue") : !venue.endpoint().isNone());
        return credentials;
    }

    /** The feed's sub-protocols. An empty list offers none, whatever the venue's profile has. */
    private List<String> subProtocols(Venue venue) {
        return venue == null || json.has("subProtocols") ? texts("subProtocols") : venue.subProtocols();
    }

    private WsPoolConfig pool(WsConnectionConfig connection, int connections, Venue venue) {
        Map<String, Object> values = Map.of(
                "connection",
                connection,
                "connections",
                connections,
                "minConnections",
                Math.min(connections, json.path("connections").path("min").asInt(connections)),
                "maxAgeMs",
                number("maxAgeMs", maxAgeMs(venue)),
                "rotationWindows",
                windows());
        return attempt(
                () -> KEYS.read(WsPoolConfig.class, json, values),
                WsPoolConfig.of(connection).withConnections(connections));
    }

    /** Slightly less than the venue's limit, if that is below the default. */
    private static int maxAgeMs(Venue venue) {
        int allowed = venue == null ? 0 : venue.limits().maxAgeMs();
        int longest = KEYS.defaultNumber("maxAgeMs");
        return allowed == 0 ? longest : Math.min(longest, (int) (allowed * 23L / 24));
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
        if (json.has("subscribe")) {
            return new SubscribeTemplates(
                    texts("streams"),
                    text("subscribe"),
                    json.has("unsubscribe") ? text("unsubscribe") : known.unsubscribe(),
                    "");
        }
        return (json.has("unsubscribe") ? known.withUnsubscribe(text("unsubscribe")) : known)
                .withStreams(texts("streams"));
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
        return isIn(problem.pointer(), "/url") && !json.has("url")
                ? new Problem("/venue", problem.found(), problem.allowed())
                : problem;
    }

    private int number(String key) {
        return number(key, KEYS.defaultNumber(key));
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
        return texts(json.path(key));
    }

    /** One text, or an array of them. */
    private static List<String> texts(JsonNode json) {
        List<String> texts = new ArrayList<>();
        if (json.isTextual()) {
            texts.add(json.textValue());
        }
        json.forEach(item -> texts.add(item.textValue()));
        return texts;
    }
}
