package io.firstline.config.service;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.check.Environment;
import io.firstline.config.check.FeedName;
import io.firstline.config.check.FeedUrl;
import io.firstline.config.check.JsonText;
import io.firstline.config.check.ProblemText;
import io.firstline.config.check.Schema;
import io.firstline.config.cluster.ClusterConfig;
import io.firstline.config.cluster.ClusterReader;
import io.firstline.config.feed.FeedConfig;
import io.firstline.config.feed.FeedReader;
import io.firstline.config.feed.Linter;
import io.firstline.config.problem.InvalidConfigException;
import io.firstline.config.problem.Problem;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * The configuration of a service, read once and checked as a whole before anything starts. Immutable.
 *
 * @param feeds in the order of the file, at least one
 * @param simulator the section of the embedded simulator, with its form checked; null = none
 * @param simulated names of the feeds whose {@code sim:} URL still waits for {@link #withSimulator}
 * @param http the server of the operator's page; null = none
 * @param bridges the bridges for programs that are not on the event bus
 * @param relay the WebSocket server for clients in any language; null = none
 * @param cluster the nodes that share the feeds; null = not configured
 */
public record ServiceConfig(
        List<FeedConfig> feeds,
        JsonObject simulator,
        Set<String> simulated,
        HttpConfig http,
        BridgesConfig bridges,
        RelayConfig relay,
        ClusterConfig cluster) {

    public ServiceConfig {
        feeds = List.copyOf(feeds);
        simulator = simulator == null ? null : simulator.copy();
        simulated = Set.copyOf(simulated);
    }

    /** A service without page, bridges, relay and cluster. */
    public ServiceConfig(List<FeedConfig> feeds, JsonObject simulator, Set<String> simulated) {
        this(feeds, simulator, simulated, null, BridgesConfig.NONE, null, null);
    }

    @Override
    public JsonObject simulator() {
        return simulator == null ? null : simulator.copy();
    }

    /**
     * Reads a configuration file. Venue profiles come from {@code venues/} in its folder, otherwise from the class
     * path.
     *
     * @throws InvalidConfigException naming every error with its JSON pointer, also for an unreadable file
     */
    public static ServiceConfig read(Path file) {
        return parse(
                JsonText.ofFile(file), file.toString(), file.toAbsolutePath().getParent());
    }

    /**
     * Reads a configuration.
     *
     * @param sourceName its name in errors
     * @param directory contains {@code venues/} and is the base of relative paths; null = the class path, the working
     *     directory
     * @throws InvalidConfigException naming every error with its JSON pointer
     */
    public static ServiceConfig parse(String json, String sourceName, Path directory) {
        return parse(json, sourceName, directory, System::getenv);
    }

    /**
     * The same with another environment.
     *
     * @param environment returns the value of a variable, null if not set
     */
    static ServiceConfig parse(String json, String sourceName, Path directory, UnaryOperator<String> environment) {
        List<Problem> problems = new ArrayList<>();
        JsonNode root = JsonText.tree(json, problems);
        List<FeedConfig> feeds = new ArrayList<>();
        Set<String> simulated = new TreeSet<>();
        HttpConfig http = null;
        BridgesConfig bridges = BridgesConfig.NONE;
        RelayConfig relay = null;
        ClusterConfig cluster = null;
        Environment filled = root == null ? null : Environment.fill(root, directory, environment, problems);
        if (root != null) {
            List<Problem> found = Schema.service().check(root);
            found = filled.convert(root, found) ? Schema.service().check(root) : found;
            problems.addAll(
                    ConfigSection.without(problems, found)); // a variable that is not set leaves its place empty
            http = ConfigSection.read(
                    "http",
                    root,
                    problems,
                    ConfigSection.HTTP,
                    (section, wrong) -> HttpReader.read(section, directory, environment, wrong));
            bridges = ConfigSection.read(
                    "bridges",
                    root,
                    problems,
                    Map.of(),
                    (section, wrong) -> BridgesReader.read(section, directory, environment, wrong));
            bridges = bridges == null ? BridgesConfig.NONE : bridges;
            problems.addAll(ConfigSection.without(problems, BridgesReader.check(bridges, root, http)));
            relay = ConfigSection.read(
                    "relay",
                    root,
                    problems,
                    Map.of(),
                    (section, wrong) -> RelayReader.read(section, directory, environment, wrong));
            problems.addAll(ConfigSection.without(problems, RelayReader.check(relay, root)));
            cluster = ConfigSection.read(
                    "cluster",
                    root,
                    problems,
                    ConfigSection.CLUSTER,
                    (section, wrong) -> ClusterReader.read(section, directory, wrong));
            root.path("feeds").fields().forEachRemaining(feed -> {
                String pointer = "/feeds" + ProblemText.step(feed.getKey());
                checkName(feed.getKey(), pointer, problems);
                if (feed.getValue() instanceof ObjectNode object) {
                    FeedReader.Result result = FeedReader.read(
                            feed.getKey(),
                            object,
                            inside(pointer, problems),
                            directory,
                            root.has("simulator"),
                            environment);
                    result.problems().forEach(p -> problems.add(p.under(pointer)));
                    feeds.add(result.feed());
                    if (result.simulated()) {
                        simulated.add(feed.getKey());
                    }
                }
            });
        }
        if (problems.isEmpty()) {
            problems.addAll(Linter.problemsTogether(feeds));
        }
        if (!problems.isEmpty()) {
            if (filled != null) {
                problems.replaceAll(filled::discreet);
            }
            throw new InvalidConfigException(sourceName, inOrderOf(root, problems));
        }
        JsonObject simulator = root.has("simulator") ? simulator(root.get("simulator"), directory) : null;
        return new ServiceConfig(feeds, simulator, simulated, http, bridges, relay, cluster);
    }

    /** The same configuration with another page; null = none. */
    public ServiceConfig withHttp(HttpConfig newHttp) {
        return new ServiceConfig(feeds, simulator, simulated, newHttp, bridges, relay, cluster);
    }

    /** The same configuration with another relay; null = none. */
    public ServiceConfig withRelay(RelayConfig newRelay) {
        return new ServiceConfig(feeds, simulator, simulated, http, bridges, newRelay, cluster);
    }

    /** The same service with other feeds, none of which waits for the simulator. */
    public ServiceConfig withFeeds(List<FeedConfig> newFeeds) {
        return new ServiceConfig(newFeeds, simulator, Set.of(), http, bridges, relay, cluster);
    }

    /** The same service for one of its feeds. The relay serves it, a bridge only if it did before. */
    public ServiceConfig only(String feed) {
        return new ServiceConfig(
                feeds.stream().filter(each -> each.name().equals(feed)).toList(),
                simulator,
                simulated.contains(feed) ? Set.of(feed) : Set.of(),
                http,
                bridges.only(feed),
                relay == null ? null : relay.withFeeds(List.of(feed)),
                cluster);
    }

    /** Whether this node joins a cluster. */
    public boolean isClustered() {
        return cluster != null && cluster.enabled();
    }

    /** The same configuration with another cluster; null = none. */
    public ServiceConfig withCluster(ClusterConfig newCluster) {
        return new ServiceConfig(feeds, simulator, simulated, http, bridges, relay, newCluster);
    }

    /**
     * The simulator's section in the form that the simulator reads: integers as such, paths resolved against the
     * configuration file.
     */
    private static JsonObject simulator(JsonNode section, Path directory) {
        JsonObject simulator = whole(new JsonObject(section.toString()));
        if (directory != null && simulator.containsKey("recordings")) {
            JsonArray files = new JsonArray();
            simulator.getJsonArray("recordings").forEach(file -> files.add(absolute((String) file, directory)));
            simulator.put("recordings", files);
        }
        return simulator;
    }

    /** Converts numbers such as 5.0, which are integers to a JSON schema but doubles to Vert.x. */
    private static JsonObject whole(JsonObject object) {
        JsonObject whole = new JsonObject();
        object.forEach(e -> whole.put(e.getKey(), whole(e.getValue())));
        return whole;
    }

    private static Object whole(Object value) {
        if (value instanceof JsonObject object) {
            return whole(object);
        }
        if (value instanceof JsonArray array) {
            return new JsonArray(array.stream().map(ServiceConfig::whole).collect(Collectors.toList()));
        }
        return value instanceof Double number && number == Math.rint(number) ? (Object) number.longValue() : value;
    }

    private static String absolute(String file, Path directory) {
        try {
            return directory.resolve(file).toString();
        } catch (InvalidPathException e) {
            return file; // the simulator opens it and reports the error
        }
    }

    /**
     * The same configuration with {@code sim:} URLs on the simulator's real address, such as
     * {@code ws://127.0.0.1:40123}.
     */
    public ServiceConfig withSimulator(String baseUrl) {
        List<FeedConfig> resolved = feeds.stream()
                .map(feed -> simulated.contains(feed.name()) ? onSimulator(feed, baseUrl) : feed)
                .toList();
        return new ServiceConfig(resolved, simulator, Set.of(), http, bridges, relay, cluster);
    }

    private static FeedConfig onSimulator(FeedConfig feed, String baseUrl) {
        WsConnectionConfig connection = feed.pool().connection();
        return feed.withConnection(connection.withUrl(FeedUrl.onSimulator(connection.url(), baseUrl)))
                .withVenue(feed.venue().onSimulator(baseUrl));
    }

    /** Describes this configuration without secrets, one line for the simulator and for each feed. */
    public List<String> summary() {
        return Summary.of(this);
    }

    /** The schema accepts a name that ends in a line break, because its {@code $} is Java's. */
    private static void checkName(String name, String pointer, List<Problem> problems) {
        if (!FeedName.isValid(name)
                && problems.stream().noneMatch(p -> p.pointer().equals(pointer))) {
            problems.add(new Problem(pointer, "the name " + ProblemText.quoted(name), FeedName.ALLOWED));
        }
    }

    /** The problems below a place, with pointers relative to it. */
    private static List<Problem> inside(String pointer, List<Problem> problems) {
        return problems.stream()
                .filter(p -> p.pointer().startsWith(pointer + "/"))
                .map(p -> new Problem(p.pointer().substring(pointer.length()), p.found(), p.allowed()))
                .toList();
    }

    /** Sorts problems in the order of the file; a missing key comes with the object that lacks it. */
    private static List<Problem> inOrderOf(JsonNode root, List<Problem> problems) {
        Map<String, Integer> places = new HashMap<>();
        if (root != null) {
            number("", root, places);
        }
        return problems.stream()
                .sorted(Comparator.comparingInt(p -> place(p.pointer(), places)))
                .collect(Collectors.toList());
    }

    private static void number(String pointer, JsonNode node, Map<String, Integer> places) {
        places.put(pointer, places.size());
        node.fields().forEachRemaining(e -> number(pointer + ProblemText.step(e.getKey()), e.getValue(), places));
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            number(pointer + "/" + i, node.get(i), places);
        }
    }

    private static int place(String pointer, Map<String, Integer> places) {
        String at = pointer;
        while (!at.isEmpty() && !places.containsKey(at)) {
            at = at.substring(0, at.lastIndexOf('/'));
        }
        return places.getOrDefault(at, 0);
    }
}
