package io.firstline.config.check;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.firstline.config.problem.Problem;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces environment variables and file contents in the strings of a configuration: {@code ${NAME}},
 * {@code ${NAME:default}} for an optional variable, or {@code ${file:/run/secrets/key}}. Names consist of capitals, so
 * placeholders of requests such as {@code ${streams}} remain. A doubled dollar sign before a brace means one dollar
 * sign and no variable.
 */
public final class Environment {
    private static final Pattern VARIABLE = Pattern.compile(
            "(\\$\\$\\{)|\\$\\{file:(?<file>[^}]+)}|\\$\\{(?<name>[A-Z_][A-Z0-9_]*)(?::(?<default>[^}]*))?}");

    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]{0,17})(\\.[0-9]{1,17})?");
    /** At these keys a variable must be the whole value, and the value is never shown. */
    private static final Pattern TOKENS =
            Pattern.compile("/http/token|/relay/token|/bridges/tcp/token|/feeds/[^/]+/secrets/[^/]+");

    private static final String UNREADABLE = "which cannot be read: ";

    private final Path directory;
    private final UnaryOperator<String> values;
    private final List<Problem> problems;
    private final Set<String> filled = new TreeSet<>();
    /** The filled places whose whole value is a variable. */
    private final Set<String> whole = new TreeSet<>();

    private Environment(Path directory, UnaryOperator<String> values, List<Problem> problems) {
        this.directory = directory;
        this.values = values;
        this.problems = problems;
    }

    /**
     * Fills in a tree, in place.
     *
     * @param directory base of relative file paths; null = the working directory
     * @param values returns the value of a variable, null if not set
     * @param problems gets each variable without value and default, and each unreadable file
     * @return the filled places
     */
    public static Environment fill(
            JsonNode root, Path directory, UnaryOperator<String> values, List<Problem> problems) {
        Environment environment = new Environment(directory, values, problems);
        environment.fill(root, "");
        return environment;
    }

    /** Returns whether <code>${place}</code> would have been replaced, unless its dollar sign was doubled. */
    public static boolean isPlace(String place) {
        return VARIABLE.matcher("${" + place + "}").matches();
    }

    /** Hides the value of an environment variable in a problem: it may be secret. */
    public Problem discreet(Problem problem) {
        return filled.contains(problem.pointer())
                        && !problem.found().endsWith("not set")
                        && !problem.found().contains(UNREADABLE)
                ? new Problem(problem.pointer(), "a value from the environment", problem.allowed())
                : problem;
    }

    private void fill(JsonNode node, String pointer) {
        if (node instanceof ObjectNode object) {
            object.fields()
                    .forEachRemaining(e -> e.setValue(filled(e.getValue(), pointer + ProblemText.step(e.getKey()))));
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, filled(array.get(i), pointer + "/" + i));
            }
        }
    }

    private JsonNode filled(JsonNode node, String pointer) {
        if (!node.isTextual() || TOKENS.matcher(pointer).matches()) {
            fill(node, pointer);
            return node;
        }
        Matcher variable = VARIABLE.matcher(node.textValue());
        StringBuilder text = new StringBuilder();
        while (variable.find()) {
            String value = "${";
            if (variable.group(1) == null) {
                filled.add(pointer);
                if (variable.start() == 0 && variable.end() == node.textValue().length()) {
                    whole.add(pointer);
                }
                value = variable.group("file") == null
                        ? value(variable, pointer)
                        : content(variable.group("file"), pointer);
            }
            variable.appendReplacement(text, Matcher.quoteReplacement(value));
        }
        return TextNode.valueOf(variable.appendTail(text).toString());
    }

    private String value(Matcher variable, String pointer) {
        String name = variable.group("name");
        String value = values.apply(name);
        if (value != null) {
            return value;
        }
        if (variable.group("default") == null) {
            problems.add(new Problem(
                    pointer,
                    "${" + name + "}, which is not set",
                    "a variable that is set, or ${" + name + ":default}"));
            return "";
        }
        return variable.group("default");
    }

    private String content(String file, String pointer) {
        try {
            return SecretFile.read(file, directory);
        } catch (IOException e) {
            problems.add(new Problem(
                    pointer,
                    "${file:" + file + "}, " + UNREADABLE + e.getMessage(),
                    "a file of at most " + SecretFile.MAX_BYTES + " bytes that can be read"));
            return "";
        }
    }

    /**
     * Converts texts that come wholly from the environment to numbers and booleans, in place, where the schema rejects
     * the text.
     *
     * @param wrong the places that the schema rejects
     * @return whether anything has changed
     */
    public boolean convert(JsonNode root, Collection<Problem> wrong) {
        boolean changed = false;
        for (Problem problem : wrong) {
            String pointer = problem.pointer();
            JsonNode converted =
                    whole.contains(pointer) ? converted(root.at(pointer).textValue()) : null;
            if (converted != null) {
                put(root, pointer, converted);
                changed = true;
            }
        }
        return changed;
    }

    private static JsonNode converted(String text) {
        if (text == null) {
            return null;
        }
        if (text.equals("true") || text.equals("false")) {
            return BooleanNode.valueOf(text.equals("true"));
        }
        if (!NUMBER.matcher(text).matches()) {
            return null;
        }
        return text.contains(".") ? DecimalNode.valueOf(new BigDecimal(text)) : LongNode.valueOf(Long.parseLong(text));
    }

    private static void put(JsonNode root, String pointer, JsonNode value) {
        JsonPointer path = JsonPointer.compile(pointer);
        JsonNode parent = root.at(path.head());
        if (parent instanceof ObjectNode object) {
            object.set(path.last().getMatchingProperty(), value);
        } else if (parent instanceof ArrayNode array) {
            array.set(path.last().getMatchingIndex(), value);
        }
    }
}
