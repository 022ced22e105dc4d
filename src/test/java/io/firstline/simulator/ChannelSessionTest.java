package io.firstline.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** OKX, Bybit and Kraken in the box. */
class ChannelSessionTest {
    private static VenueSession session(String path) {
        return RequestRoute.parse(path).orElseThrow().venue().session(false, 2);
    }

    @Test
    void shouldAnswerLikeOkx() {
        VenueSession session = session("/ws/v5/public");

        assertThat(session.replies("ping")).containsExactly("pong");
        assertThat(
                        session.replies(
                                "{\"id\":\"1\",\"op\":\"subscribe\",\"args\":[{\"channel\":\"trades\",\"instId\":\"BTC-USDT\"},{\"channel\":\"books5\",\"instId\":\"BTC-USDT\"}]}"))
                .containsExactly(
                        "{\"id\":\"1\",\"event\":\"subscribe\",\"arg\":{\"channel\":\"trades\",\"instId\":\"BTC-USDT\"},\"connId\":\"simulator\"}",
                        "{\"id\":\"1\",\"event\":\"error\",\"code\":\"60018\",\"msg\":\"Wrong URL or {\\\"channel\\\":\\\"books5\\\",\\\"instId\\\":\\\"BTC-USDT\\\"} doesn't exist\",\"connId\":\"simulator\"}");
        assertThat(session.streams()).containsExactly("btcusdt@trade");
        assertThat(session.replies(
                        "{\"op\":\"unsubscribe\",\"args\":[{\"channel\":\"trades\",\"instId\":\"BTC-USDT\"}]}"))
                .hasSize(1)
                .allMatch(reply -> reply.contains("unsubscribe"));
        assertThat(session.streams()).isEmpty();
        assertThat(session.replies("what?")).hasSize(1).allMatch(reply -> reply.contains("60012"));
        assertThat(session.shutdownNotice(5)).contains("64008");
    }

    @Test
    void shouldAnswerLikeBybit() {
        VenueSession session = session("/v5/public/linear");

        assertThat(session.replies("{\"op\":\"ping\",\"req_id\":\"p\"}"))
                .containsExactly(
                        "{\"success\":true,\"ret_msg\":\"pong\",\"conn_id\":\"simulator\",\"req_id\":\"p\",\"op\":\"ping\"}");
        assertThat(
                        session.replies(
                                "{\"op\":\"subscribe\",\"args\":[\"publicTrade.BTCUSDT\",\"orderbook.200.BTCUSDT\"],\"req_id\":\"a\"}"))
                .containsExactly(
                        "{\"success\":false,\"ret_msg\":\"error:handler not found,topic:orderbook.200.BTCUSDT\",\"conn_id\":\"simulator\",\"req_id\":\"a\",\"op\":\"subscribe\"}");
        assertThat(session.streams()).isEmpty();
        assertThat(session.replies("{\"op\":\"subscribe\",\"args\":[\"publicTrade.BTCUSDT\",\"orderbook.1.ETHUSDT\"]}"))
                .containsExactly("{\"success\":true,\"ret_msg\":\"\",\"conn_id\":\"simulator\",\"op\":\"subscribe\"}");
        assertThat(session.streams()).containsExactly("btcusdt@trade", "ethusdt@bookTicker");
        assertThat(session.replies("{\"op\":\"subscribe\",\"args\":[\"tickers.SOLUSDT\"]}"))
                .isNull(); // too many
        assertThat(session.shutdownNotice(5)).isEmpty();
    }

    @Test
    void shouldAnswerLikeKraken() {
        VenueSession session = session("/v2");

        assertThat(session.greetings()).singleElement().asString().contains("\"channel\":\"status\"");
        assertThat(timeless(session.replies("{\"method\":\"ping\",\"req_id\":3}")))
                .containsExactly("{\"method\":\"pong\",\"req_id\":3}");
        assertThat(
                        timeless(
                                session.replies(
                                        "{\"method\":\"subscribe\",\"params\":{\"channel\":\"book\",\"symbol\":[\"BTC/USD\",\"BTC/XYZ\"]},\"req_id\":5}")))
                .containsExactly(
                        "{\"method\":\"subscribe\",\"req_id\":5,\"result\":{\"channel\":\"book\",\"depth\":10,\"symbol\":\"BTC/USD\"},\"success\":true}",
                        "{\"method\":\"subscribe\",\"req_id\":5,\"error\":\"Currency pair not supported BTC/XYZ\",\"success\":false}");
        assertThat(session.streams()).containsExactly("btcusdt@depth");
        assertThat(
                        session.replies(
                                "{\"method\":\"subscribe\",\"params\":{\"channel\":\"book\",\"symbol\":[\"BTC/USD\"],\"depth\":25}}"))
                .singleElement()
                .asString()
                .contains("Unsupported depth");
        assertThat(
                        session.replies(
                                "{\"method\":\"subscribe\",\"params\":{\"channel\":\"trade\",\"symbol\":[\"BTC/USD\",\"ETH/USD\"]}}"))
                .isNull(); // too many
        session.replies("{\"method\":\"unsubscribe\",\"params\":{\"channel\":\"book\",\"symbol\":[\"BTC/USD\"]}}");
        assertThat(session.streams()).isEmpty();
        assertThat(session.replies("what?")).singleElement().asString().contains("\"error\":\"Malformed request\"");
        assertThat(session.replies("{\"method\":\"what\"}"))
                .singleElement()
                .asString()
                .contains("Unsupported method");
    }

    private static List<String> timeless(List<String> replies) {
        return replies.stream()
                .map(reply -> reply.replaceFirst(",\"time_in\":\"[^\"]*\",\"time_out\":\"[^\"]*\"", ""))
                .toList();
    }

    @Test
    void shouldNameItsMessagesLikeTheVenue() {
        for (StreamKind kind : EnumSet.complementOf(
                EnumSet.of(StreamKind.AGG_TRADE, StreamKind.MINI_TICKER, StreamKind.DEPTH_100MS))) {
            MarketStream stream =
                    new Market(7, 5).stream(kind.streamOf("btcusdt")).orElseThrow();
            MarketEvent event = stream.next(1_700_000_000_123_456L);
            String okx = text(ChannelJson.write("BTCUSDT", event, DataForm.OKX));
            String bybit = text(ChannelJson.write("BTCUSDT", event, DataForm.BYBIT));

            JsonObject arg = new JsonObject(okx).getJsonObject("arg");
            VenueSession session = session("/ws/v5/public");
            session.replies("{\"op\":\"subscribe\",\"args\":[" + arg.encode() + "]}");
            assertThat(session.streams()).containsExactly(stream.name());

            VenueSession other = session("/v5/public/spot");
            other.replies("{\"op\":\"subscribe\",\"args\":[\"" + new JsonObject(bybit).getString("topic") + "\"]}");
            assertThat(other.streams()).containsExactly(stream.name());
        }
    }

    private static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
