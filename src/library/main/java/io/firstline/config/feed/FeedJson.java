package io.firstline.config.feed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.firstline.config.check.ProblemText;
import io.firstline.config.check.SchemaKeys;
import io.firstline.config.problem.InvalidConfigException;
import io.firstline.config.problem.Problem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * One feed's JSON without the keys that the schema rejected, and the problems that are found while it is read. Its
 * readers ask {@link #isBroken} if a removed key could make another one look wrong.
 */
final class FeedJson {
    private static final SchemaKeys KEYS = SchemaKeys.FEED;

    private final ObjectNode json;
    private final Set<String> broken = new HashSet<>();
    private final List<Problem> problems = new ArrayList<>();

    /** @param known problems with pointers relative to the feed: these keys are removed from a copy of the JSON */
    FeedJson(ObjectNode json, List<Problem> known) {
        this.json = json.deepCopy();
        known.forEach(problem -> takeOut(problem.pointer()));
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

    /** Whether a pointer leads to a value or into it. */
    static boolean isIn(String pointer, String value) {
        return pointer.equals(value) || pointer.startsWith(value + "/");
    }

    /** Whether this key was removed. */
    boolean isBroken(String key) {
        return broken.contains(key);
    }

    /** Whether any key was removed. */
    boolean isAnyBroken() {
        return !broken.isEmpty();
    }

    boolean has(String key) {
        return json.has(key);
    }

    JsonNode path(String key) {
        return json.path(key);
    }

    /** The problems that were found until now. */
    List<Problem> problems() {
        return problems;
    }

    void report(String pointer, String found, String allowed) {
        problems.add(new Problem(pointer, found, allowed));
    }

    /** Reads a record; {@code values} has what the keys alone do not say. */
    <T extends Record> T read(Class<T> type, Map<String, Object> values, T otherwise) {
        return attempt(() -> KEYS.read(type, json, values), otherwise);
    }

    /** Runs a record's own checks. */
    <T> T attempt(Supplier<T> made, T otherwise) {
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

    int number(String key) {
        return number(key, KEYS.defaultNumber(key));
    }

    int number(String key, int otherwise) {
        return json.path(key).asInt(otherwise);
    }

    boolean flag(String key, boolean otherwise) {
        return json.path(key).asBoolean(otherwise);
    }

    String text(String key) {
        return json.path(key).asText();
    }

    List<String> texts(String key) {
        return texts(json.path(key));
    }

    /** One text, or an array of them. */
    static List<String> texts(JsonNode json) {
        List<String> texts = new ArrayList<>();
        if (json.isTextual()) {
            texts.add(json.textValue());
        }
        json.forEach(item -> texts.add(item.textValue()));
        return texts;
    }
}
