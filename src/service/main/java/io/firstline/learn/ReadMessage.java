package io.firstline.learn;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A message with its values by JSON pointer. Of an array, the first and the last element are read, as a profile's
 * pointers can name them. The number of values is bounded.
 *
 * @param connection the connection that delivered it, from 0
 * @param text as received
 * @param root as JSON; null if it is none
 * @param values scalar values by pointer, in the order of the message
 * @param arrays sizes of arrays by pointer
 * @param numbersInArrays whether an array below the top has numbers, as data has and control messages do not
 */
record ReadMessage(
        int connection,
        String text,
        JsonNode root,
        Map<String, JsonNode> values,
        Map<String, Integer> arrays,
        boolean numbersInArrays) {
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private static final Pattern DECIMAL = Pattern.compile("-?\\d+(\\.\\d+)?");
    private static final int MAX_VALUES = 200;
    private static final int MAX_DEPTH = 8;
    private static final int MAX_INDEX = 4;
    private static final int MAX_DIGITS = 18;

    static ReadMessage of(int connection, String text) {
        return of(connection, text, json(text));
    }

    static ReadMessage of(int connection, String text, JsonNode root) {
        Reader reader = new Reader();
        if (root != null) {
            reader.read(root, "", 0, false);
        }
        return new ReadMessage(connection, text, root, reader.values, reader.arrays, reader.numbersInArrays);
    }

    private static JsonNode json(String text) {
        try {
            JsonNode root = JSON.readTree(text);
            return root.isContainerNode() ? root : null;
        } catch (JsonProcessingException e) {
            return null; // such as "pong"
        }
    }

    /** The value as a text; null if there is none. */
    String textAt(String pointer) {
        JsonNode value = values.get(pointer);
        return value == null ? null : value.asText();
    }

    /** The value as a whole number; null if it is none. */
    Long numberAt(String pointer) {
        return number(values.get(pointer));
    }

    static Long number(JsonNode value) {
        if (value == null) {
            return null;
        } else if (value.isIntegralNumber()) {
            return value.canConvertToLong() ? value.longValue() : null;
        }
        String text = value.isTextual() ? value.textValue() : "";
        return !text.isEmpty() && text.length() <= MAX_DIGITS && text.chars().allMatch(c -> c >= '0' && c <= '9')
                ? Long.valueOf(text)
                : null;
    }

    static boolean isNumeric(JsonNode value) {
        return value.isNumber()
                || (value.isTextual() && DECIMAL.matcher(value.textValue()).matches());
    }

    /** The names of its members and their nesting: messages of one kind are alike in it. */
    Set<String> shape() {
        return values.keySet();
    }

    /** Collects the values of one message. */
    private static final class Reader {
        final Map<String, JsonNode> values = new LinkedHashMap<>();
        final Map<String, Integer> arrays = new LinkedHashMap<>();
        boolean numbersInArrays;

        void read(JsonNode node, String pointer, int depth, boolean inArray) {
            if (values.size() >= MAX_VALUES || depth > MAX_DEPTH) {
                return;
            }
            if (node.isObject()) {
                for (Iterator<Map.Entry<String, JsonNode>> each = node.fields(); each.hasNext(); ) {
                    Map.Entry<String, JsonNode> member = each.next();
                    read(member.getValue(), pointer + "/" + escaped(member.getKey()), depth + 1, inArray);
                }
            } else if (node.isArray()) {
                arrays.put(pointer, node.size());
                readElements(node, pointer, depth, inArray || depth > 0);
            } else if (!node.isNull()) {
                values.put(pointer, node);
                numbersInArrays = numbersInArrays || (inArray && isNumeric(node));
            }
        }

        private void readElements(JsonNode array, String pointer, int depth, boolean inArray) {
            int size = array.size();
            if (depth == 0) { // venues name a stream at the end of such a message
                for (int last = 1; last <= 2 && last <= size; last++) {
                    read(array.get(size - last), pointer + "/-" + last, depth + 1, inArray);
                }
            }
            boolean scalars = size > 0 && array.get(0).isValueNode();
            for (int i = 0; i < size && i < (scalars || depth == 0 ? MAX_INDEX : 1); i++) {
                read(array.get(i), pointer + "/" + i, depth + 1, inArray);
            }
            if (depth > 0 && size > 0 && array.get(0).isObject()) {
                read(array.get(size - 1), pointer + "/-1", depth + 1, inArray);
            }
        }

        private static String escaped(String member) {
            return member.replace("~", "~0").replace("/", "~1");
        }
    }
}
