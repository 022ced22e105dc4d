package io.firstline.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.feed.FeedConfig;
import io.firstline.relay.dialect.ClientRequest;
import io.firstline.stream.FeedMessage;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VenueClientProtocolTest {
    private static ClientProtocol protocol(String venue, String stream) {
        FeedConfig feed = FeedConfig.fromJson(
                new JsonObject().put("name", "f").put("venue", venue).put("streams", new JsonArray().add(stream)));
        return VenueClientProtocol.of(feed, () -> 1_700_000_000_123L).orElseThrow();
    }

    private static ClientProtocol binance() {
        return protocol("binance-spot", "btcusdt@trade");
    }

    private static FeedMessage message(String payload) {
        return new FeedMessage("f", 0, 1, "f-1", 1, "btcusdt@trade", 0, Buffer.buffer(payload), true, false);
    }

    @Test
    void shouldHaveThePathsOfTheVenue() {
        assertThat(binance().open("/ws", null).streams()).isEmpty();
        assertThat(binance().open("/ws/btcusdt@trade/ethusdt%40depth", null).streams())
                .containsExactly("btcusdt@trade", "ethusdt@depth");
        assertThat(binance()
                        .open("/stream", "timeUnit=x&streams=btcusdt@trade/!ticker@arr")
                        .streams())
                .containsExactly("btcusdt@trade", "!ticker@arr");
        assertThat(binance().open("/feeds/f/stream", null).streams()).isEmpty();
        assertThat(protocol("binance-usdm", "btcusdt@trade")
                        .open("/market/ws/btcusdt@aggTrade", null)
                        .streams())
                .containsExactly("btcusdt@aggTrade");
        assertThat(protocol("okx", "trades BTC-USDT")
                        .open("/ws/v5/public", null)
                        .streams())
                .isEmpty();
        assertThat(protocol("okx", "trades BTC-USDT").open("/ws/v5/business", null))
                .isNotNull();
        assertThat(protocol("kraken-v1", "trade XBT/USD").open("/", null)).isNotNull();
        assertThat(binance().open("/ws/0", "").streams()).isEmpty(); // a client's own number
        assertThat(binance().open("/ws/v5/public", "")).isNull(); // OKX
        assertThat(binance().open("/api/v3/time", null)).isNull();
        assertThat(binance().open("/feeds/f", null)).isNull();
        assertThat(binance().open("/feeds/g/ws", null)).isNull();
    }

    @Test
    void shouldCutTheDataOutOfItsWrapper() {
        String data = "{ \"e\":\"trade\",\"p\":\"0.0100\", \"a\":[1, {\"b\":\"}\"}] }";
        FeedMessage combined = message("{\"stream\":\"btcusdt@trade\",\"data\":" + data + "}");

        assertThat(binance().open("/ws", null).payload(combined)).asString().isEqualTo(data);
        assertThat(binance().open("/stream", null).payload(combined)).isSameAs(combined.bytes());
        assertThat(binance().open("/ws", null).payload(message(data)))
                .asString()
                .isEqualTo(data);
    }

    @Test
    void shouldShareTheFormOfMessagesAmongClientsOfAPath() {
        ClientProtocol protocol = binance();

        assertThat(protocol.open("/ws", null).form())
                .isEqualTo(protocol.open("/ws/a@b", null).form())
                .isNotEqualTo(protocol.open("/stream", null).form());
    }

    @Test
    void shouldSpeakLikeTheVenue() {
        ClientSession session = binance().open("/ws", null);
        ClientRequest subscribe =
                session.read("{\"id\":\"x\",\"params\":[\"a@trade\",\"b@trade\"],\"method\":\"SUBSCRIBE\"}");
        ClientRequest order = session.read("{\"method\":\"order.place\",\"id\":3}");

        assertThat(subscribe)
                .isEqualTo(new ClientRequest.Subscribe(List.of("a@trade", "b@trade"), Map.of("id", "\"x\"")));
        assertThat(session.accepted(subscribe, Set.of())).containsExactly("{\"result\":null,\"id\":\"x\"}");
        assertThat(session.refused(subscribe, RefusalReason.VENUE_LIMIT, "say \"no\""))
                .isEqualTo("{\"code\":2,\"msg\":\"Invalid request: say \\\"no\\\"\",\"id\":\"x\"}");
        assertThat(order)
                .isEqualTo(new ClientRequest.Unknown("{\"method\":\"order.place\",\"id\":3}", Map.of("id", "3")));
        assertThat(session.read("{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":null}"))
                .isEqualTo(new ClientRequest.ListSubscriptions(Map.of("id", "null")));
        assertThat(session.listed(new ClientRequest.ListSubscriptions(Map.of("id", "3")), List.of("a@trade")))
                .isEqualTo("{\"result\":[\"a@trade\"],\"id\":3}");
    }

    @Test
    void shouldAnswerEachStreamWhereTheVenueDoes() {
        ClientSession session = protocol("okx", "trades BTC-USDT").open("/ws/v5/public", null);
        ClientRequest subscribe = session.read(
                """
                { "args": [ { "instId": "A", "channel": "trades" }, { "sprdId": "B", "channel": "sprd-trades" } ], "op": "subscribe" }
                """);

        assertThat(session.accepted(subscribe, Set.of()))
                .containsExactly(
                        "{\"event\":\"subscribe\",\"arg\":{\"channel\":\"trades\",\"instId\":\"A\"},\"connId\":\"firstline\"}",
                        "{\"event\":\"subscribe\",\"arg\":{\"channel\":\"sprd-trades\",\"sprdId\":\"B\"},\"connId\":\"firstline\"}");
        assertThat(session.refused(subscribe, RefusalReason.UNKNOWN_STREAM, "no"))
                .isEqualTo("{\"event\":\"error\",\"code\":\"60018\",\"msg\":\"no\",\"connId\":\"firstline\"}");
        assertThat(session.accepted(session.read("ping"), Set.of())).containsExactly("pong");
    }

    @Test
    void shouldNameAllStreamsOfTheClientWhereTheVenueDoes() {
        ClientSession exchange = protocol("coinbase-exchange", "ticker A").open("/", null);
        ClientRequest further =
                exchange.read("{\"type\":\"subscribe\",\"channels\":[{\"name\":\"matches\",\"product_ids\":[\"B\"]}]}");
        ClientRequest fewer = exchange.read(
                "{\"type\":\"unsubscribe\",\"channels\":[{\"name\":\"matches\",\"product_ids\":[\"B\"]}]}");
        ClientSession advanced = protocol("coinbase-advanced", "level2 A").open("/", null);
        ClientRequest trades =
                advanced.read("{\"type\":\"subscribe\",\"channel\":\"market_trades\",\"product_ids\":[\"A\",\"B\"]}");

        assertThat(exchange.accepted(further, List.of("ticker A", "matches B")))
                .containsExactly(
                        "{\"type\":\"subscriptions\",\"channels\":[{\"name\":\"ticker\",\"product_ids\":[\"A\"]},{\"name\":\"matches\",\"product_ids\":[\"B\"]}]}");
        assertThat(exchange.accepted(fewer, List.of("ticker A")))
                .containsExactly(
                        "{\"type\":\"subscriptions\",\"channels\":[{\"name\":\"ticker\",\"product_ids\":[\"A\"]}]}");
        assertThat(advanced.accepted(trades, List.of("level2 A", "market_trades A", "market_trades B")))
                .containsExactly(
                        "{\"channel\":\"subscriptions\",\"sequence_num\":0,\"events\":[{\"subscriptions\":{\"level2\":[\"A\"],\"market_trades\":[\"A\",\"B\"]}}]}");
    }

    @Test
    void shouldRepeatWhatWasRefused() {
        ClientSession session = protocol("bybit-linear", "tickers.BTCUSDT").open("/v5/public/linear", null);
        ClientRequest login = session.read("{\"op\":\"auth\",\"args\":[],\"req_id\":\"1\"}");

        assertThat(session.refused(login, RefusalReason.UNKNOWN_REQUEST, "no"))
                .isEqualTo(
                        "{\"success\":false,\"ret_msg\":\"no\",\"conn_id\":\"firstline\",\"req_id\":\"1\",\"op\":\"auth\"}");
        assertThat(session.refused(session.read("what"), RefusalReason.UNKNOWN_REQUEST, "no"))
                .isEqualTo("{\"success\":false,\"ret_msg\":\"no\",\"conn_id\":\"firstline\"}");
    }

    @Test
    void shouldLeaveOutWhatAHeartbeatLacks() {
        ClientSession session = protocol("bybit-linear", "tickers.BTCUSDT").open("/v5/public/linear", null);

        assertThat(session.accepted(session.read("{\"op\":\"ping\"}"), Set.of()))
                .containsExactly("{\"success\":true,\"ret_msg\":\"pong\",\"conn_id\":\"firstline\",\"op\":\"ping\"}");
        assertThat(session.accepted(session.read("{\"req_id\":\"7\",\"op\":\"ping\"}"), Set.of()))
                .containsExactly(
                        "{\"success\":true,\"ret_msg\":\"pong\",\"conn_id\":\"firstline\",\"req_id\":\"7\",\"op\":\"ping\"}");
    }

    @Test
    void shouldRefuseParametersThatItWouldIgnore() {
        ClientSession session = protocol("kraken-v2", "book BTC/USD 10").open("/v2", null);

        assertThat(
                        session.read(
                                "{\"method\":\"subscribe\",\"params\":{\"channel\":\"book\",\"symbol\":[\"BTC/USD\"],\"depth\":25,\"snapshot\":true}}"))
                .isEqualTo(new ClientRequest.Subscribe(List.of("book BTC/USD 25"), Map.of()));
        assertThat(session.shown("book BTC/USD 25")).isEqualTo("book BTC/USD");
        assertThat(
                        session.read(
                                "{\"method\":\"subscribe\",\"params\":{\"channel\":\"book\",\"symbol\":[\"BTC/USD\"],\"event_trigger\":\"bbo\"}}"))
                .isInstanceOf(ClientRequest.Unknown.class);
    }
}
