package io.firstline.live;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.util.Map;

/** Decodes what the venue documents and nothing else: an unknown, missing, repeated or null field, or one of another type, fails. */
final class StrictJson {
    /** Fields that the venue's documentation adds only some of the time: they may be missing, but not be of another type. */
    private static final Map<Class<? extends Event>, Map<String, JsonNodeType>> OPTIONAL = Map.of(
            Usdm.BookTicker.class, Map.of("st", JsonNodeType.NUMBER, "ps", JsonNodeType.STRING),
            Usdm.Trade.class, Map.of("st", JsonNodeType.NUMBER, "ps", JsonNodeType.STRING),
            Usdm.AggTrade.class,
                    Map.of("st", JsonNodeType.NUMBER, "ps", JsonNodeType.STRING, "nq", JsonNodeType.STRING),
            Usdm.Depth.class, Map.of("st", JsonNodeType.NUMBER, "ps", JsonNodeType.STRING));

    private static final ObjectMapper JSON = mapper();

    /** A combined stream's message: {@code {"stream":…,"data":…}}. */
    record Envelope(String stream, ObjectNode data) {}

    private StrictJson() {}

    private static ObjectMapper mapper() {
        ObjectMapper mapper = JsonMapper.builder()
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .build();
        mapper.coercionConfigFor(LogicalType.Textual)
                .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
        return mapper;
    }

    static Envelope envelope(String text) throws JsonProcessingException {
        return JSON.readValue(text, Envelope.class);
    }

    static <E extends Event> E decode(ObjectNode data, Class<E> type) throws JsonProcessingException {
        ObjectNode required = data.deepCopy();
        for (Map.Entry<String, JsonNodeType> optional :
                OPTIONAL.getOrDefault(type, Map.of()).entrySet()) {
            JsonNode value = required.remove(optional.getKey());
            if (value != null && value.getNodeType() != optional.getValue()) {
                throw new IllegalArgumentException(
                        optional.getKey() + " is a " + value.getNodeType() + ", documented is " + optional.getValue());
            }
        }
        return JSON.treeToValue(required, type);
    }

    /** The event type that a stream of a venue carries; fails for a stream that nobody knows. */
    static Class<? extends Event> typeOf(Entrance entrance, String stream) {
        String kind = stream.substring(stream.indexOf('@') + 1);
        boolean spot = entrance == Entrance.SPOT;
        return switch (kind) {
            case "bookTicker" -> spot ? Spot.BookTicker.class : Usdm.BookTicker.class;
            case "trade" -> spot ? Spot.Trade.class : Usdm.Trade.class;
            case "aggTrade" -> spot ? Spot.AggTrade.class : Usdm.AggTrade.class;
            case "depth@100ms" -> spot ? Spot.Depth.class : Usdm.Depth.class;
            default -> throw new IllegalArgumentException("unknown stream " + stream);
        };
    }
}
