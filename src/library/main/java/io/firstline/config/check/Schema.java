package io.firstline.config.check;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonNodePath;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.firstline.config.problem.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The first of two layers of checks: types, keys and ranges, from the JSON schemas in {@code conf/} (editors read the
 * same files). The records themselves check URLs and rules for several keys. Thread-safe.
 */
public final class Schema {
    private static final String REQUIRED = "required";

    private final JsonNode tree;
    private final JsonSchema validator;

    private Schema(JsonNode tree, JsonSchema validator) {
        this.tree = tree;
        this.validator = validator;
    }

    /** The schema of a service's configuration. */
    public static Schema service() {
        return Shipped.SERVICE;
    }

    /** The schema of one feed. */
    public static Schema feed() {
        return Shipped.FEED;
    }

    public static Schema venue() {
        return Shipped.VENUE;
    }

    /** The schema of a service's configuration as a tree, without the validator. */
    public static JsonNode serviceTree() {
        return Tree.SERVICE;
    }

    private static final class Tree {
        static final JsonNode SERVICE = parse("conf/firstline.schema.json");
    }

    /** Loaded on first use: loading the validator takes a third of a second. */
    private static final class Shipped {
        static final Schema SERVICE = load(Tree.SERVICE);
        static final Schema FEED = SERVICE.definition("feed");
        static final Schema VENUE = load(parse("conf/venues/venue.schema.json"));
    }

    private static Schema load(JsonNode tree) {
        SchemaValidatorsConfig pointers =
                SchemaValidatorsConfig.builder().pathType(PathType.JSON_POINTER).build();
        return new Schema(
                tree,
                JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(tree, pointers));
    }

    private static JsonNode parse(String resource) {
        try (InputStream in = Schema.class.getResourceAsStream("/" + resource)) {
            return JsonText.tree(new String(in.readAllBytes(), StandardCharsets.UTF_8), new ArrayList<>());
        } catch (IOException e) {
            throw new UncheckedIOException("The schema " + resource + " cannot be read from the class path", e);
        }
    }

    private Schema definition(String name) {
        JsonNodePath path =
                new JsonNodePath(PathType.JSON_POINTER).append("$defs").append(name);
        return new Schema(tree, validator.getRefSchema(path));
    }

    /** The schema file as a tree. */
    public JsonNode tree() {
        return tree;
    }

    /**
     * The problems of a value, one for each place.
     *
     * @param furtherKeys allowed keys that the caller has removed from the object
     */
    public List<Problem> check(JsonNode value, String... furtherKeys) {
        return problems(validator.validate(value), List.of(furtherKeys));
    }

    /** The problems of a value that extends another: as {@link #check}, but keys may be missing. */
    public List<Problem> checkPart(JsonNode value) {
        return problems(
                validator.validate(value).stream()
                        .filter(message -> !message.getType().equals(REQUIRED))
                        .toList(),
                List.of());
    }

    private List<Problem> problems(Collection<ValidationMessage> messages, List<String> furtherKeys) {
        Map<String, Problem> problems = new LinkedHashMap<>();
        for (ValidationMessage message : messages) {
            Problem problem = problem(message, furtherKeys);
            problems.putIfAbsent(problem.pointer(), problem);
        }
        return new ArrayList<>(problems.values());
    }

    private Problem problem(ValidationMessage message, List<String> furtherKeys) {
        String pointer = message.getInstanceLocation().toString();
        String keyword = message.getSchemaLocation().getFragment().toString();
        JsonNode rule = tree.at(JsonPointer.compile(keyword).head());
        String child = message.getProperty() == null ? "" : pointer + ProblemText.step(message.getProperty());
        return switch (message.getType()) {
            case REQUIRED -> new Problem(child, "nothing", ProblemText.allowed(at(rule, message.getProperty())));
            case "additionalProperties" ->
                new Problem(child, "an unknown key", keys(message.getProperty(), rule, furtherKeys));
            case "propertyNames" ->
                new Problem(child, "the name " + ProblemText.quoted(message.getProperty()), FeedName.ALLOWED);
            case "uniqueItems" -> new Problem(pointer, "an array with repetitions", ProblemText.allowed(rule));
            case "minItems" -> new Problem(pointer, "an empty array", ProblemText.allowed(rule));
            case "maxItems" ->
                new Problem(pointer, message.getInstanceNode().size() + " items", ProblemText.allowed(rule));
            case "minProperties" -> new Problem(pointer, "an empty object", ProblemText.allowed(rule));
            case "maxProperties" ->
                new Problem(pointer, message.getInstanceNode().size() + " entries", ProblemText.allowed(rule));
            default ->
                new Problem(pointer, ProblemText.found(pointer, message.getInstanceNode()), ProblemText.allowed(rule));
        };
    }

    private static JsonNode at(JsonNode rule, String key) {
        return rule.path("properties").path(key);
    }

    private static String keys(String unknown, JsonNode rule, Collection<String> furtherKeys) {
        List<String> known = new ArrayList<>(furtherKeys);
        rule.path("properties").fieldNames().forEachRemaining(known::add);
        return String.join(", ", known)
                + ProblemText.closest(unknown, known)
                        .map(key -> " (did you mean " + key + "?)")
                        .orElse("");
    }
}
