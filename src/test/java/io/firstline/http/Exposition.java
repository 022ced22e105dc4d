package io.firstline.http;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The answer of {@code /metrics}, parsed by the rules of Prometheus' text format: the comments HELP and TYPE come
 * before the samples of their family, each family is in one piece, and no sample is repeated. Everything else is an
 * error.
 */
final class Exposition {
    private static final Pattern COMMENT = Pattern.compile("# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*)(?: (.*))?");
    private static final Pattern SAMPLE =
            Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{.*})? (NaN|[+-]Inf|[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)");
    private static final Pattern LABEL =
            Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\\n]|\\\\[\\\\n\"])*)\",?");

    private final Map<String, Double> samples = new HashMap<>();
    private final Map<String, String> types = new HashMap<>();

    private Exposition() {}

    static Exposition parse(String text) {
        Exposition exposition = new Exposition();
        Set<String> closed = new HashSet<>();
        String family = "";
        if (!text.endsWith("\n")) {
            throw new AssertionError("the last line must end");
        }
        for (String line : text.lines().toList()) {
            Matcher comment = COMMENT.matcher(line);
            if (comment.matches()) {
                if (!comment.group(2).equals(family)) {
                    closed.add(family);
                    family = comment.group(2);
                    require(!closed.contains(family), "a family in two pieces", line);
                }
                if (comment.group(1).equals("TYPE")) {
                    require(exposition.types.put(family, comment.group(3)) == null, "a second type", line);
                }
                continue;
            }
            Matcher sample = SAMPLE.matcher(line);
            require(sample.matches(), "no sample", line);
            require(
                    sample.group(1).matches(Pattern.quote(family) + "(_bucket|_sum|_count|_max|_total)?"),
                    "outside of its family " + family,
                    line);
            String labels = sample.group(2) == null ? "" : sample.group(2);
            if (!labels.isEmpty()) {
                Matcher label = LABEL.matcher(labels).region(1, labels.length() - 1);
                while (label.regionStart() < label.regionEnd()) {
                    require(label.lookingAt(), "a bad label", line);
                    label.region(label.end(), labels.length() - 1);
                }
            }
            String value = sample.group(3).replace("Inf", "Infinity");
            require(
                    exposition.samples.put(sample.group(1) + labels, Double.parseDouble(value)) == null,
                    "a sample twice",
                    line);
        }
        return exposition;
    }

    private static void require(boolean holds, String what, String line) {
        if (!holds) {
            throw new AssertionError(what + ": " + line);
        }
    }

    /** The sum of a counter over all label sets that contain these texts. */
    long sum(String metric, String... labels) {
        return Math.round(samples.entrySet().stream()
                .filter(of(metric, labels))
                .mapToDouble(Map.Entry::getValue)
                .sum());
    }

    long count(String metric, String... labels) {
        return samples.entrySet().stream().filter(of(metric, labels)).count();
    }

    private static Predicate<Map.Entry<String, Double>> of(String metric, String... labels) {
        return e -> {
            boolean holds = e.getKey().equals(metric) || e.getKey().startsWith(metric + "{");
            for (String label : labels) {
                holds &= e.getKey().contains(label);
            }
            return holds;
        };
    }

    /** All samples whose name has this prefix: name and labels with the value. */
    Map<String, Double> all(String prefix) {
        return samples.entrySet().stream()
                .filter(sample -> sample.getKey().startsWith(prefix))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    String type(String family) {
        return types.get(family);
    }

    /** The names of all families. */
    Set<String> families() {
        return types.keySet();
    }

    int size() {
        return samples.size();
    }
}
