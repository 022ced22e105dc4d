package io.firstline.payload;

import static org.assertj.core.api.Assertions.fail;

import com.dynatrace.hash4j.hashing.Hashing;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Predicts a reader's results with Jackson's tree. A document that it accepts is strict JSON in UTF-8 without repeated
 * names.
 */
public final class JacksonOracle {
    private static final JsonMapper STRICT = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private JacksonOracle() {}

    /**
     * Empty if it does not accept the bytes or their characters. Each of Jackson's two readers accepts input that the
     * other rejects. For example, the character reader takes U+0939 for the hexadecimal digit of its low byte.
     */
    public static Optional<JsonNode> tree(byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            STRICT.readTree(bytes);
            return Optional.of(STRICT.readTree(text)).filter(tree -> !tree.isMissingNode());
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Asserts that a reader found this tree's values. */
    public static void assertRead(KeyValues values, List<String> pointers, JsonNode tree, String what) {
        for (int i = 0; i < pointers.size(); i++) {
            String wrong = wrong(values, i, at(tree, pointers.get(i)));
            if (wrong != null) {
                fail("%s, at %s: %s", what, pointers.get(i), wrong);
            }
        }
    }

    /** Goes step by step, because Jackson does not count from an array's end. */
    static JsonNode at(JsonNode tree, String pointer) {
        JsonNode node = tree;
        for (JsonPointer rest = JsonPointer.compile(pointer); !rest.matches(); rest = rest.tail()) {
            String token = rest.getMatchingProperty();
            if (node.isArray() && token.matches("-[1-9][0-9]*")) {
                node = Optional.ofNullable(node.get(node.size() + Integer.parseInt(token)))
                        .orElse(MissingNode.getInstance());
            } else {
                node = node.at(JsonPointer.empty().appendProperty(token));
            }
        }
        return node;
    }

    /** The first difference from the expectation, or null. */
    private static String wrong(KeyValues values, int pointer, JsonNode expected) {
        boolean present = expected.isTextual() || expected.isNumber() || expected.isBoolean();
        if (values.isPresent(pointer) != present || values.isNull(pointer) != expected.isNull()) {
            return "present " + values.isPresent(pointer) + ", null " + values.isNull(pointer);
        }
        String text = values.text(pointer);
        if (!present) {
            boolean nothing = values.hash(pointer) == 0 && !values.isLong(pointer) && text == null;
            return nothing ? null : "something in nothing: " + text;
        }
        if (expected.isTextual() && !StandardCharsets.UTF_8.newEncoder().canEncode(expected.textValue())) {
            return null; // half a surrogate pair has neither bytes nor text
        }
        boolean same = expected.isNumber()
                ? new BigDecimal(text).compareTo(expected.decimalValue()) == 0
                : text.equals(expected.asText());
        boolean sameHash = !expected.isTextual() || values.hash(pointer) == hash(text);
        boolean whole = text.matches("-?[0-9]+") && new BigInteger(text).bitLength() < Long.SIZE;
        boolean sameLong = values.isLong(pointer) == whole
                && (!whole || values.asLong(pointer) == new BigInteger(text).longValueExact());
        return same && sameHash && sameLong
                ? null
                : text + ", hash " + values.hash(pointer) + ", integer " + values.isLong(pointer);
    }

    private static long hash(String text) {
        return Hashing.xxh3_64().hashBytesToLong(text.getBytes(StandardCharsets.UTF_8));
    }
}
