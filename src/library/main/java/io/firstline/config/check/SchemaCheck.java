package io.firstline.config.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.firstline.config.problem.Problem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks one value by the keywords that our schemas use, as JSON Schema 2020-12 defines them. A general validator takes
 * longer to load than the rest of the program to start. For one check.
 */
final class SchemaCheck {
    /** Keywords for editors and readers. */
    private static final Set<String> ANNOTATIONS =
            Set.of("$schema", "$id", "$defs", "$comment", "title", "description", "default", "examples");

    /** At most as many as the schemas have. */
    private static final Map<String, Pattern> PATTERNS = new ConcurrentHashMap<>();

    private final JsonNode root;
    private final boolean part;
    private final List<String> furtherKeys;
    private final Map<String, Problem> problems = new LinkedHashMap<>();

    /**
     * Creates a check.
     *
     * @param root the tree of the schema, for its references
     * @param part whether keys may be missing
     * @param furtherKeys allowed keys that the caller has removed from the value
     */
    SchemaCheck(JsonNode root, boolean part, List<String> furtherKeys) {
        this.root = root;
        this.part = part;
        this.furtherKeys = furtherKeys;
    }

    /** Returns the problems of the value, the first one of each place. */
    List<Problem> problems(JsonNode value, JsonNode rule) {
        check(value, rule, "");
        return new ArrayList<>(problems.values());
    }

    private void check(JsonNode value, JsonNode rule, String pointer) {
        // the members first: their problems tell more than those of the object
        rule.path("properties").properties().forEach(known -> {
            JsonNode member = value.get(known.getKey());
            if (member != null) {
                check(member, known.getValue(), pointer + ProblemText.step(known.getKey()));
            }
        });
        rule.properties().forEach(keyword -> {
            JsonNode argument = keyword.getValue();
            switch (keyword.getKey()) {
                case "$ref" -> check(value, root.at(argument.textValue().substring(1)), pointer);
                case "properties" -> {}
                case "additionalProperties" -> checkFurther(value, rule, pointer);
                case "propertyNames" -> checkNames(value, argument, pointer);
                case "required" -> checkRequired(value, rule, pointer);
                case "items" -> checkItems(value, argument, pointer);
                default -> {
                    if (!ANNOTATIONS.contains(keyword.getKey()) && !holds(keyword.getKey(), argument, value)) {
                        String found = found(keyword.getKey(), value, pointer);
                        add(new Problem(pointer, found, ProblemText.allowed(rule)));
                    }
                }
            }
        });
    }

    private void add(Problem problem) {
        problems.putIfAbsent(problem.pointer(), problem);
    }

    private void checkFurther(JsonNode value, JsonNode rule, String pointer) {
        JsonNode further = rule.get("additionalProperties");
        JsonNode known = rule.path("properties");
        value.properties().stream()
                .filter(member -> !known.has(member.getKey()))
                .forEach(member -> {
                    String place = pointer + ProblemText.step(member.getKey());
                    if (further.isObject()) {
                        check(member.getValue(), further, place);
                    } else if (!further.booleanValue()) {
                        add(new Problem(place, "an unknown key", keys(member.getKey(), known, pointer)));
                    }
                });
    }

    private String keys(String unknown, JsonNode properties, String pointer) {
        List<String> known = new ArrayList<>(pointer.isEmpty() ? furtherKeys : List.of());
        properties.fieldNames().forEachRemaining(known::add);
        return String.join(", ", known)
                + ProblemText.closest(unknown, known)
                        .map(key -> " (did you mean " + key + "?)")
                        .orElse("");
    }

    private void checkNames(JsonNode value, JsonNode rule, String pointer) {
        value.properties().forEach(member -> {
            JsonNode name = TextNode.valueOf(member.getKey());
            if (!new SchemaCheck(root, part, List.of()).problems(name, rule).isEmpty()) {
                String place = pointer + ProblemText.step(member.getKey());
                add(new Problem(place, "the name " + ProblemText.quoted(member.getKey()), FeedName.ALLOWED));
            }
        });
    }

    private void checkRequired(JsonNode value, JsonNode rule, String pointer) {
        if (part || !value.isObject()) {
            return;
        }
        rule.get("required").forEach(key -> {
            if (!value.has(key.textValue())) {
                JsonNode missing = rule.path("properties").path(key.textValue());
                add(new Problem(pointer + ProblemText.step(key.textValue()), "nothing", ProblemText.allowed(missing)));
            }
        });
    }

    private void checkItems(JsonNode value, JsonNode rule, String pointer) {
        for (int i = 0; value.isArray() && i < value.size(); i++) {
            check(value.get(i), rule, pointer + "/" + i);
        }
    }

    private static boolean holds(String keyword, JsonNode argument, JsonNode value) {
        return switch (keyword) {
            case "type" -> isOf(argument, value);
            case "enum" -> contains(argument, value);
            case "minimum" -> !value.isNumber() || compare(value, argument) >= 0;
            case "maximum" -> !value.isNumber() || compare(value, argument) <= 0;
            case "minLength" -> !value.isTextual() || length(value.textValue()) >= argument.intValue();
            case "pattern" -> !value.isTextual() || matches(argument.textValue(), value.textValue());
            case "minItems" -> !value.isArray() || value.size() >= argument.intValue();
            case "maxItems" -> !value.isArray() || value.size() <= argument.intValue();
            case "uniqueItems" -> !value.isArray() || !argument.booleanValue() || isUnique(value);
            case "minProperties" -> !value.isObject() || value.size() >= argument.intValue();
            case "maxProperties" -> !value.isObject() || value.size() <= argument.intValue();
            default -> throw new IllegalStateException("no keyword of our schemas: " + keyword);
        };
    }

    private static String found(String keyword, JsonNode value, String pointer) {
        return switch (keyword) {
            case "uniqueItems" -> "an array with repetitions";
            case "minItems" -> "an empty array";
            case "maxItems" -> value.size() + " items";
            case "minProperties" -> "an empty object";
            case "maxProperties" -> value.size() + " entries";
            default -> ProblemText.found(pointer, value);
        };
    }

    private static boolean isOf(JsonNode types, JsonNode value) {
        if (types.isTextual()) {
            return isOf(types.textValue(), value);
        }
        for (JsonNode type : types) {
            if (isOf(type.textValue(), value)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOf(String type, JsonNode value) {
        return switch (type) {
            case "string" -> value.isTextual();
            case "integer" -> value.canConvertToExactIntegral();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "array" -> value.isArray();
            case "object" -> value.isObject();
            default -> throw new IllegalStateException("no type of our schemas: " + type);
        };
    }

    private static int compare(JsonNode value, JsonNode bound) {
        return value.isIntegralNumber() && bound.isIntegralNumber()
                ? value.bigIntegerValue().compareTo(bound.bigIntegerValue())
                : Double.compare(value.doubleValue(), bound.doubleValue()); // may be infinite
    }

    private static boolean contains(JsonNode array, JsonNode value) {
        for (JsonNode each : array) {
            if (each.equals(value)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isUnique(JsonNode array) {
        Set<JsonNode> seen = new HashSet<>();
        for (JsonNode each : array) {
            if (!seen.add(each)) {
                return false;
            }
        }
        return true;
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /** In a schema, {@code $} is the end of the text, in Java also the place before a last line feed. */
    private static boolean matches(String pattern, String text) {
        Matcher matcher = PATTERNS.computeIfAbsent(pattern, Pattern::compile).matcher(text);
        return matcher.find() && (!pattern.endsWith("$") || matcher.end() == text.length());
    }
}
