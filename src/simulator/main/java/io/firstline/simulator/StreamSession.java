package io.firstline.simulator;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The protocol state of one connection: its subscriptions, its {@code combined} property, and the replies to its
 * requests. Replies and error texts follow binance-spot-api-docs, web-socket-streams.md. Uses no socket; one thread.
 */
final class StreamSession extends VenueSession {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final Pattern TEXT_ID = Pattern.compile("[A-Za-z0-9_-]{1,36}");
    private static final String METHODS =
            "`SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`";

    private boolean combined;

    StreamSession(boolean combined, int maxStreams) {
        super(maxStreams);
        this.combined = combined;
    }

    @Override
    boolean isCombined() {
        return combined;
    }

    @Override
    String shutdownNotice(long time) {
        return "{\"e\":\"serverShutdown\",\"E\":" + time + "}";
    }

    @Override
    List<String> replies(String text) {
        return handle(text).map(List::of).orElse(null);
    }

    /** Handles a request and returns the reply; empty if the connection must be closed for too many streams. */
    Optional<String> handle(String text) {
        JsonNode request;
        try {
            request = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            return Optional.of(invalidJson(e.getLocation()));
        }
        if (!request.isObject()) {
            return Optional.of(request.isMissingNode() ? invalidJson(JsonLocation.NA) : invalid("expected an object"));
        }
        JsonNode method = request.get("method");
        if (method == null) {
            return Optional.of(invalid("missing field `method` at line 1 column " + text.length()));
        }
        JsonNode id = request.get("id");
        boolean idIsValid = id != null && isId(id);
        List<JsonNode> params = new ArrayList<>();
        request.path("params").forEach(params::add);
        return switch (method.asText()) {
            case "SUBSCRIBE", "UNSUBSCRIBE", "LIST_SUBSCRIPTIONS", "SET_PROPERTY", "GET_PROPERTY" ->
                idIsValid
                        ? dispatch(method.asText(), params, id)
                        : Optional.of(invalid("request ID must be an unsigned integer"));
            default ->
                Optional.of(invalid("unknown variant " + TextNode.valueOf(method.asText()) + ", expected one of "
                        + METHODS + " at line 1 column " + (text.indexOf("\"method\"") + "\"method\":".length())));
        };
    }

    private Optional<String> dispatch(String method, List<JsonNode> params, JsonNode id) {
        return switch (method) {
            case "SUBSCRIBE" ->
                names(params)
                        .map(names -> subscribe(names)
                                ? Optional.of(result(NullNode.instance, id))
                                : Optional.<String>empty())
                        .orElseGet(() -> Optional.of(invalid("stream name must be a string")));
            case "UNSUBSCRIBE" ->
                names(params)
                        .map(names -> removed(names, id))
                        .or(() -> Optional.of(invalid("stream name must be a string")));
            case "LIST_SUBSCRIPTIONS" ->
                Optional.of(
                        params.isEmpty() ? result(JSON.valueToTree(streams()), id) : invalid("too many parameters"));
            case "SET_PROPERTY" -> Optional.of(propertyProblem(params, 2, id).orElseGet(() -> setCombined(params, id)));
            default ->
                Optional.of(propertyProblem(params, 1, id).orElseGet(() -> result(BooleanNode.valueOf(combined), id)));
        };
    }

    private String removed(List<String> names, JsonNode id) {
        unsubscribe(names);
        return result(NullNode.instance, id);
    }

    private String setCombined(List<JsonNode> params, JsonNode id) {
        if (params.size() < 2 || !params.get(1).isBoolean()) {
            return "{\"code\":1,\"msg\":\"Invalid value type: expected Boolean\"}";
        }
        combined = params.get(1).booleanValue();
        return result(NullNode.instance, id);
    }

    private static Optional<String> propertyProblem(List<JsonNode> params, int most, JsonNode id) {
        if (params.size() > most) {
            return Optional.of(invalid("too many parameters"));
        }
        if (params.isEmpty() || !params.get(0).isTextual()) {
            return Optional.of(invalid("property name must be a string"));
        }
        return params.get(0).asText().equals("combined")
                ? Optional.empty()
                : Optional.of("{\"code\":0,\"msg\":\"Unknown property\",\"id\":" + id + "}");
    }

    private static Optional<List<String>> names(List<JsonNode> params) {
        return params.stream().allMatch(JsonNode::isTextual)
                ? Optional.of(params.stream().map(JsonNode::asText).toList())
                : Optional.empty();
    }

    private static boolean isId(JsonNode id) {
        return id.isNull()
                || (id.isIntegralNumber() && id.canConvertToLong())
                || (id.isTextual() && TEXT_ID.matcher(id.asText()).matches());
    }

    private static String result(JsonNode result, JsonNode id) {
        return "{\"result\":" + result + ",\"id\":" + id + "}";
    }

    private static String invalid(String reason) {
        return "{\"code\":2,\"msg\":" + TextNode.valueOf("Invalid request: " + reason) + "}";
    }

    private static String invalidJson(JsonLocation location) {
        return "{\"code\":3,\"msg\":\"Invalid JSON: expected value at line " + Math.max(1, location.getLineNr())
                + " column " + Math.max(1, location.getColumnNr()) + "\"}";
    }
}
