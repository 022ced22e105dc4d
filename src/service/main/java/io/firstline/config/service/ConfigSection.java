package io.firstline.config.service;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.firstline.config.check.ProblemText;
import io.firstline.config.problem.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * Reads one section of a configuration without the values that are known to be wrong, so that one error does not hide
 * the others, and causes none.
 */
final class ConfigSection {
    /** The keys of {@code cluster} that are compared with others: without those they may look wrong. */
    static final Map<String, List<String>> CLUSTER = Map.of(
            "/members", List.of("/host", "/port", "/dns", "/lease"),
            "/replicas", List.of("/members", "/dns", "/lease"),
            "/busPort", List.of("/port"),
            "/controlPort", List.of("/port", "/busPort"),
            "/tls", List.of("/allowPlaintext"),
            "/lease/etcd", List.of("/allowPlaintext"),
            "/lease/kubernetes/url", List.of("/allowPlaintext"));

    static final Map<String, List<String>> HTTP = Map.of("/managementPort", List.of("/port"));

    private ConfigSection() {}

    /**
     * Reads a section.
     *
     * @param problems the known ones; gets those that the reader finds
     * @param comparedWith the keys without which another key may look wrong
     * @return null if there is no such section, or the reader has found a problem
     */
    static <T> T read(
            String key,
            JsonNode root,
            List<Problem> problems,
            Map<String, List<String>> comparedWith,
            BiFunction<JsonNode, List<Problem>, T> reader) {
        String pointer = ProblemText.step(key);
        if (!(root.get(key) instanceof ObjectNode object)
                || problems.stream().anyMatch(p -> p.pointer().equals(pointer))) {
            return null;
        }
        List<String> wrong = problems.stream()
                .filter(p -> isIn(p.pointer(), pointer))
                .map(p -> p.pointer().substring(pointer.length()))
                .toList();
        ObjectNode section = object.deepCopy();
        wrong.forEach(each -> remove(section, each));
        List<Problem> found = new ArrayList<>();
        T read = reader.apply(section, found);
        found.stream()
                .filter(p -> wrong.stream().noneMatch(each -> explains(each, p.pointer(), comparedWith)))
                .forEach(p -> problems.add(p.under(pointer)));
        return read;
    }

    /** Those of the found problems whose place is not that of a known one, nor around it. */
    static List<Problem> without(List<Problem> known, List<Problem> found) {
        return found.stream()
                .filter(p -> known.stream().noneMatch(k -> isIn(k.pointer(), p.pointer())))
                .toList();
    }

    private static boolean explains(String wrong, String pointer, Map<String, List<String>> comparedWith) {
        return isIn(pointer, wrong)
                || isIn(wrong, pointer)
                || comparedWith.getOrDefault(pointer, List.of()).stream().anyMatch(key -> isIn(wrong, key));
    }

    private static boolean isIn(String pointer, String place) {
        return pointer.equals(place) || pointer.startsWith(place + "/");
    }

    /** Removes the value at a place; where a key is missing, the object that should have it. */
    private static void remove(ObjectNode object, String pointer) {
        String key = keyOf(object, pointer);
        if (key == null) {
            return; // removed already
        }
        String rest = pointer.substring(ProblemText.step(key).length());
        if (object.get(key) instanceof ObjectNode child && keyOf(child, rest) != null) {
            remove(child, rest);
        } else {
            object.remove(key);
        }
    }

    /** The key of an object on the way to a place, or null. */
    private static String keyOf(ObjectNode object, String pointer) {
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            if (isIn(pointer, ProblemText.step(entry.getKey()))) {
                return entry.getKey();
            }
        }
        return null;
    }
}
