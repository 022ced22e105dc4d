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
 * A session with requests {@code {"op":"subscribe","args":[…]}}, in the form of OKX or of Bybit. The market's streams have
 * other names there.
 */
final class ChannelSession extends VenueSession {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String QUOTE = "usdt";
    private static final Map<String, String> OKX_KINDS =
            Map.of("trades", "trade", "bbo-tbt", "bookTicker", "tickers", "ticker", "books", "depth");
    private static final Map<String, String> BYBIT_KINDS =
            Map.of("publicTrade", "trade", "orderbook.1", "bookTicker", "tickers", "ticker", "orderbook.50", "depth");

    private final boolean okx;

    ChannelSession(SimulatedVenue venue, int maxStreams) {
        super(maxStreams);
        this.okx = venue == SimulatedVenue.OKX;
    }

    @Override
    List<String> replies(String text) {
        if (okx && text.equals("ping")) {
            return List.of("pong");
        }
        JsonNode request;
        try {
            request = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            return List.of(refused(JSON.missingNode(), "60012", "Invalid request: " + text));
        }
        String op = request.path("op").asText();
        if (!okx && op.equals("ping")) {
            return List.of("{\"success\":true,\"ret_msg\":\"pong\",\"conn_id\":\"simulator\",\"req_id\":"
                    + TextNode.valueOf(request.path("req_id").asText()) + ",\"op\":\"ping\"}");
        }
        return switch (op) {
            case "subscribe" -> change(request, true);
            case "unsubscribe" -> change(request, false);
            default -> List.of(refused(request, "60012", "Invalid request: " + op));
        };
    }

    private List<String> change(JsonNode request, boolean adds) {
        List<String> replies = new ArrayList<>();
        List<String> known = new ArrayList<>();
        for (JsonNode argument : request.path("args")) {
            String stream = okx ? ofOkx(argument) : ofBybit(argument.asText());
            if (stream == null) {
                replies.add(refused(
                        request,
                        "60018",
                        okx
                                ? "Wrong URL or " + argument + " doesn't exist"
                                : "error:handler not found,topic:" + argument.asText()));
            } else {
                known.add(stream);
                if (okx) {
                    replies.add("{" + member("id", request.path("id")) + "\"event\":\""
                            + (adds ? "subscribe" : "unsubscribe") + "\",\"arg\":" + argument
                            + ",\"connId\":\"simulator\"}");
                }
            }
        }
        if (!okx && !replies.isEmpty()) {
            return replies.subList(0, 1); // Bybit refuses the whole request
        }
        if (adds && !subscribe(known)) {
            return null;
        }
        if (!adds) {
            unsubscribe(known);
        }
        return okx
                ? replies
                : List.of("{\"success\":true,\"ret_msg\":\"\",\"conn_id\":\"simulator\","
                        + member("req_id", request.path("req_id")) + "\"op\":\""
                        + (adds ? "subscribe" : "unsubscribe") + "\"}");
    }

    private static String member(String name, JsonNode value) {
        return value.isMissingNode() ? "" : "\"" + name + "\":" + value + ",";
    }

    private String refused(JsonNode request, String code, String why) {
        String words = TextNode.valueOf(why).toString();
        return okx
                ? "{" + member("id", request.path("id")) + "\"event\":\"error\",\"code\":\"" + code + "\",\"msg\":"
                        + words + ",\"connId\":\"simulator\"}"
                : "{\"success\":false,\"ret_msg\":" + words + ",\"conn_id\":\"simulator\","
                        + member("req_id", request.path("req_id")) + "\"op\":\"subscribe\"}";
    }

    /** The market's stream of {@code {"channel":"trades","instId":"BTC-USDT"}}; null = none. */
    private static String ofOkx(JsonNode argument) {
        String kind = OKX_KINDS.get(argument.path("channel").asText());
        String symbol = argument.path("instId").asText().replace("-", "").toLowerCase(Locale.ROOT);
        return kind == null || !symbol.endsWith(QUOTE) ? null : symbol + "@" + kind;
    }

    /** The market's stream of {@code publicTrade.BTCUSDT}; null = none. */
    private static String ofBybit(String topic) {
        int dot = topic.lastIndexOf('.');
        String kind = dot < 0 ? null : BYBIT_KINDS.get(topic.substring(0, dot));
        String symbol = topic.substring(dot + 1).toLowerCase(Locale.ROOT);
        return kind == null || !symbol.endsWith(QUOTE) ? null : symbol + "@" + kind;
    }

    @Override
    String shutdownNotice(long time) {
        return okx
                ? "{\"event\":\"notice\",\"code\":\"64008\",\"msg\":\"The connection will soon be closed for a service upgrade. Please reconnect.\",\"connId\":\"simulator\"}"
                : "";
    }
}
