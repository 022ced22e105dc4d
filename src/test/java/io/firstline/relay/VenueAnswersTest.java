package io.firstline.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.bus.Addresses;
import io.firstline.config.feed.FeedConfig;
import io.firstline.deploy.FeedVerticle;
import io.firstline.deploy.PoolVerticle;
import io.firstline.feed.report.FeedEvent;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Answers of a venue reach the client that asked. The test is the venue, which has two connections. */
class VenueAnswersTest extends RelayTestBase {
    private static final String OKX_BAD = "{\"channel\":\"nothing\",\"instId\":\"BTC-USDT\"}";

    private final List<ServerWebSocket> lines = new CopyOnWriteArrayList<>();
    private final List<JsonObject> requests = new CopyOnWriteArrayList<>();
    private HttpServer venue;
    private String deployment;

    private void deploy(String profile, String path, String stream, long answerMs) {
        venue = vertx.createHttpServer().webSocketHandler(line -> {
            line.textMessageHandler(text -> requests.add(new JsonObject(text)));
            lines.add(line);
        });
        join(venue.listen(0, "127.0.0.1"));
        relay = new RelayVerticle(LOCAL.withLimit("lingerMs", 0), registry, System::nanoTime, answerMs);
        join(vertx.deployVerticle(relay));
        FeedConfig feed = FeedConfig.fromJson(new JsonObject()
                .put("name", "f")
                .put("venue", profile)
                .put("url", "ws://127.0.0.1:" + venue.actualPort() + path)
                .put("streams", new JsonArray().add(stream))
                .put("connections", 2));
        FeedVerticle verticle = new PoolVerticle(feed);
        verticle.publishTo(relay.sink(feed));
        deployment = join(vertx.deployVerticle(verticle));
        eventually(() -> requests.size() == 2);
        requests.clear();
    }

    @AfterEach
    void undeploy() {
        join(vertx.undeploy(deployment));
        join(venue.close());
    }

    private void tell(int line, String text) {
        join(lines.get(line).writeTextMessage(text));
    }

    private Reader asking(String path, String request) {
        Reader client = reader(path);
        client.socket.writeTextMessage(request);
        eventually(() -> requests.size() == 2);
        return client;
    }

    private String answer(Reader client) {
        eventually(() -> !client.payloads.isEmpty());
        return client.payloads.remove().toString();
    }

    @Test
    void shouldAnswerWithTheVenuesRefusalAndAskNoMore() {
        deploy("okx", "/ws/v5/public", "trades BTC-USDT", RelayVerticle.ANSWER_MS);
        Reader client = asking(
                "/ws/v5/public",
                "{\"id\":\"mine\",\"op\":\"subscribe\",\"args\":[" + OKX_BAD
                        + ",{\"channel\":\"trades\",\"instId\":\"BTC-USDT\"}]}");
        for (int line = 0; line < 2; line++) {
            tell(
                    line,
                    "{\"id\":\"" + requests.get(0).getString("id")
                            + "\",\"event\":\"error\",\"code\":\"60029\",\"msg\":\"Only for VIPs\",\"connId\":\"a\"}");
        }

        assertThat(answer(client))
                .isEqualTo(
                        "{\"id\":\"mine\",\"event\":\"subscribe\",\"arg\":{\"channel\":\"trades\",\"instId\":\"BTC-USDT\"},\"connId\":\"firstline\"}");
        assertThat(answer(client))
                .isEqualTo(
                        "{\"id\":\"mine\",\"event\":\"error\",\"code\":\"60029\",\"msg\":\"Only for VIPs\",\"connId\":\"firstline\"}");
        join(lines.get(0).close()); // the connection that replaces it asks for the feed's own stream only
        eventually(() -> lines.size() == 3 && requests.size() == 3);
        assertThat(requests.get(2).getJsonArray("args")).hasSize(1);
    }

    @Test
    void shouldWaitForTheVenuesAck() {
        deploy("binance-spot", "/stream", TRADE, RelayVerticle.ANSWER_MS);
        Reader client = asking("/ws", "{\"method\":\"SUBSCRIBE\",\"params\":[\"" + BOOK + "\"],\"id\":7}");
        Reader other = reader("/ws");
        other.socket.writeTextMessage("{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":1}");
        answer(other);
        assertThat(client.payloads).isEmpty();

        long id = requests.get(0).getLong("id");
        tell(0, "{\"code\":2,\"msg\":\"Invalid request: too many\",\"id\":" + id + "}");
        tell(1, "{\"result\":null,\"id\":" + id + "}"); // one connection has it
        assertThat(answer(client)).isEqualTo("{\"result\":null,\"id\":7}");
    }

    /** After it the client would have a hole. */
    @Test
    void shouldGiveNothingThatIsOnItsWayWhenAStreamEnds() {
        deploy("binance-spot", "/stream", TRADE, RelayVerticle.ANSWER_MS);
        String subscribe = "{\"method\":\"SUBSCRIBE\",\"params\":[\"" + BOOK + "\"],\"id\":7}";
        Reader first = asking("/ws", subscribe);
        tell(0, "{\"result\":null,\"id\":" + requests.get(0).getLong("id") + "}");
        answer(first);
        requests.clear();
        join(first.socket.close());
        eventually(() -> requests.size() == 2
                && requests.stream().allMatch(request -> "UNSUBSCRIBE".equals(request.getString("method"))));
        requests.clear();

        Reader byRequest = reader("/ws");
        join(byRequest.socket.writeTextMessage(subscribe));
        Reader byPath = reader("/ws/" + BOOK);
        Reader other = reader("/ws");
        other.socket.writeTextMessage("{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":1}");
        answer(other);
        for (int number = 1; number <= 5; number++) {
            tell(0, book(number));
        }
        eventually(() -> requests.size() == 2);
        tell(0, "{\"result\":null,\"id\":" + requests.get(0).getLong("id") + "}");

        assertThat(answer(byRequest)).isEqualTo("{\"result\":null,\"id\":7}");
        tell(0, book(9));
        assertThat(new JsonObject(answer(byRequest)).getLong("u")).isEqualTo(9);
        assertThat(new JsonObject(answer(byPath)).getLong("u")).isEqualTo(9);
    }

    /** The subscription waits for the end of the former one: it must not follow its unsubscription. */
    @Test
    void shouldUnsubscribeWhatAClientLeavesBeforeItIsSubscribedAnew() {
        deploy("binance-spot", "/stream", TRADE, RelayVerticle.ANSWER_MS);
        String subscribe = "{\"method\":\"SUBSCRIBE\",\"params\":[\"" + BOOK + "\"],\"id\":7}";
        Reader first = asking("/ws", subscribe);
        acknowledge();
        answer(first);
        join(first.socket.close());
        eventually(() -> requestsTo("UNSUBSCRIBE") == 2);

        Reader second = reader("/ws");
        join(second.socket.writeTextMessage(subscribe));
        Reader other = reader("/ws");
        other.socket.writeTextMessage("{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":1}");
        answer(other);
        join(second.socket.close());
        requests.clear();

        eventually(() -> requestsTo("SUBSCRIBE") == 2);
        acknowledge();
        eventually(() -> requestsTo("UNSUBSCRIBE") == 2);
    }

    private void acknowledge() {
        tell(0, "{\"result\":null,\"id\":" + requests.get(0).getLong("id") + "}");
    }

    private long requestsTo(String method) {
        return requests.stream()
                .filter(request -> method.equals(request.getString("method")))
                .count();
    }

    private static String book(long number) {
        return "{\"stream\":\"" + BOOK + "\",\"data\":{\"u\":" + number + ",\"s\":\"BTCUSDT\"}}";
    }

    @Test
    void shouldNotTakeTheAbsenceOfConnectionsForAnAnswer() {
        deploy("binance-spot", "/stream", TRADE, RelayVerticle.ANSWER_MS);
        List<JsonObject> events = new CopyOnWriteArrayList<>();
        join(vertx.eventBus()
                .<JsonObject>consumer(Addresses.events("f"), event -> events.add(event.body()))
                .completion());
        join(venue.close());
        eventually(() -> events.stream().anyMatch(event -> "DISCONNECTED".equals(event.getString("state"))));
        JsonObject subscribe = new JsonObject().put("do", "subscribe");

        Future<?> answer = vertx.eventBus()
                .request(
                        Addresses.command("f"),
                        subscribe
                                .copy()
                                .put("streams", new JsonArray().add(BOOK))
                                .put("answered", true));
        join(vertx.eventBus()
                .request(Addresses.command("f"), subscribe.copy().put("streams", new JsonArray().add(TRADE))));

        assertThat(answer.isComplete()).isFalse();
    }

    @Test
    void shouldTakeDataForAnAck() {
        deploy("binance-spot", "/stream", TRADE, RelayVerticle.ANSWER_MS);
        Reader client = asking("/ws", "{\"method\":\"SUBSCRIBE\",\"params\":[\"" + BOOK + "\"],\"id\":7}");

        tell(0, "{\"stream\":\"" + BOOK + "\",\"data\":{\"u\":1}}");
        assertThat(answer(client)).isEqualTo("{\"result\":null,\"id\":7}");
        assertThat(answer(client)).isEqualTo("{\"u\":1}");
    }

    @Test
    void shouldRefuseAfterTheAckIfTheVenueIsLate() {
        deploy("binance-spot", "/stream", TRADE, 300);
        Reader client = asking("/ws", "{\"method\":\"SUBSCRIBE\",\"params\":[\"" + BOOK + "\"],\"id\":7}");
        assertThat(answer(client)).isEqualTo("{\"result\":null,\"id\":7}"); // nobody waits for ever

        long id = requests.get(0).getLong("id");
        tell(0, "{\"code\":2,\"msg\":\"Invalid request: no such stream\",\"id\":" + id + "}");
        tell(1, "{\"code\":2,\"msg\":\"Invalid request: no such stream\",\"id\":" + id + "}");
        assertThat(answer(client)).isEqualTo("{\"code\":2,\"msg\":\"Invalid request: no such stream\",\"id\":7}");
        client.socket.writeTextMessage("{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":8}");
        assertThat(answer(client)).isEqualTo("{\"result\":[],\"id\":8}");
    }

    @Test
    void shouldAckSeveralStreamsWhenEachIsAccepted() {
        deploy("binance-spot", "/stream", TRADE, RelayVerticle.ANSWER_MS);
        Reader client =
                asking("/ws", "{\"method\":\"SUBSCRIBE\",\"params\":[\"" + BOOK + "\",\"other@depth\"],\"id\":7}");

        tell(0, "{\"stream\":\"" + BOOK + "\",\"data\":{\"u\":1}}");
        assertThat(answer(client)).isEqualTo("{\"u\":1}"); // not lost, and no ack for the other stream
        tell(0, "{\"stream\":\"other@depth\",\"data\":{\"u\":2}}");
        assertThat(answer(client)).isEqualTo("{\"result\":null,\"id\":7}");
        assertThat(answer(client)).isEqualTo("{\"u\":2}");
    }

    @Test
    void shouldPassOnARefusalAfterTheAck() {
        deploy("binance-spot", "/stream", TRADE, RelayVerticle.ANSWER_MS);
        Reader client = asking("/ws", "{\"method\":\"SUBSCRIBE\",\"params\":[\"" + BOOK + "\"],\"id\":7}");
        Reader ofPath = reader("/ws/" + BOOK);
        long id = requests.get(0).getLong("id");
        tell(0, "{\"result\":null,\"id\":" + id + "}");
        tell(1, "{\"result\":null,\"id\":" + id + "}");
        assertThat(answer(client)).isEqualTo("{\"result\":null,\"id\":7}");

        tell(0, "{\"code\":2,\"msg\":\"Invalid request: delisted\",\"id\":" + id + "}");
        tell(1, "{\"code\":2,\"msg\":\"Invalid request: delisted\",\"id\":" + id + "}");
        assertThat(answer(client)).isEqualTo("{\"code\":2,\"msg\":\"Invalid request: delisted\",\"id\":7}");
        client.socket.writeTextMessage("{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":8}");
        assertThat(answer(client)).isEqualTo("{\"result\":[],\"id\":8}");
        eventually(() -> ofPath.closed);
        assertThat(ofPath.socket.closeReason()).isEqualTo("Invalid request: delisted");
        join(lines.get(0).close()); // the connection that replaces it asks for the feed's own stream only
        eventually(() -> lines.size() == 3 && requests.size() == 3);
        assertThat(requests.get(2).getJsonArray("params")).containsExactly(TRADE);
    }

    @Test
    void shouldPassOnALaterErrorThatNamesTheStream() {
        deploy("bitget", "/v2/ws/public", "SPOT trade BTCUSDT", RelayVerticle.ANSWER_MS);
        String entry = "{\"instType\":\"SPOT\",\"channel\":\"ticker\",\"instId\":\"BTCUSDT\"}";
        Reader client = asking("/v2/ws/public", "{\"op\":\"subscribe\",\"args\":[" + entry + "]}");
        tell(0, "{\"event\":\"subscribe\",\"arg\":" + entry + "}");
        tell(1, "{\"event\":\"subscribe\",\"arg\":" + entry + "}");
        assertThat(answer(client)).isEqualTo("{\"event\":\"subscribe\",\"arg\":" + entry + "}");

        String error =
                "{\"event\":\"error\",\"arg\":" + entry + ",\"code\":30001,\"msg\":\"gone\",\"op\":\"subscribe\"}";
        tell(0, error);
        tell(1, error);
        assertThat(answer(client))
                .isEqualTo("{\"event\":\"error\",\"code\":30001,\"msg\":\"gone\",\"op\":\"subscribe\"}");
    }

    @Test
    void shouldEndAStreamAtOnceThoughItsAnswerWaits() {
        deploy("okx", "/ws/v5/public", "trades BTC-USDT", RelayVerticle.ANSWER_MS);
        String trades = "{\"channel\":\"trades\",\"instId\":\"BTC-USDT\"}";
        String tickers = "{\"channel\":\"tickers\",\"instId\":\"BTC-USDT\"}";
        Reader client = reader("/ws/v5/public");
        client.socket.writeTextMessage("{\"op\":\"subscribe\",\"args\":[" + trades + "]}");
        assertThat(answer(client)).contains("\"subscribe\"");
        client.socket.writeTextMessage("{\"op\":\"subscribe\",\"args\":[" + tickers + "]}");
        client.socket.writeTextMessage("{\"op\":\"unsubscribe\",\"args\":[" + trades + "]}");
        client.socket.writeTextMessage("ping");
        assertThat(answer(client)).isEqualTo("pong");
        eventually(() -> requests.size() == 2);

        tell(0, "{\"arg\":" + trades + ",\"data\":[{\"tradeId\":\"1\",\"ts\":\"1\"}]}");
        tell(0, "{\"arg\":" + tickers + ",\"data\":[{\"ts\":\"2\"}]}");
        assertThat(answer(client)).contains("\"subscribe\"").contains("tickers");
        assertThat(answer(client)).contains("\"unsubscribe\"").contains("trades");
        assertThat(answer(client)).contains("tickers").contains("\"ts\":\"2\"");
    }

    @Test
    void shouldAnswerBinaryRequests() {
        deploy("okx", "/ws/v5/public", "trades BTC-USDT", RelayVerticle.ANSWER_MS);
        Reader client = reader("/ws/v5/public");
        client.socket.writeBinaryMessage(Buffer.buffer("{\"op\":\"subscribe\"}"));
        assertThat(answer(client))
                .isEqualTo(
                        "{\"event\":\"error\",\"code\":\"60012\",\"msg\":\"found a binary message, allowed: requests as"
                                + " text\",\"connId\":\"firstline\"}");

        Reader plain = reader("/feeds/f");
        plain.socket.writeBinaryMessage(Buffer.buffer("?"));
        eventually(() -> plain.closed);
        assertThat(plain.code()).isEqualTo(1003);
    }

    @Test
    void shouldCloseAClientWhosePathNamesARefusedStream() {
        deploy("binance-spot", "/stream", TRADE, RelayVerticle.ANSWER_MS);
        Reader client = reader("/feeds/f?streams=" + BOOK);
        eventually(() -> requests.size() == 2);

        long id = requests.get(0).getLong("id");
        tell(0, "{\"code\":2,\"msg\":\"no such stream\",\"id\":" + id + "}");
        tell(1, "{\"code\":2,\"msg\":\"no such stream\",\"id\":" + id + "}");
        eventually(() -> client.closed);
        assertThat(client.code()).isEqualTo(1008);
        assertThat(client.socket.closeReason()).isEqualTo("no such stream");
    }

    /** In a cluster, the owner may still receive it. */
    @Test
    void shouldKeepAStreamThatOnlyAStandbyWasRefused() {
        deploy("binance-spot", "/stream", TRADE, RelayVerticle.ANSWER_MS);
        Reader client = reader("/feeds/f?streams=" + BOOK);
        eventually(() -> requests.size() == 2);
        long id = requests.get(0).getLong("id");
        tell(0, "{\"result\":null,\"id\":" + id + "}");
        tell(1, "{\"result\":null,\"id\":" + id + "}");
        JsonObject refused = new JsonObject()
                .put("event", "stream-refused")
                .put("stream", BOOK)
                .put("reason", "no");
        vertx.eventBus().publish(Addresses.events("f"), refused.copy().put(FeedEvent.STANDBY, true));
        Reader other = reader("/feeds/f?streams=" + BOOK);
        assertThat(client.closed).isFalse();
        assertThat(requests).as("nothing is unsubscribed").hasSize(2);
        vertx.eventBus().publish(Addresses.events("f"), refused);
        eventually(() -> client.closed && other.closed);
    }
}
