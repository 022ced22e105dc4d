package io.firstline.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A session in Kraken's second protocol: {@code {"method":"subscribe","params":{"channel":"book","symbol":["BTC/USD"]}}},
 * one reply for each symbol. Its books are 10 levels deep.
 */
final class KrakenSession extends VenueSession {
    static final int DEPTH = 10;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String QUOTE = "/USD";
    private static final Map<String, String> KINDS = Map.of("trade", "trade", "book", "depth");

    KrakenSession(int maxStreams) {
        super(maxStreams);
    }

    /** The symbol in Kraken's messages: {@code BTC/USD} for {@code BTCUSDT}. */
    static String symbol(String upperCaseSymbol) {
        return upperCaseSymbol.replaceFirst("USDT$", QUOTE);
    }

    @Override
    List<String> greetings() {
        return List.of(
                "{\"channel\":\"status\",\"type\":\"update\",\"data\":[{\"version\":\"2.0.0\",\"system\":\"online\","
                        + "\"api_version\":\"v2\",\"connection_id\":1}]}");
    }

    @Override
    List<String> replies(String text) {
        JsonNode request;
        try {
            request = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            return List.of(refused("", JSON.missingNode(), "Malformed request"));
        }
        String method = request.path("method").asText();
        return switch (method) {
            case "ping" -> List.of(reply("pong", request, ""));
            case "subscribe", "unsubscribe" -> change(method, request);
            default -> List.of(refused(method, request, "Unsupported method"));
        };
    }

    private List<String> change(String method, JsonNode request) {
        JsonNode params = request.path("params");
        String channel = params.path("channel").asText();
        String kind = KINDS.get(channel);
        if (kind == null || params.path("depth").asInt(DEPTH) != DEPTH) {
            return List.of(refused(method, request, kind == null ? "Unsupported channel" : "Unsupported depth"));
        }
        String depth = channel.equals("book") ? ",\"depth\":" + DEPTH : "";
        List<String> replies = new ArrayList<>();
        List<String> known = new ArrayList<>();
        for (JsonNode symbol : params.path("symbol")) {
            String name = symbol.asText();
            if (name.endsWith(QUOTE)) {
                known.add(name.replace(QUOTE, "usdt").toLowerCase(Locale.ROOT) + "@" + kind);
                replies.add(reply(
                        method,
                        request,
                        "\"result\":{\"channel\":\"" + channel + "\"" + depth + ",\"symbol\":" + symbol
                                + "},\"success\":true,"));
            } else {
                replies.add(refused(method, request, "Currency pair not supported " + name));
            }
        }
        if (method.equals("unsubscribe")) {
            unsubscribe(known);
        } else if (!subscribe(known)) {
            return null;
        }
        return replies;
    }

    private static String refused(String method, JsonNode request, String why) {
        return reply(method, request, "\"error\":" + TextNode.valueOf(why) + ",\"success\":false,");
    }

    private static String reply(String method, JsonNode request, String members) {
        JsonNode id = request.path("req_id");
        String now = KrakenJson.time(Emitter.nowUs());
        return "{\"method\":\"" + method + "\"," + (id.isMissingNode() ? "" : "\"req_id\":" + id + ",") + members
                + "\"time_in\":\"" + now + "\",\"time_out\":\"" + now + "\"}";
    }

    @Override
    String shutdownNotice(long time) {
        return "";
    }
}
