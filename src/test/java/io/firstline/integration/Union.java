package io.firstline.integration;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * What the merged stream of several connections must be, computed without Firstline: the k-th occurrence of a payload on one connection
 * is the same message as the k-th on another, and each such message appears once.
 */
final class Union {
    /** The k-th occurrence of a payload, from 1. */
    record Occurrence(String text, int number) {}

    /** How a merged stream compares; empty lists = exact. Each list names its messages, shortened. */
    record Verdict(int messages, List<String> lost, List<String> invented, List<String> outOfOrder, int unordered) {}

    private Union() {}

    static List<Occurrence> occurrences(List<String> texts) {
        Map<String, Integer> counts = new HashMap<>();
        return texts.stream()
                .map(text -> new Occurrence(text, counts.merge(text, 1, Integer::sum)))
                .toList();
    }

    static Set<Occurrence> of(List<List<String>> connections) {
        Set<Occurrence> union = new HashSet<>();
        connections.forEach(texts -> union.addAll(occurrences(texts)));
        return union;
    }

    /**
     * Holds a merged stream against what each connection carried.
     *
     * @param stream the name of a message's stream, within which order counts
     * @param commonOnly compare only the order of messages that every connection carried: where the bytes of one event differ between
     *     connections, each form has its place on its own connections only
     */
    static Verdict judge(
            List<List<String>> connections, List<String> merged, UnaryOperator<String> stream, boolean commonOnly) {
        Set<Occurrence> expected = of(connections);
        Map<Occurrence, Integer> position = new LinkedHashMap<>();
        occurrences(merged).forEach(each -> position.put(each, position.size()));
        Set<Occurrence> compared = new HashSet<>(expected);
        if (commonOnly) {
            connections.forEach(texts -> compared.retainAll(Set.copyOf(occurrences(texts))));
        }
        List<String> outOfOrder = new ArrayList<>();
        for (List<String> texts : connections) {
            Map<String, Integer> last = new HashMap<>();
            for (Occurrence each : occurrences(texts)) {
                Integer at = position.get(each);
                if (at != null && compared.contains(each)) {
                    int before = last.merge(stream.apply(each.text()), at, Math::max);
                    if (at < before) {
                        outOfOrder.add(shortened(each));
                    }
                }
            }
        }
        return new Verdict(
                merged.size(),
                expected.stream()
                        .filter(e -> !position.containsKey(e))
                        .map(Union::shortened)
                        .toList(),
                position.keySet().stream()
                        .filter(e -> !expected.contains(e))
                        .map(Union::shortened)
                        .toList(),
                outOfOrder,
                expected.size() - compared.size());
    }

    private static String shortened(Occurrence each) {
        String text = each.text();
        return "#" + each.number() + " " + (text.length() > 150 ? text.substring(0, 150) + "…" : text);
    }
}
