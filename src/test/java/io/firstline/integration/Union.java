package io.firstline.integration;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The expected merged stream of several connections, computed without Firstline: the k-th occurrence of a payload on
 * one connection is the same message as the k-th on another, and each such message appears once.
 */
final class Union {
    /** The k-th occurrence of a payload, from 1. */
    record Occurrence(String text, int number) {}

    /** A merged message, and the connection whose copy it is. */
    record Published(String connection, String text) {}

    /**
     * The result of a comparison; empty lists = exact. Each list contains its messages, shortened.
     *
     * @param overtaken pairs in another order than on some connection, because a connection without the earlier
     *     message was first
     */
    record Verdict(int messages, List<String> lost, List<String> invented, List<String> outOfOrder, int overtaken) {}

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
     * Compares a merged stream with what each connection carried.
     *
     * <p>Within a stream, messages must have the order of the connections. Only a connection that never had an
     * earlier message may overtake it: its snapshot contained it, or it got the same event in other bytes. When such
     * a connection delivers a later message first, no one can know that one is missing.
     *
     * @param stream returns the name of a message's stream, its channel and symbol
     */
    static Verdict judge(List<List<String>> connections, List<Published> merged, UnaryOperator<String> stream) {
        List<List<Occurrence>> carried =
                connections.stream().map(Union::occurrences).toList();
        Set<Occurrence> expected = of(connections);
        List<Occurrence> published =
                occurrences(merged.stream().map(Published::text).toList());
        Map<Occurrence, Integer> position = new LinkedHashMap<>();
        published.forEach(each -> position.put(each, position.size()));
        Map<String, List<Set<Occurrence>>> candidates = candidates(carried, merged, published);
        Set<String> outOfOrder = new LinkedHashSet<>();
        int overtaken = 0;
        for (List<Occurrence> line : carried) {
            Map<String, List<Occurrence>> before = new HashMap<>();
            Map<String, Integer> last = new HashMap<>();
            for (Occurrence later : line) {
                Integer at = position.get(later);
                if (at == null) {
                    continue; // reported as lost
                }
                String name = stream.apply(later.text());
                List<Occurrence> earlier = before.computeIfAbsent(name, n -> new ArrayList<>());
                if (last.merge(name, at, Math::max) > at) {
                    List<Set<Occurrence>> winner = candidates.get(merged.get(at).connection());
                    for (Occurrence each : earlier) {
                        if (position.get(each) > at) {
                            if (winner.stream().allMatch(set -> set.contains(each))) {
                                outOfOrder.add(shortened(each));
                            } else {
                                overtaken++;
                            }
                        }
                    }
                }
                earlier.add(later);
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
                List.copyOf(outOfOrder),
                overtaken);
    }

    /** The recordings that each connection may have played: those that contain everything it won. */
    private static Map<String, List<Set<Occurrence>>> candidates(
            List<List<Occurrence>> carried, List<Published> merged, List<Occurrence> published) {
        Map<String, List<Set<Occurrence>>> candidates = new HashMap<>();
        for (int i = 0; i < merged.size(); i++) {
            Occurrence won = published.get(i);
            candidates
                    .computeIfAbsent(
                            merged.get(i).connection(),
                            c -> new ArrayList<>(
                                    carried.stream().map(Set::copyOf).toList()))
                    .removeIf(set -> !set.contains(won));
        }
        return candidates;
    }

    private static String shortened(Occurrence each) {
        String text = each.text();
        return "#" + each.number() + " " + (text.length() > 150 ? text.substring(0, 150) + "…" : text);
    }
}
