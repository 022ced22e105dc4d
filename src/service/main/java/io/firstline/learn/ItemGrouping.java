package io.firstline.learn;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds an array whose elements connections have in common while they group them differently into messages. */
final class ItemGrouping {
    private static final double MOST = 0.9;
    private static final int MAX_ELEMENTS = 10_000;

    private ItemGrouping() {}

    /** The pointer to the array, if the kind has one. */
    static Optional<String> array(StreamGroup kind) {
        if (kind.connections() < 2 || common(kind, null) >= MOST) {
            return Optional.empty();
        }
        Map<String, Integer> longest = new LinkedHashMap<>();
        kind.messages().forEach(message -> message.arrays()
                .forEach((pointer, size) -> longest.merge(pointer, size, Math::max)));
        return longest.entrySet().stream()
                .filter(each -> each.getValue() > 1 && !each.getKey().matches(".*/-?\\d+(/.*)?"))
                .map(Map.Entry::getKey)
                .filter(pointer -> common(kind, pointer) >= MOST)
                .findFirst();
    }

    /** The share of messages, or of an array's elements, that all connections have in common. */
    private static double common(StreamGroup kind, String pointer) {
        Map<String, List<Set<String>>> streams = new LinkedHashMap<>();
        for (StreamGroup.Run run : kind.runs()) {
            Set<String> found = new HashSet<>();
            for (ReadMessage message : run.messages()) {
                if (pointer == null) {
                    found.add(message.text());
                } else {
                    message.root().at(pointer).forEach(element -> found.add(element.toString()));
                }
            }
            streams.computeIfAbsent(run.stream(), any -> new ArrayList<>()).add(found);
        }
        int all = 0;
        int shared = 0;
        for (List<Set<String>> connections : streams.values()) {
            for (int i = 1; i < connections.size(); i++) {
                Set<String> both = new HashSet<>(connections.get(0));
                both.retainAll(connections.get(i));
                shared += both.size();
                all += Math.min(connections.get(0).size(), connections.get(i).size());
            }
        }
        return all == 0 ? 0 : (double) shared / all;
    }

    /** The kind as if each message had one element. */
    static StreamGroup cut(StreamGroup kind, String pointer) {
        return kind.with(kind.runs().stream()
                .map(run -> new StreamGroup.Run(
                        run.stream(),
                        run.connection(),
                        run.messages().stream()
                                .flatMap(message -> cut(message, pointer).stream())
                                .toList()))
                .toList());
    }

    private static List<ReadMessage> cut(ReadMessage message, String pointer) {
        JsonNode array = message.root().at(pointer);
        if (array.size() <= 1 || array.size() > MAX_ELEMENTS) {
            return List.of(message);
        }
        List<ReadMessage> messages = new ArrayList<>();
        for (JsonNode element : array) {
            JsonNode single = single(message.root(), pointer, element);
            messages.add(ReadMessage.of(message.connection(), single.toString(), single));
        }
        return messages;
    }

    private static JsonNode single(JsonNode root, String pointer, JsonNode element) {
        ArrayNode only = JsonNodeFactory.instance.arrayNode().add(element);
        if (pointer.isEmpty()) {
            return only;
        }
        JsonNode copy = shallow(root);
        JsonPointer at = JsonPointer.compile(pointer);
        JsonNode parent = copy;
        for (JsonPointer step = at; step.tail() != null && !step.tail().matches(); step = step.tail()) {
            String name = step.getMatchingProperty();
            JsonNode child = shallow(parent.get(name));
            ((ObjectNode) parent).set(name, child);
            parent = child;
        }
        ((ObjectNode) parent).set(at.last().getMatchingProperty(), only);
        return copy;
    }

    private static ObjectNode shallow(JsonNode object) {
        ObjectNode copy = JsonNodeFactory.instance.objectNode();
        object.fields().forEachRemaining(member -> copy.set(member.getKey(), member.getValue()));
        return copy;
    }
}
