package io.firstline.learn;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Tells control messages from data, and finds signs of them that no data message has. A control message has no numbers
 * in arrays, and is no JSON, or a reply, or names itself by a word such as "pong".
 */
final class ControlSigns {
    /** A sign: a text that is the whole message, or a member with its value or with any value. */
    record Sign(String pointer, JsonNode value, String text, int messages) {
        boolean matches(ReadMessage message) {
            if (text != null) {
                return message.text().equals(text);
            }
            JsonNode found = message.values().get(pointer);
            return found != null && (value == null || value.equals(found));
        }
    }

    private static final int MAX_SIGNS = 16;
    private static final int MAX_TEXT = 64;
    private static final int MAX_LEVELS = 2;

    private static final Pattern WORD =
            Pattern.compile("(?i)(un)?subscribed?|subscriptions|.*subscription_?(ack|status|succeeded|failed)"
                    + "|ack|heart_?beat|hb|pong|ping|info|welcome|connected|error|login|auth|conf|systemstatus");

    private final List<ReadMessage> control = new ArrayList<>();
    private final List<ReadMessage> data = new ArrayList<>();
    private final List<Sign> signs = new ArrayList<>();

    /** Reads the messages; those that {@code other} accepts are control too. */
    ControlSigns(List<ReadMessage> messages, Predicate<ReadMessage> other) {
        boolean dataIsArrays = messages.stream()
                        .filter(message ->
                                message.root() != null && message.root().isArray())
                        .count()
                > messages.size() / 5;
        messages.forEach(message -> (isControl(message) || other.test(message) || (dataIsArrays && isObject(message))
                        ? control
                        : data)
                .add(message));
        findSigns();
        // without a sign, a profile could not tell them
        List<ReadMessage> unsigned = control.stream()
                .filter(message -> signs.stream().noneMatch(sign -> sign.matches(message)))
                .toList();
        control.removeAll(new HashSet<>(unsigned));
        if (!unsigned.isEmpty()) {
            data.clear();
            messages.stream()
                    .filter(message -> signs.stream().noneMatch(sign -> sign.matches(message)))
                    .forEach(data::add);
        }
    }

    private static boolean isObject(ReadMessage message) {
        return message.root() != null && message.root().isObject();
    }

    private static boolean isControl(ReadMessage message) {
        if (message.root() == null) {
            return message.text().length() <= MAX_TEXT;
        }
        if (message.numbersInArrays()) {
            return false;
        }
        return isReply(message.root())
                || message.values().entrySet().stream()
                        .filter(each -> each.getValue().isTextual() && levels(each.getKey()) <= MAX_LEVELS)
                        .anyMatch(each -> each.getValue().textValue().length() <= MAX_TEXT
                                && WORD.matcher(each.getValue().textValue()).matches());
    }

    private static boolean isReply(JsonNode root) {
        return root.has("success")
                || (root.has("id")
                        && (root.has("result") || root.has("error"))
                        && !root.has("method")
                        && !root.has("params"));
    }

    static int levels(String pointer) {
        return (int) pointer.chars().filter(c -> c == '/').count();
    }

    /** Finds few signs that together match every control message and no data message. */
    private void findSigns() {
        Set<String> dataPointers = new HashSet<>();
        Set<String> dataValues = new HashSet<>();
        for (ReadMessage message : data) {
            message.values().forEach((pointer, value) -> {
                dataPointers.add(pointer);
                if (value.isTextual() && value.textValue().length() <= MAX_TEXT && levels(pointer) <= MAX_LEVELS) {
                    dataValues.add(pointer + "=" + value);
                }
            });
        }
        List<ReadMessage> rest = new ArrayList<>(control);
        while (!rest.isEmpty() && signs.size() < MAX_SIGNS) {
            Sign best = best(rest, dataPointers, dataValues);
            if (best == null) {
                return;
            }
            signs.add(best);
            rest.removeIf(best::matches);
        }
    }

    private static Sign best(List<ReadMessage> rest, Set<String> dataPointers, Set<String> dataValues) {
        Map<Sign, Integer> counts = new LinkedHashMap<>();
        for (ReadMessage message : rest) {
            if (message.root() == null) {
                counts.merge(new Sign(null, null, message.text(), 0), 1, Integer::sum);
            }
            message.values().forEach((pointer, value) -> {
                if (levels(pointer) > MAX_LEVELS) {
                    return;
                }
                if (!dataPointers.contains(pointer)) {
                    counts.merge(new Sign(pointer, null, null, 0), 1, Integer::sum);
                } else if (!dataValues.contains(pointer + "=" + value)
                        && value.isTextual()
                        && WORD.matcher(value.textValue()).matches()) {
                    counts.merge(new Sign(pointer, value, null, 0), 1, Integer::sum);
                }
            });
        }
        return counts.entrySet().stream()
                .min(Comparator.<Map.Entry<Sign, Integer>>comparingInt(each -> -each.getValue())
                        .thenComparingInt(each -> rank(each.getKey())))
                .map(each -> new Sign(
                        each.getKey().pointer(),
                        each.getKey().value(),
                        each.getKey().text(),
                        each.getValue()))
                .orElse(null);
    }

    /** Members that say what a message is come before members that it happens to have. */
    private static int rank(Sign sign) {
        if (sign.pointer() == null) {
            return 0;
        }
        return switch (sign.pointer()) {
            case "/event", "/type", "/op", "/method", "/success", "/result" -> 0;
            case "/error", "/error/code", "/info" -> 1;
            case "/id", "/reqid", "/req_id" -> 2;
            default -> 2 + levels(sign.pointer());
        };
    }

    List<Sign> signs() {
        return signs;
    }

    List<ReadMessage> control() {
        return control;
    }

    List<ReadMessage> data() {
        return data;
    }

    /** The signs by pointer: null for whole texts; an empty list for any value. */
    Map<String, List<JsonNode>> byPointer() {
        Map<String, List<JsonNode>> members = new LinkedHashMap<>();
        for (Sign sign : signs) {
            if (sign.pointer() != null) {
                List<JsonNode> values = members.computeIfAbsent(sign.pointer(), any -> new ArrayList<>());
                if (sign.value() != null) {
                    values.add(sign.value());
                }
            }
        }
        return members;
    }
}
