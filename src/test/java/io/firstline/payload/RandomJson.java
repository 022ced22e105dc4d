package io.firstline.payload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Random documents, their possible texts, and pointers to existing and missing places. */
final class RandomJson {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final List<String> NAMES = List.of(
            "",
            "a",
            "b",
            "u",
            "id",
            "data",
            "0",
            "1",
            "-1",
            "-2",
            "01",
            "a/b",
            "m~n",
            "~1",
            "%",
            "\"",
            "\\",
            "\n",
            "\u0000",
            "é",
            "日本",
            "\u0939",
            "😀",
            "instrument",
            "prevSeqId",
            "12345678",
            "123456789",
            "12345679",
            "a long name that begins alike",
            "a long name that begins likewise");
    private static final List<String> PIECES = List.of(
            "",
            "x",
            "BTC-USDT",
            "64123.50",
            "\"",
            "\\",
            "/",
            "\b\f\n\r\t",
            "\u0001",
            "\u007f",
            "é",
            "日本",
            "\u0939",
            "😀",
            "{[",
            "]}",
            ",:",
            "#",
            "0123456789abcdef");

    /** @param first false if an earlier member has the same name; such a member is not part of the document */
    private record Member(String name, JsonNode value, boolean first) {}

    private final Random random;

    RandomJson(Random random) {
        this.random = random;
    }

    JsonNode document() {
        return random.nextInt(20) == 0 ? scalar() : container(1 + random.nextInt(5));
    }

    private JsonNode container(int levels) {
        int size = random.nextInt(random.nextInt(10) == 0 ? 30 : 6);
        if (random.nextBoolean()) {
            ObjectNode object = NODES.objectNode();
            for (int i = 0; i < size; i++) {
                object.set(NAMES.get(random.nextInt(NAMES.size())), value(levels - 1));
            }
            return object;
        }
        ArrayNode array = NODES.arrayNode();
        for (int i = 0; i < size; i++) {
            array.add(value(levels - 1));
        }
        return array;
    }

    private JsonNode value(int levels) {
        return levels > 0 && random.nextInt(5) < 3 ? container(levels) : scalar();
    }

    private JsonNode scalar() {
        return switch (random.nextInt(8)) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.booleanNode(random.nextBoolean());
            case 2 -> NODES.numberNode(random.nextLong() >> random.nextInt(64));
            case 3 -> NODES.numberNode(new BigInteger(1 + random.nextInt(80), random).negate());
            case 4 -> NODES.numberNode(BigDecimal.valueOf(random.nextInt(), random.nextInt(12) - 3));
            case 5 -> NODES.textNode(Long.toString(random.nextLong() >> random.nextInt(64)));
            default -> NODES.textNode(string());
        };
    }

    private String string() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(4); i > 0; i--) {
            text.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        return text.toString();
    }

    /**
     * The document with whitespace and escapes anywhere. If wanted, names are repeated; the first of them is the
     * document's.
     */
    String text(JsonNode document, boolean repeated) {
        StringBuilder text = new StringBuilder();
        boolean loose = random.nextBoolean();
        write(document, text, loose, repeated);
        return text.toString();
    }

    private void write(JsonNode node, StringBuilder text, boolean loose, boolean repeated) {
        space(text, loose);
        if (node.isObject()) {
            text.append('{');
            List<Member> members = members(node, repeated);
            for (int i = 0; i < members.size(); i++) {
                text.append(i == 0 ? "" : ",");
                space(text, loose);
                quote(members.get(i).name(), text, loose);
                space(text, loose);
                text.append(':');
                write(
                        members.get(i).value(),
                        text,
                        loose,
                        repeated && members.get(i).first());
            }
            space(text, loose);
            text.append('}');
        } else if (node.isArray()) {
            text.append('[');
            for (int i = 0; i < node.size(); i++) {
                text.append(i == 0 ? "" : ",");
                write(node.get(i), text, loose, repeated);
            }
            space(text, loose);
            text.append(']');
        } else if (node.isTextual()) {
            quote(node.textValue(), text, loose);
        } else {
            text.append(node.asText());
        }
        space(text, loose);
    }

    private List<Member> members(JsonNode object, boolean repeated) {
        List<Member> members = new ArrayList<>();
        for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            members.add(new Member(name, object.get(name), true));
            if (repeated && random.nextInt(3) == 0) {
                String earlier = members.get(random.nextInt(members.size())).name();
                members.add(new Member(earlier, value(2), false));
            }
        }
        return members;
    }

    private void space(StringBuilder text, boolean loose) {
        while (loose && random.nextInt(4) == 0) {
            text.append(" \n\r\t".charAt(random.nextInt(4)));
        }
    }

    private void quote(String content, StringBuilder text, boolean loose) {
        text.append('"');
        content.codePoints().forEach(c -> {
            int known = "\"\\/\b\f\n\r\t".indexOf(c);
            if (loose && random.nextInt(6) == 0) {
                unicode(c, text);
            } else if (known >= 0 && (c != '/' || random.nextBoolean())) {
                text.append('\\').append("\"\\/bfnrt".charAt(known));
            } else if (c < ' ') {
                unicode(c, text);
            } else {
                text.appendCodePoint(c);
            }
        });
        text.append('"');
    }

    /** Writes both halves of a pair as escapes, with digits of either case. */
    private void unicode(int codePoint, StringBuilder text) {
        for (char unit : Character.toChars(codePoint)) {
            text.append("\\u").append(String.format(Locale.ROOT, random.nextBoolean() ? "%04x" : "%04X", (int) unit));
        }
    }

    /** Most pointers lead to a value. */
    List<String> pointers(JsonNode document, int count) {
        List<String> pointers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            pointers.add(pointer(document));
        }
        return pointers;
    }

    private String pointer(JsonNode document) {
        StringBuilder pointer = new StringBuilder();
        JsonNode node = document;
        while (node.isContainerNode() && !node.isEmpty() && random.nextInt(10) > 0) {
            String token;
            if (random.nextInt(10) == 0) {
                token = NAMES.get(random.nextInt(NAMES.size()));
            } else if (node.isObject()) {
                List<String> names = new ArrayList<>();
                node.fieldNames().forEachRemaining(names::add);
                token = names.get(random.nextInt(names.size()));
            } else {
                int index = random.nextInt(node.size());
                token = Integer.toString(random.nextBoolean() ? index : index - node.size());
            }
            String escaped = token.replace("~", "~0").replace("/", "~1");
            pointer.append('/').append(escaped);
            node = JacksonOracle.at(node, "/" + escaped);
        }
        if (random.nextInt(10) == 0) {
            pointer.append('/').append(random.nextInt(3) - 1);
        }
        return pointer.toString();
    }
}
