package io.firstline.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.bus.Addresses;
import io.firstline.simulator.ClientFrame;
import io.firstline.simulator.CutKind;
import io.firstline.simulator.ExchangeSimulator;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** Requests to a feed over the bus: each gets a reply. */
class FeedCommandsTest extends BusTestBase {
    private final Queue<String> sent = new ConcurrentLinkedQueue<>();
    private ExchangeSimulator exchange;

    private void deployFeed(String path) {
        exchange = exchange(quiet());
        exchange.onClientFrame(frame -> {
            if (frame.kind() == ClientFrame.Kind.DATA) {
                sent.add(frame.payload().toString());
            }
        });
        deploy(POOL, subscribeTemplates(config("btc", exchange.url(path))));
        eventuallyConnected("btc");
    }

    private static void assertFailure(Future<?> reply, int code, String... words) {
        ReplyException failure = (ReplyException) failureOf(reply);
        assertThat(failure.failureCode()).as(failure.getMessage()).isEqualTo(code);
        assertThat(List.of(words)).allMatch(failure.getMessage()::contains);
    }

    // send

    @Test
    void shouldSendByRoute() {
        deployFeed(PATH);
        String id = connections(status("btc")).get(0).getString("connection");

        assertThat(join(send("btc", "fastest by default", null))).isEqualTo(1);
        assertThat(join(send("btc", "fastest", "fastest"))).isEqualTo(1);
        assertThat(join(send("btc", "all", "all"))).isEqualTo(3);
        assertThat(join(send("btc", "one", id))).isEqualTo(1);

        eventually(() -> sent.size() == 6);
        assertThat(sent).containsExactlyInAnyOrder("fastest by default", "fastest", "all", "all", "all", "one");
    }

    @Test
    void shouldSendEveryKindOfBody() {
        deployFeed(PATH);

        assertThat(join(send("btc", "text", null))).isEqualTo(1);
        assertThat(join(send("btc", Buffer.buffer("binary"), null))).isEqualTo(1);
        assertThat(join(send("btc", new JsonObject().put("op", "ping"), null))).isEqualTo(1);

        eventually(() -> sent.size() == 3);
        assertThat(sent).containsExactlyInAnyOrder("text", "binary", "{\"op\":\"ping\"}");
    }

    @Test
    void shouldSayWhyItCouldNotSend() {
        deployFeed(PATH);

        assertFailure(send("btc", 42, null), 400, "string", "buffer", "JSON object");
        assertFailure(send("btc", null, null), 400, "string");
        assertFailure(send("btc", "x", "btc-99"), 503, "no live connection btc-99");
        assertThat(sent).isEmpty();
    }

    @Test
    void shouldFailToSendWithoutALiveConnection() throws Exception {
        deploy(POOL, config("dead", "ws://127.0.0.1:" + freePort() + "/"));

        assertFailure(send("dead", "x", null), 503, "dead has no live connection");
        assertFailure(send("dead", "x", "all"), 503, "dead has no live connection");
    }

    // commands

    @Test
    void shouldSubscribeAndUnsubscribe() {
        deployFeed("/stream");

        JsonArray streams = new JsonArray().add(TRADE).add(BOOK);
        assertThat(join(command("btc", "subscribe", "streams", streams)).getInteger("connections"))
                .isEqualTo(3);
        eventuallySubscribed(exchange, 3, TRADE, BOOK);
        assertThat(status("btc").getJsonArray("streams")).isEqualTo(streams);
        join(exchange.cut(1, CutKind.RESET));
        eventually(() -> exchange.lines().stream().noneMatch(l -> l.number() == 1));
        eventuallySubscribed(exchange, 3, TRADE, BOOK);

        assertThat(join(command("btc", "unsubscribe", "streams", new JsonArray().add(TRADE)))
                        .getInteger("connections"))
                .isEqualTo(3);
        eventuallySubscribed(exchange, 3, BOOK);
        assertThat(join(command("btc", "unsubscribe", "streams", new JsonArray().add(TRADE)))
                        .getInteger("connections"))
                .isZero();
    }

    @Test
    void shouldSetWhatIsSentOnConnect() {
        deployFeed("/ws");
        JsonArray messages = new JsonArray().add("hello").add("you");

        assertThat(join(command("btc", "set-on-connect", "messages", messages)).getInteger("connections"))
                .isEqualTo(3);
        eventually(() -> sent.size() == 6);
        join(exchange.cut(2, CutKind.FIN));
        eventually(() -> sent.size() == 8);
    }

    @Test
    void shouldRenewEveryConnectionOnRequest() {
        deployFeed(PATH);
        Queue<JsonObject> events = heard(Addresses.events("btc"));
        exchange.emit(TRADE, "0");

        assertThat(join(command("btc", "renew", "", ""))).isEqualTo(new JsonObject());

        long[] published = {1};
        eventually(() -> {
            exchange.emit(TRADE, Long.toString(published[0]++));
            return events.stream()
                            .filter(e -> "renewed".equals(e.getString("reason")))
                            .count()
                    == 3;
        });
    }

    @Test
    void shouldEvictOnRequest() {
        deployFeed(PATH);
        Queue<JsonObject> events = heard(Addresses.events("btc"));
        exchange.emit(TRADE, "1");
        String id = connections(status("btc")).get(1).getString("connection");

        assertThat(join(command("btc", "evict", "connection", id))).isEqualTo(new JsonObject());
        assertFailure(command("btc", "evict", "connection", id), 503, "already being replaced");
        eventually(() -> exchange.lines().size() == 4);
        for (int i = 2;
                i < 300 && events.stream().noneMatch(e -> e.getString("event").equals("evicted"));
                i++) {
            long published = i;
            exchange.emit(TRADE, Integer.toString(i));
            eventually(() -> status("btc").getLong("published") >= published);
        }

        assertThat(events)
                .anyMatch(e -> e.getString("event").equals("evicted")
                        && e.getString("connection").equals(id)
                        && e.getString("reason").equals("requested"));
        assertFailure(command("btc", "evict", "connection", "btc-99"), 400, "no connection btc-99", "btc-1");
    }

    @Test
    void shouldTellItsStatus() {
        deployFeed(PATH);
        exchange.emit(TRADE, "12345");
        eventually(() -> connections(status("btc")).stream()
                .allMatch(c -> c.getLong("messages") == 1 && c.getDouble("latencyMs") != null));

        JsonObject status = status("btc");
        assertThat(status.getString("feed")).isEqualTo("btc");
        assertThat(status.getString("state")).isEqualTo("CONNECTED");
        assertThat(status.getInteger("target")).isEqualTo(3);
        assertThat(status.getInteger("live")).isEqualTo(3);
        assertThat(status.getLong("published")).isEqualTo(1);
        assertThat(status.getLong("copies")).isEqualTo(3);
        assertThat(status.getLong("late")).isZero();
        assertThat(status.getLong("lost")).isZero();
        assertThat(status.getLong("evictions")).isZero();
        assertThat(status.getJsonObject("dropped")).isEmpty();
        assertThat(status.getJsonObject("failures")).isEmpty();
        List<JsonObject> connections = connections(status);
        assertThat(connections).hasSize(3);
        assertThat(connections)
                .allMatch(c -> c.getLong("bytes") == 5
                        && c.getString("state").equals("CONNECTED")
                        && c.getBoolean("inStep")
                        && c.getDouble("minLatencyMs") <= c.getDouble("latencyMs"));
        assertThat(connections.stream().mapToLong(c -> c.getLong("wins")).sum()).isEqualTo(1);
        assertThat(connections.stream().mapToLong(c -> c.getLong("lateCopies")).sum())
                .isEqualTo(2);
    }

    @Test
    void shouldSayWhatIsWrongWithACommand() {
        deployFeed(PATH);

        for (String command : List.of("{}", "{\"do\":null}", "{\"do\":7}", "{\"do\":\"explode\"}")) {
            assertFailure(command("btc", new JsonObject(command)), 400, "unknown command", "set-on-connect");
        }
        for (String command : List.of(
                "{\"do\":\"subscribe\"}",
                "{\"do\":\"subscribe\",\"streams\":\"btcusdt@trade\"}",
                "{\"do\":\"subscribe\",\"streams\":[1]}",
                "{\"do\":\"unsubscribe\",\"streams\":{}}",
                "{\"do\":\"set-on-connect\",\"messages\":[null]}")) {
            assertFailure(command("btc", new JsonObject(command)), 400, "must be an array of strings");
        }
        assertFailure(
                command("btc", new JsonObject("{\"do\":\"subscribe\",\"streams\":[],\"answered\":1}")),
                400,
                "\"answered\" must be true or false");
        for (String command : List.of("{\"do\":\"evict\"}", "{\"do\":\"evict\",\"connection\":3}")) {
            assertFailure(command("btc", new JsonObject(command)), 400, "must be a string");
        }
        assertThat(sent).isEmpty();
        assertThat(status("btc").getString("state")).isEqualTo("CONNECTED");
    }

    @Test
    void shouldSayWhatACommandLooksLike() {
        deployFeed(PATH);

        assertFailure(vertx.eventBus().request(Addresses.command("btc"), "status"), 400, "{\"do\": \"status\"}");
        assertFailure(command("btc", new JsonObject().put("do", "fly")), 400, "unknown command \"fly\"", "subscribe");
    }

    @Test
    void shouldNotSubscribeOnAFeedThatDoesNotKnowHow() {
        exchange = exchange(quiet());
        deploy(POOL, config("btc", exchange.url(PATH)));

        assertFailure(command("btc", "subscribe", "streams", new JsonArray().add("x")), 400, "venue");
    }
}
