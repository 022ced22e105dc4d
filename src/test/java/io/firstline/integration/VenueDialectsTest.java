package io.firstline.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.arbitration.report.Proof;
import io.firstline.config.RetryConfig;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.WsPoolConfig;
import io.firstline.config.venue.Opening;
import io.firstline.config.venue.Venue;
import io.firstline.feed.WsPool;
import io.firstline.feed.report.FeedReport;
import io.firstline.feed.report.FeedState;
import io.firstline.feed.report.StreamReport;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Venues without recordings, each simulated by a server with its requests and replies: three connections, each of
 * which misses every twentieth message and has individual acks, snapshots and heartbeats.
 */
class VenueDialectsTest {
    private static final int CONNECTIONS = 3;
    private static final int MESSAGES = 600;
    private static final int LACKING = 20;

    /** A message as one connection receives it. */
    private interface Data {
        String message(int number, int connection);
    }

    /**
     * The protocol of a venue.
     *
     * @param reply to a request; null = none
     * @param control messages that are not data
     * @param proof what its numbers prove
     * @param conflicts whether copies of a message differ in bytes
     */
    private record Dialog(
            String venue,
            String stream,
            Function<JsonObject, String> reply,
            String control,
            Data data,
            Proof proof,
            boolean conflicts) {
        @Override
        public String toString() {
            return venue + " " + stream;
        }
    }

    static Stream<Dialog> dialogs() {
        Function<JsonObject, String> bybit = request -> new JsonObject()
                .put("success", true)
                .put("ret_msg", "")
                .put("conn_id", "own")
                .put("req_id", request.getString("req_id"))
                .put("op", request.getString("op"))
                .encode();
        return Stream.of(
                new Dialog(
                        "bybit-linear",
                        "orderbook.50.BTCUSDT",
                        bybit,
                        "{\"op\":\"pong\",\"args\":[\"1700000000000\"]}",
                        (n, c) -> "{\"topic\":\"orderbook.50.BTCUSDT\",\"type\":\"delta\",\"ts\":" + (1_000 + n)
                                + ",\"data\":{\"s\":\"BTCUSDT\",\"b\":[],\"a\":[],\"u\":" + n + ",\"seq\":" + 7 * n
                                + "}}",
                        Proof.UNPROVABLE,
                        false),
                new Dialog(
                        "bybit-spot",
                        "publicTrade.BTCUSDT",
                        bybit,
                        "{\"success\":true,\"ret_msg\":\"pong\",\"conn_id\":\"own\",\"op\":\"ping\"}",
                        (n, c) ->
                                "{\"topic\":\"publicTrade.BTCUSDT\",\"ts\":1,\"type\":\"snapshot\",\"data\":[{\"i\":\"a"
                                        + n + "\",\"p\":\"1\"},{\"i\":\"b" + n + "\",\"p\":\"1\"}]}",
                        Proof.UNPROVABLE,
                        false),
                new Dialog(
                        "okx",
                        "books BTC-USDT",
                        request -> "{\"id\":\"" + request.getString("id")
                                + "\",\"event\":\"subscribe\",\"arg\":{\"channel\":\"books\",\"instId\":\"BTC-USDT\"},\"connId\":\"own\"}",
                        "pong",
                        // every tenth repeats the one before: nothing has changed
                        (n, c) ->
                                "{\"arg\":{\"channel\":\"books\",\"instId\":\"BTC-USDT\"},\"action\":\"update\",\"data\":[{\"asks\":[],\"bids\":[],\"ts\":\""
                                        + n + "\",\"seqId\":" + (n - n / 10) + ",\"prevSeqId\":"
                                        + (n - 1 - (n - 1) / 10) + "}]}",
                        Proof.PROVEN_COMPLETE,
                        false),
                new Dialog(
                        "kraken-v2",
                        "trade BTC/USD",
                        request -> new JsonObject()
                                .put("method", request.getString("method"))
                                .put("req_id", request.getLong("req_id"))
                                .put("success", true)
                                .put("result", new JsonObject().put("channel", "trade"))
                                .encode(),
                        "{\"channel\":\"heartbeat\"}",
                        (n, c) ->
                                "{\"channel\":\"trade\",\"type\":\"update\",\"data\":[{\"symbol\":\"BTC/USD\",\"trade_id\":"
                                        + (2 * n) + "},{\"symbol\":\"BTC/USD\",\"trade_id\":" + (2 * n + 1) + "}]}",
                        Proof.PROVEN_COMPLETE,
                        false),
                new Dialog(
                        "coinbase-advanced",
                        "market_trades BTC-USD",
                        VenueDialectsTest::subscriptions,
                        "{\"channel\":\"heartbeats\",\"sequence_num\":5,\"events\":[{\"heartbeat_counter\":3049}]}",
                        (n, c) -> "{\"channel\":\"market_trades\",\"timestamp\":\"t" + c + "\",\"sequence_num\":"
                                + (n + 100 * c)
                                + ",\"events\":[{\"type\":\"update\",\"trades\":[{\"trade_id\":\"" + n
                                + "\",\"product_id\":\"BTC-USD\"}]}]}",
                        Proof.UNPROVABLE,
                        true),
                coinbase(
                        "candles BTC-USD",
                        n ->
                                "\"candles\":[{\"start\":\"1786309500\",\"high\":\"2\",\"low\":\"1\",\"open\":\"1\",\"close\":\"2\",\"volume\":\""
                                        + n + "\",\"product_id\":\"BTC-USD\"}]"),
                coinbase(
                        "status BTC-USD",
                        n -> "\"products\":[{\"id\":\"BTC-USD\",\"status\":\"online\",\"status_message\":\"" + n
                                + "\"}]"),
                coinbase(
                        "level2 BTC-USD",
                        n -> "\"product_id\":\"BTC-USD\",\"updates\":[{\"side\":\"bid\",\"event_time\":\"" + n
                                + "\",\"price_level\":\"1\",\"new_quantity\":\"2\"}]"),
                coinbase(
                        "ticker_batch BTC-USD",
                        n ->
                                "\"tickers\":[{\"type\":\"ticker\",\"product_id\":\"BTC-USD\",\"price\":\"1\",\"volume_24_h\":\""
                                        + n + "\"}]"),
                new Dialog(
                        "kucoin",
                        "/market/level2:BTC-USDT",
                        request -> "{\"id\":\"" + request.getString("id") + "\",\"type\":\"ack\"}",
                        "{\"id\":\"own\",\"type\":\"welcome\"}",
                        (n, c) ->
                                "{\"type\":\"message\",\"topic\":\"/market/level2:BTC-USDT\",\"subject\":\"trade.l2update\",\"data\":{\"sequenceStart\":"
                                        + (3 * n - 2) + ",\"sequenceEnd\":" + 3 * n + ",\"changes\":{}}}",
                        Proof.PROVEN_COMPLETE,
                        false));
    }

    /** The reply of Coinbase Advanced. */
    private static String subscriptions(JsonObject request) {
        JsonObject set = new JsonObject().put(request.getString("channel"), request.getJsonArray("product_ids"));
        return new JsonObject()
                .put("channel", "subscriptions")
                .put("sequence_num", 0)
                .put("events", new JsonArray().add(new JsonObject().put("subscriptions", set)))
                .encode();
    }

    /** A channel of Coinbase Advanced, whose messages have a number and a time per connection. */
    private static Dialog coinbase(String stream, IntFunction<String> event) {
        String named = stream.substring(0, stream.indexOf(' '));
        String channel = named.equals("level2") ? "l2_data" : named;
        return new Dialog(
                "coinbase-advanced",
                stream,
                VenueDialectsTest::subscriptions,
                "{\"channel\":\"heartbeats\",\"sequence_num\":5,\"events\":[{\"heartbeat_counter\":3049}]}",
                (n, c) -> "{\"channel\":\"" + channel + "\",\"timestamp\":\"t" + c + "\",\"sequence_num\":"
                        + (n + 100 * c) + ",\"events\":[{\"type\":\"update\"," + event.apply(n) + "}]}",
                Proof.UNPROVABLE,
                true);
    }

    @ParameterizedTest
    @MethodSource("dialogs")
    void shouldMergeWhatTheVenueSends(Dialog dialog) {
        Venue venue = Venue.find(dialog.venue(), null);
        List<ServerWebSocket> sockets = new CopyOnWriteArrayList<>();
        AtomicInteger replies = new AtomicInteger();
        Opening opening = venue.format().protocol().opening();
        int requests = 1 + opening.onConnect().size();
        int controls = CONNECTIONS * (requests + (opening.ready().isNone() ? 0 : 1));
        try (Bench bench = new Bench()) {
            HttpServer server = Bench.get(bench.vertx
                    .createHttpServer()
                    .webSocketHandler(socket -> {
                        sockets.add(socket);
                        if (!opening.ready().isNone()) {
                            socket.writeTextMessage(dialog.control());
                        }
                        socket.textMessageHandler(text -> {
                            if (text.startsWith("{") && text.contains("ubscribe")) {
                                replies.incrementAndGet();
                                socket.writeTextMessage(dialog.reply().apply(new JsonObject(text)));
                            }
                        });
                    })
                    .listen(0, "127.0.0.1"));
            WsConnectionConfig connection = WsConnectionConfig.of("ws://127.0.0.1:" + server.actualPort() + "/")
                    .withRetry(new RetryConfig(20, 100, 10_000));
            WsPool pool = WsPool.create(
                    bench.vertx,
                    dialog.venue(),
                    WsPoolConfig.of(connection).withConnections(CONNECTIONS),
                    venue.requests().withStreams(List.of(dialog.stream())),
                    venue.format());
            List<String> merged = Collections.synchronizedList(new ArrayList<>());
            pool.handler(message -> merged.add(message.asText()));
            Bench.get(pool.start());
            Bench.until(
                    "subscribed",
                    () -> pool.state() == FeedState.CONNECTED
                            && replies.get() == CONNECTIONS * requests
                            && Bench.report(pool).control() == controls);

            int beats = 0;
            int copies = controls;
            for (int n = 1; n <= MESSAGES; n++) {
                for (int c = 0; c < CONNECTIONS; c++) {
                    if (n % 100 == 0) {
                        sockets.get(c).writeTextMessage(dialog.control());
                        beats++;
                        copies++;
                    }
                    if (n % LACKING != 5 * c + 1) { // every connection has the last
                        sockets.get(c).writeTextMessage(dialog.data().message(n, c));
                        copies++;
                    }
                }
            }
            int expected = copies;
            Bench.until("every copy", () -> Bench.report(pool).copies() == expected);

            FeedReport report = Bench.report(pool);
            assertThat(merged.stream()
                            .map(VenueDialectsTest::withoutOwn)
                            .sorted()
                            .toList())
                    .as("lost 0, twice 0")
                    .isEqualTo(IntStream.rangeClosed(1, MESSAGES)
                            .mapToObj(n -> withoutOwn(dialog.data().message(n, 0)))
                            .sorted()
                            .toList());
            assertThat(report.control()).as("misclassified 0").isEqualTo(controls + beats);
            assertThat(report.malformed()).isZero();
            assertThat(report.problems()).isEmpty();
            StreamReport stream = report.ledger().get(0);
            assertThat(report.ledger()).hasSize(1);
            assertThat(stream.stream()).isEqualTo(dialog.stream());
            assertThat(stream.proof()).isEqualTo(dialog.proof());
            assertThat(stream.lostGaps() + stream.openGaps()).isZero();
            assertThat(stream.conflicts() > 0).isEqualTo(dialog.conflicts());
            assertThat(report.failures()).isEmpty();
            Bench.get(pool.close());
        }
    }

    /** Removes what a venue adds to the copies of each connection. */
    private static String withoutOwn(String message) {
        JsonObject json = new JsonObject(message);
        json.remove("timestamp");
        json.remove("sequence_num");
        return new JsonArray().add(json).encode();
    }
}
