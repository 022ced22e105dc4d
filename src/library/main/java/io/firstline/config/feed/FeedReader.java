package io.firstline.config.feed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.config.venue.Venue;
import io.vertx.core.json.EncodeException;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Converts one feed's JSON into records. Keys that the schema rejected are removed first. If a removed key could make
 * another key look wrong, a neutral value replaces it. Each error is therefore reported once and causes no other error.
 */
public final class FeedReader {
    private static final String STAND_IN_NAME = "stand-in";

    private final FeedJson json;
    private final Path directory;
    private final boolean simulator;
    private final UnaryOperator<String> environment;
    private boolean simulated;

    private FeedReader(FeedJson json, Path directory, boolean simulator, UnaryOperator<String> environment) {
        this.json = json;
        this.directory = directory;
        this.simulator = simulator;
        this.environment = environment;
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
        FeedReader reader = new FeedReader(new FeedJson(json, known), directory, simulator, environment);
        FeedConfig feed = reader.feed(FeedName.isValid(name) ? name : STAND_IN_NAME);
        return new Result(feed, reader.simulated, reader.json.problems());
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
        ConnectionReader connection = new ConnectionReader(json, venue, directory, simulator, environment);
        PoolReader connections = new PoolReader(json, venue, connection.read(name));
        WsPoolConfig pool = connections.read();
        simulated = connection.isSimulated();
        SubscribeTemplates subscribeTemplates = json.attempt(() -> subscribeTemplates(venue), SubscribeTemplates.NONE);
        List<Shard> shards =
                venue == null ? List.of() : Sharding.of(subscribeTemplates.streams(), venue, json.has("url"));
        Map<String, Object> values = new HashMap<>();
        values.put("name", name);
        values.put("pool", pool);
        values.put("connections", connections.connections());
        values.put("subscriptions", subscribeTemplates);
        values.put("venue", venue);
        values.put("shards", shards.size() > 1 ? shards : List.of());
        values.put("retain", retention());
        FeedConfig feed = json.read(FeedConfig.class, values, null);
        if (feed != null && json.problems().stream().allMatch(FeedReader::isOfMessages) && !json.isAnyBroken()) {
            json.problems().addAll(Linter.problems(feed, json.has("url"), json.number("maxShards")));
        }
        return feed;
    }

    /** Whether a problem leaves the rest of the feed as it would be without it. */
    private static boolean isOfMessages(Problem problem) {
        return FeedJson.isIn(problem.pointer(), "/secrets") || FeedJson.isIn(problem.pointer(), "/onConnect");
    }

    /** Null if not configured. The value of a wrong bound does not matter, because its problem is already reported. */
    private Retention retention() {
        JsonNode retain = json.path("retain");
        return retain.isMissingNode() ? null : SchemaKeys.RETAIN.read(Retention.class, retain, Map.of());
    }

    private Venue venue() {
        Venue venue = json.has("venue") ? json.attempt(() -> Venue.find(json.text("venue"), directory), null) : null;
        if (venue == null || !json.has("url")) {
            return venue;
        }
        return json.texts("url").stream().anyMatch(FeedUrl::isSimulated) ? venue.simulated() : venue.elsewhere();
    }

    private SubscribeTemplates subscribeTemplates(Venue venue) {
        // an unknown venue might have had a request
        boolean unknown = json.isBroken("subscribe") || json.isBroken("venue") || (json.has("venue") && venue == null);
        SubscribeTemplates known = venue == null
                ? new SubscribeTemplates(List.of(), unknown ? "${streams}" : "", "", "")
                : venue.requests();
        if (json.has("subscribe")) {
            return new SubscribeTemplates(
                    json.texts("streams"),
                    json.text("subscribe"),
                    json.has("unsubscribe") ? json.text("unsubscribe") : known.unsubscribe(),
                    "");
        }
        return (json.has("unsubscribe") ? known.withUnsubscribe(json.text("unsubscribe")) : known)
                .withStreams(json.texts("streams"));
    }
}
