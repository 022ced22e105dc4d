package io.firstline.payload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.firstline.payload.MsgpackScanner.Kind;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/**
 * Makes a tree of a MessagePack message, for messages that are rarely read as a whole. Members with other names than
 * texts are left out, and the first of several with one name counts; extensions are texts.
 */
public final class MsgpackTree {
    /** The depth of a tree: reading makes one nested call a level. */
    static final int MAX_LEVELS = 64;

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final MsgpackScanner msgpack = new MsgpackScanner();
    private int pos;

    private MsgpackTree() {}

    /** The tree of a message; a missing node if it is malformed or too deep. */
    public static JsonNode of(byte[] bytes, int from, int to) {
        MsgpackTree tree = new MsgpackTree();
        tree.msgpack.over(bytes, to);
        tree.pos = from;
        JsonNode root = tree.value(0);
        return root == null || tree.pos != to ? MissingNode.getInstance() : root;
    }

    /** Null = malformed. */
    private JsonNode value(int level) {
        int at = pos;
        int end = msgpack.head(at);
        if (end < 0 || level > MAX_LEVELS) {
            return null;
        }
        pos = end;
        int body = msgpack.body();
        int size = msgpack.size();
        return switch (msgpack.kind()) {
            case NULL -> NODES.nullNode();
            case BOOLEAN -> NODES.booleanNode((msgpack.bytes()[at] & 1) != 0);
            case INT -> NODES.numberNode(msgpack.signed(body, size));
            case UINT -> unsigned(msgpack.unsigned(body, size));
            case FLOAT -> NODES.numberNode(Double.parseDouble(msgpack.real(body, size)));
            case TEXT, EXTENSION -> NODES.textNode(text(body, end));
            case ARRAY -> array(msgpack.count(), level);
            case MAP -> object(msgpack.count(), level);
        };
    }

    private static JsonNode unsigned(long value) {
        return value >= 0 ? NODES.numberNode(value) : NODES.numberNode(new BigInteger(Long.toUnsignedString(value)));
    }

    private String text(int from, int to) {
        return new String(msgpack.bytes(), from, to - from, StandardCharsets.UTF_8);
    }

    private JsonNode array(long count, int level) {
        ArrayNode array = NODES.arrayNode();
        for (long i = 0; i < count; i++) {
            JsonNode element = value(level + 1);
            if (element == null) {
                return null;
            }
            array.add(element);
        }
        return array;
    }

    private JsonNode object(long count, int level) {
        ObjectNode object = NODES.objectNode();
        for (long i = 0; i < count; i++) {
            int end = msgpack.head(pos);
            String name = end >= 0 && msgpack.kind() == Kind.TEXT ? text(msgpack.body(), end) : null;
            pos = msgpack.value(pos);
            JsonNode member = pos < 0 ? null : value(level + 1);
            if (member == null) {
                return null;
            }
            if (name != null) {
                object.putIfAbsent(name, member);
            }
        }
        return object;
    }
}
