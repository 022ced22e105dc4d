package io.firstline.config.check;

import com.fasterxml.jackson.databind.JsonNode;
import io.firstline.config.problem.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The first of two layers of checks: types, keys and ranges, from the JSON schemas in {@code conf/} (editors read the
 * same files). The records themselves check URLs and rules for several keys. Thread-safe.
 */
public final class Schema {
    private final JsonNode tree;
    private final JsonNode rule;

    private Schema(JsonNode tree, JsonNode rule) {
        this.tree = tree;
        this.rule = rule;
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
        return ShippedVenue.VENUE;
    }

    /** Parsed on first use. */
    private static final class Shipped {
        static final Schema SERVICE = load("conf/firstline.schema.json");
        static final Schema FEED = new Schema(SERVICE.tree, SERVICE.tree.at("/$defs/feed"));
    }

    private static final class ShippedVenue {
        static final Schema VENUE = load("conf/venues/venue.schema.json");
    }

    private static Schema load(String resource) {
        JsonNode tree = parse(resource);
        return new Schema(tree, tree);
    }

    private static JsonNode parse(String resource) {
        try (InputStream in = Schema.class.getResourceAsStream("/" + resource)) {
            return JsonText.tree(new String(in.readAllBytes(), StandardCharsets.UTF_8), new ArrayList<>());
        } catch (IOException e) {
            throw new UncheckedIOException("The schema " + resource + " cannot be read from the class path", e);
        }
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
        return new SchemaCheck(tree, false, List.of(furtherKeys)).problems(value, rule);
    }

    /** The problems of a value that extends another: as {@link #check}, but keys may be missing. */
    public List<Problem> checkPart(JsonNode value) {
        return new SchemaCheck(tree, true, List.of()).problems(value, rule);
    }
}
