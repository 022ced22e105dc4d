package io.firstline.feed.message;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The difference between the copies of two connections. Each message of one is paired with the message of the other
 * that has the same members and the fewest different values; the better half of the pairs counts. Pure. Expensive:
 * not for every message.
 *
 * @param members JSON pointers to the values that differ in most pairs
 * @param keyCandidates JSON pointers to the values that are equal within a pair and differ between messages
 */
public record CopyDifference(List<String> members, List<String> keyCandidates) {
    public static final CopyDifference NONE = new CopyDifference(List.of(), List.of());
    /** Larger messages are not compared, nor messages with more than {@link #MAX_MEMBERS} members. */
    public static final int MAX_BYTES = 16_384;

    static final int MAX_MESSAGES = 16;
    private static final int MAX_MEMBERS = 200;
    private static final int MAX_REPORTED = 8;
    private static final ObjectMapper JSON = new ObjectMapper();

    private record Pair(Map<String, String> one, Map<String, String> other, List<String> differing) {}

    /** Compares the last messages of two connections. */
    public static CopyDifference between(List<Buffer> ones, List<Buffer> others) {
        List<Map<String, String>> first = flat(ones);
        List<Map<String, String>> second = flat(others);
        List<Pair> found = new ArrayList<>();
        for (Map<String, String> one : first) {
            second.stream()
                    .filter(other -> other.keySet().equals(one.keySet()))
                    .map(other -> new Pair(one, other, differing(one, other)))
                    .filter(pair -> pair.differing().size() < one.size())
                    .min(Comparator.comparingInt(pair -> pair.differing().size()))
                    .ifPresent(found::add);
        }
        if (found.size() < 2) {
            return NONE;
        }
        found.sort(Comparator.comparingInt(pair -> pair.differing().size()));
        // some messages have no copy on the other connection
        List<Pair> pairs = found.subList(0, (found.size() + 1) / 2 + 1);
        Map<String, Integer> counts = new LinkedHashMap<>();
        pairs.forEach(pair -> pair.differing().forEach(pointer -> counts.merge(pointer, 1, Integer::sum)));
        List<String> members = counts.entrySet().stream()
                .filter(each -> 2 * each.getValue() > pairs.size())
                .map(Map.Entry::getKey)
                .limit(MAX_REPORTED)
                .toList();
        return new CopyDifference(members, keyCandidates(pairs, counts));
    }

    private static List<String> keyCandidates(List<Pair> pairs, Map<String, Integer> differing) {
        Map<String, String> seen = new HashMap<>(pairs.get(0).one());
        return pairs.get(0).one().keySet().stream()
                .filter(pointer -> !differing.containsKey(pointer))
                .filter(pointer -> pairs.stream()
                        .anyMatch(pair -> pair.one().containsKey(pointer)
                                && !pair.one().get(pointer).equals(seen.get(pointer))))
                .limit(MAX_REPORTED)
                .toList();
    }

    private static List<String> differing(Map<String, String> one, Map<String, String> other) {
        return one.entrySet().stream()
                .filter(each -> !each.getValue().equals(other.get(each.getKey())))
                .map(Map.Entry::getKey)
                .toList();
    }

    private static List<Map<String, String>> flat(List<Buffer> messages) {
        return messages.stream()
                .map(CopyDifference::flat)
                .filter(Objects::nonNull)
                .toList();
    }

    /** Returns the values of a message by their pointers; null if it is not a JSON object or array, or is too large. */
    private static Map<String, String> flat(Buffer message) {
        JsonNode tree = tree(message);
        Map<String, String> values = new LinkedHashMap<>();
        return tree != null && tree.isContainerNode() && collect("", tree, values) ? values : null;
    }

    /** Parses a message; null if it is not JSON. */
    static JsonNode tree(Buffer message) {
        try {
            return message.length() > MAX_BYTES ? null : JSON.readTree(message.getBytes());
        } catch (JsonProcessingException e) {
            return null; // a message that is not JSON has no members
        } catch (IOException e) {
            throw new AssertionError("no input or output here", e);
        }
    }

    private static boolean collect(String pointer, JsonNode node, Map<String, String> values) {
        if (node.isObject()) {
            for (Map.Entry<String, JsonNode> member : node.properties()) {
                String step = member.getKey().replace("~", "~0").replace("/", "~1");
                if (step.length() > StreamTable.MAX_NAME || !collect(pointer + "/" + step, member.getValue(), values)) {
                    return false;
                }
            }
        } else if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                if (!collect(pointer + "/" + i, node.get(i), values)) {
                    return false;
                }
            }
        } else if (values.size() == MAX_MEMBERS) {
            return false;
        } else {
            values.put(pointer, node.toString());
        }
        return true;
    }
}
