package io.firstline.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts environment variables into the strings of a configuration: {@code ${NAME}}, or {@code ${NAME:default}} for one that need not be
 * set. Names are written in capitals, so that the places of a request such as {@code ${streams}} stay what they are.
 */
final class Environment {
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z_][A-Z0-9_]*)(?::([^}]*))?}");
    /** Takes a variable only as a whole, and does not show its value to anybody. */
    private static final String TOKEN = "/http/token";

    private final UnaryOperator<String> values;
    private final List<Problem> problems;
    private final Set<String> filled = new TreeSet<>();

    private Environment(UnaryOperator<String> values, List<Problem> problems) {
        this.values = values;
        this.problems = problems;
    }

    /**
     * Fills in a tree, in place.
     *
     * @param values the value of a variable, null if it is not set
     * @param problems gets one for each variable that is not set and has no default
     * @return the places that were filled
     */
    static Set<String> fill(JsonNode root, UnaryOperator<String> values, List<Problem> problems) {
        Environment environment = new Environment(values, problems);
        environment.fill(root, "");
        return environment.filled;
    }

    /** The same problem without what an environment variable says: it may be secret. */
    static Problem discreet(Problem problem, Set<String> filled) {
        return filled.contains(problem.pointer()) && !problem.found().endsWith("not set")
                ? new Problem(problem.pointer(), "what the environment says", problem.allowed())
                : problem;
    }

    private void fill(JsonNode node, String pointer) {
        if (node instanceof ObjectNode object) {
            object.fields().forEachRemaining(e -> e.setValue(filled(e.getValue(), pointer + Wording.step(e.getKey()))));
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, filled(array.get(i), pointer + "/" + i));
            }
        }
    }

    private JsonNode filled(JsonNode node, String pointer) {
        if (!node.isTextual() || pointer.equals(TOKEN)) {
            fill(node, pointer);
            return node;
        }
        Matcher variable = VARIABLE.matcher(node.textValue());
        StringBuilder text = new StringBuilder();
        while (variable.find()) {
            filled.add(pointer);
            variable.appendReplacement(text, Matcher.quoteReplacement(value(variable, pointer)));
        }
        return TextNode.valueOf(variable.appendTail(text).toString());
    }

    private String value(Matcher variable, String pointer) {
        String name = variable.group(1);
        String value = values.apply(name);
        if (value != null) {
            return value;
        }
        if (variable.group(2) == null) {
            problems.add(new Problem(
                    pointer,
                    "${" + name + "}, which is not set",
                    "a variable that is set, or ${" + name + ":default}"));
            return "";
        }
        return variable.group(2);
    }
}
