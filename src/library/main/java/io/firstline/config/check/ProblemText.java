package io.firstline.config.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Formats values and rules for error messages: nothing secret, nothing long, no control characters. Pure functions. */
public final class ProblemText {
    /** Values under these keys may contain a credential, so errors show only their type. */
    private static final Pattern SECRET_PLACE =
            Pattern.compile(".*/(?:headers|onConnect|subscribe|unsubscribe|token|secrets)(?:/.*|$)", Pattern.DOTALL);

    private static final int LONGEST = 120;
    private static final int MAX_NEAR = 5;

    private ProblemText() {}

    /** A key as a step of a JSON pointer. */
    public static String step(String key) {
        return "/" + key.replace("~", "~0").replace("/", "~1");
    }

    /** A quoted text, with secrets masked and control characters escaped. */
    public static String quoted(String text) {
        String shown = FeedUrl.masked(text);
        return TextNode.valueOf(shown.length() > LONGEST ? shown.substring(0, LONGEST) + "…" : shown)
                .toString();
    }

    /** A configuration value in the form for an error. */
    public static String found(String pointer, JsonNode value) {
        boolean isPublic = !SECRET_PLACE.matcher(pointer).matches();
        return switch (value.getNodeType()) {
            case OBJECT -> "an object";
            case ARRAY -> "an array";
            case STRING -> isPublic ? quoted(value.textValue()) + " (a string)" : "a string";
            case NUMBER -> isPublic ? value.asText() + " (a number)" : "a number";
            case BOOLEAN -> value.asText() + " (a boolean)";
            case NULL -> "null";
            default -> "nothing";
        };
    }

    /** The values that a schema allows. */
    public static String allowed(JsonNode schema) {
        if (schema.has("enum")) {
            return oneOf(texts(schema.get("enum")));
        }
        if (schema.has("$comment")) {
            return schema.get("$comment").textValue();
        }
        return switch (schema.path("type").asText()) {
            case "integer" -> "an integer" + range(schema);
            case "number" -> "a number" + range(schema);
            case "boolean" -> "true or false";
            case "array" ->
                "an array" + items(schema.path("items"))
                        + (schema.path("uniqueItems").asBoolean() ? " without repetitions" : "")
                        + size(schema, "minItems", "maxItems", "items");
            case "object" -> "an object" + size(schema, "minProperties", "maxProperties", "entries");
            default -> schema.path("minLength").asInt() > 0 ? "a string that is not empty" : "a string";
        };
    }

    public static String oneOf(List<String> values) {
        return values.stream().map(ProblemText::quoted).collect(Collectors.joining(" or "));
    }

    private static String range(JsonNode schema) {
        return " from " + schema.get("minimum").asText() + " to "
                + schema.get("maximum").asText();
    }

    private static String items(JsonNode items) {
        JsonNode type = items.path("type");
        List<String> types = type.isArray() ? texts(type) : List.of(type.asText("object"));
        return " of " + types.stream().map(each -> each + "s").collect(Collectors.joining(" or "));
    }

    private static String size(JsonNode schema, String min, String max, String what) {
        if (schema.has(min) && schema.has(max)) {
            return " with " + schema.get(min).asText() + " to "
                    + schema.get(max).asText() + " " + what;
        } else if (schema.has(max)) {
            return " with at most " + schema.get(max).asText() + " " + what;
        }
        return schema.has(min) ? " that is not empty" : "";
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(value -> texts.add(value.textValue()));
        return texts;
    }

    /** The known key that a mistyped one probably means: at most a third of its letters differ. */
    public static Optional<String> closest(String key, Collection<String> known) {
        if (key.length() > LONGEST) {
            return Optional.empty();
        }
        int limit = Math.max(1, key.length() / 3);
        return known.stream()
                .filter(candidate -> distance(key, candidate) <= limit)
                .min((a, b) -> Integer.compare(distance(key, a), distance(key, b)));
    }

    /**
     * The names that a wrong one may mean, the most similar first: at most a quarter of the letters of one differ from the
     * beginning of the other.
     */
    public static List<String> near(String wrong, Collection<String> names) {
        if (wrong.isEmpty() || wrong.length() > LONGEST) {
            return List.of();
        }
        return names.stream()
                .filter(name ->
                        beginningDistance(wrong, name) <= Math.max(1, Math.min(wrong.length(), name.length()) / 4))
                .sorted(Comparator.comparingInt((String name) -> beginningDistance(wrong, name))
                        .thenComparingInt(name -> distance(wrong, name)))
                .limit(MAX_NEAR)
                .toList();
    }

    /** The distance of the shorter text to the nearest beginning of the longer one. */
    private static int beginningDistance(String a, String b) {
        int[] row = a.length() <= b.length() ? distances(a, b) : distances(b, a);
        return Arrays.stream(row).min().orElseThrow();
    }

    /** Levenshtein's edit distance, ignoring case. */
    public static int distance(String from, String to) {
        return distances(from, to)[to.length()];
    }

    /** The distances of a text to each beginning of another one. */
    private static int[] distances(String from, String to) {
        String a = from.toLowerCase(Locale.ROOT);
        String b = to.toLowerCase(Locale.ROOT);
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j - 1], row[j]));
            }
        }
        return row;
    }
}
