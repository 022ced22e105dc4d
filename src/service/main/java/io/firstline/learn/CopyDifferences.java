package io.firstline.learn;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Compares the copies of a kind of stream on several connections: how many are equal in bytes, and which members differ
 * in the others.
 *
 * @param compared messages that the connections have in common in time
 * @param equal those with a copy of the same bytes
 * @param ignore members without which nearly all others have a copy too
 * @param equalWithout messages with a copy once these members are ignored
 */
record CopyDifferences(int compared, int equal, List<String> ignore, int equalWithout) {
    private static final int MAX_UNMATCHED = 300;
    private static final int WINDOW = 20;
    private static final int MAX_MEMBERS = 4;
    private static final double MOST = 0.8;
    private static final Pattern PRICE = Pattern.compile("-?\\d+\\.\\d+|-?\\d{1,5}");
    private static final Pattern NOT_CONTENT = Pattern.compile("(?i).*(id|seq|time|ts)[^/]*");

    static CopyDifferences of(StreamGroup kind) {
        Map<String, List<StreamGroup.Run>> streams = new LinkedHashMap<>();
        kind.runs().forEach(run -> streams.computeIfAbsent(run.stream(), any -> new ArrayList<>())
                .add(run));
        int compared = 0;
        int equal = 0;
        List<List<List<ReadMessage>>> unmatched = new ArrayList<>();
        for (List<StreamGroup.Run> runs : streams.values()) {
            for (int i = 1; i < runs.size(); i++) {
                Common common = Common.of(runs.get(0).messages(), runs.get(i).messages(), ReadMessage::text);
                compared += common.compared;
                equal += common.equal;
                if (!common.left.isEmpty() && !common.right.isEmpty()) {
                    unmatched.add(List.of(limited(common.left), limited(common.right)));
                }
            }
        }
        List<String> ignore = differing(unmatched);
        int more = 0;
        int without = 0;
        if (!ignore.isEmpty()) {
            for (List<List<ReadMessage>> pair : unmatched) {
                Common common = Common.of(pair.get(0), pair.get(1), message -> without(message.root(), ignore));
                more += common.equal;
                without += Math.min(pair.get(0).size(), pair.get(1).size());
            }
        }
        boolean helps = without > 0 && more >= without * MOST;
        // only some of the unmatched messages were looked at
        int all = helps ? equal + (int) ((long) (compared - equal) * more / without) : equal;
        return new CopyDifferences(compared, equal, helps ? ignore : List.of(), all);
    }

    /** The share of copies that are equal in bytes; 1 if there is nothing to compare. */
    double share() {
        return compared == 0 ? 1 : (double) equal / compared;
    }

    /** The same without the members to ignore. */
    double shareWithout() {
        return compared == 0 ? 1 : Math.min(1, (double) equalWithout / compared);
    }

    private static List<ReadMessage> limited(List<ReadMessage> messages) {
        return messages.subList(0, Math.min(messages.size(), MAX_UNMATCHED));
    }

    /** The members that differ between messages which are otherwise equal. */
    private static List<String> differing(List<List<List<ReadMessage>>> unmatched) {
        Map<List<String>, Integer> found = new HashMap<>();
        for (List<List<ReadMessage>> pair : unmatched) {
            for (int i = 0; i < pair.get(0).size(); i++) {
                List<String> least = null;
                for (int k = Math.max(0, i - WINDOW); k < Math.min(pair.get(1).size(), i + WINDOW); k++) {
                    List<String> members =
                            differing(pair.get(0).get(i), pair.get(1).get(k));
                    if (!members.isEmpty() && (least == null || members.size() < least.size())) {
                        least = members;
                    }
                }
                if (least != null) {
                    found.merge(least, 1, Integer::sum);
                }
            }
        }
        return found.entrySet().stream()
                .max(Comparator.comparingInt(Map.Entry::getValue))
                .map(Map.Entry::getKey)
                .orElse(List.of());
    }

    /** Which members differ; none if the messages are not alike. Prices do not count: they are content. */
    private static List<String> differing(ReadMessage left, ReadMessage right) {
        if (!left.shape().equals(right.shape())) {
            return List.of();
        }
        List<String> members = new ArrayList<>();
        for (Map.Entry<String, JsonNode> each : left.values().entrySet()) {
            JsonNode other = right.values().get(each.getKey());
            if (!each.getValue().equals(other)) {
                if (isContent(each.getKey(), each.getValue()) || members.size() >= MAX_MEMBERS) {
                    return List.of();
                }
                members.add(each.getKey());
            }
        }
        return members.size() * 2 > left.values().size() ? List.of() : members;
    }

    private static boolean isContent(String pointer, JsonNode value) {
        return value.isFloatingPointNumber()
                || (PRICE.matcher(value.asText()).matches()
                        && !NOT_CONTENT.matcher(pointer).matches());
    }

    private static String without(JsonNode root, List<String> pointers) {
        JsonNode copy = root.deepCopy();
        for (String pointer : pointers) {
            JsonPointer at = JsonPointer.compile(pointer);
            JsonNode parent = copy.at(at.head());
            if (parent instanceof ObjectNode object) {
                object.remove(at.last().getMatchingProperty());
            } else if (parent instanceof ArrayNode array && at.last().mayMatchElement()) {
                array.set(at.last().getMatchingIndex(), 0);
            }
        }
        return copy.toString();
    }

    /** Messages of two connections between the first and the last that both have. */
    private static final class Common {
        private final List<ReadMessage> left = new ArrayList<>();
        private final List<ReadMessage> right = new ArrayList<>();
        private int compared;
        private int equal;

        static Common of(List<ReadMessage> one, List<ReadMessage> two, Function<ReadMessage, String> identity) {
            Common common = new Common();
            List<String> ones = one.stream().map(identity).toList();
            List<String> twos = two.stream().map(identity).toList();
            common.count(one, ones, counted(twos), common.left);
            int equal = common.equal;
            int compared = common.compared;
            common.count(two, twos, counted(ones), common.right);
            common.equal = equal;
            common.compared = Math.min(compared, common.compared);
            return common;
        }

        private static Map<String, Integer> counted(List<String> identities) {
            Map<String, Integer> counts = new HashMap<>();
            identities.forEach(each -> counts.merge(each, 1, Integer::sum));
            return counts;
        }

        private void count(
                List<ReadMessage> messages,
                List<String> identities,
                Map<String, Integer> others,
                List<ReadMessage> unmatched) {
            boolean[] matched = new boolean[messages.size()];
            int first = -1;
            int last = messages.size() - 1;
            equal = 0;
            for (int i = 0; i < matched.length; i++) {
                Integer rest = others.get(identities.get(i));
                matched[i] = rest != null && rest > 0;
                if (matched[i]) {
                    others.put(identities.get(i), rest - 1);
                    equal++;
                    first = first < 0 ? i : first;
                    last = i;
                }
            }
            // messages before the first and after the last common one may be of another time
            int from = Math.max(first, 0);
            int to = first < 0 ? messages.size() - 1 : last;
            compared = to - from + 1;
            for (int i = from; i <= to; i++) {
                if (!matched[i]) {
                    unmatched.add(messages.get(i));
                }
            }
        }
    }
}
