package io.firstline.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.bus.Addresses;
import io.firstline.deploy.node.ClusterFacts;
import io.firstline.simulator.CutKind;
import io.firstline.simulator.ExchangeSimulator;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The routes: health, state, updates, the tail, commands. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
@Execution(ExecutionMode.CONCURRENT)
class HttpVerticleTest extends HttpTestBase {
    private ExchangeSimulator exchange;

    private void serveFeed() {
        exchange = exchange(quiet());
        serve(ACTING, "btc");
        deploy(config("btc", exchange.url(COMBINED), 3));
        eventually(() -> json("/health/ready").getString("status").equals("UP"));
    }

    // health

    @Test
    void shouldBeAliveAndNotReadyWithoutAFeed() {
        serve(READING);

        assertThat(json("/health/live").getString("status")).isEqualTo("UP");
        HttpResponse<String> ready = get("/health/ready");
        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(new JsonObject(ready.body()).getString("status")).isEqualTo("DOWN");
        assertThat(new JsonObject(ready.body()).getJsonArray("reasons")).containsExactly("no feed runs");
    }

    @Test
    void shouldTellADegradedFeedWithItsReason() {
        exchange = exchange(quiet());
        serve(READING, "btc");
        deploy(config("btc", exchange.url(PATH), 3).put("retryBaseMs", 60_000).put("retryCapMs", 60_000));

        join(exchange.cut(1, CutKind.RESET));

        eventually(() -> json("/health/ready").getString("status").equals("DEGRADED"));
        assertThat(get("/health/ready").statusCode()).isEqualTo(200);
        assertThat(json("/health/ready").getJsonArray("reasons"))
                .containsExactly("btc is DEGRADED: 2 of 3 connections live; reset (connection reset)");
        join(exchange.close()); // a feed without connections ends its pauses early
        eventually(() -> get("/health/ready").statusCode() == 503);
        assertThat(json("/health/ready").getJsonArray("reasons").getString(0))
                .startsWith("btc is DISCONNECTED: 0 of 3 connections live; ");
    }

    @Test
    void shouldJudgeAFeedThatDoesNotAnswer() {
        JsonObject mute = new JsonObject()
                .put(
                        "feeds",
                        new JsonObject()
                                .put("a", new JsonObject().put("feed", "a").put("error", "timed out")));

        JsonObject refused = new JsonObject()
                .put(
                        "feeds",
                        new JsonObject()
                                .put(
                                        "okx",
                                        new JsonObject()
                                                .put("state", "DISCONNECTED")
                                                .put("live", 0)
                                                .put("target", 1)
                                                .put("lastFailure", "login-refused")
                                                .put(
                                                        "problems",
                                                        new JsonArray()
                                                                .add("login-refused")
                                                                .add("other"))));
        assertThat(NodeReadiness.of(refused, ClusterFacts.ALONE).reasons())
                .containsExactly("okx is DISCONNECTED: 0 of 1 connections live; login-refused; other");
        assertThat(NodeReadiness.of(mute, ClusterFacts.ALONE).reasons())
                .containsExactly("a does not answer: timed out");
        assertThat(NodeReadiness.of(mute, ClusterFacts.ALONE).isReady()).isFalse();
        assertThat(NodeReadiness.of(null, ClusterFacts.ALONE).isReady()).isFalse();
    }

    /** The status of a node whose feed nobody publishes. */
    private static JsonObject waiting(int live) {
        JsonObject feed = new JsonObject()
                .put("state", "DEGRADED")
                .put("live", live)
                .put("target", 3)
                .put("cluster", new JsonObject().put("majority", false));
        return new JsonObject().put("feeds", new JsonObject().put("a", feed));
    }

    private static ClusterFacts node(boolean majority) {
        return new ClusterFacts(true, "10.0.0.1:5701", 3, List.of("10.0.0.1:5701"), majority, 0, 0, 0);
    }

    @Test
    void shouldTakeANodeForWellThoughItCarriesNothing() {
        JsonObject nothing = new JsonObject().put("feeds", new JsonObject());
        JsonObject broken =
                new JsonObject().put("feeds", new JsonObject().put("a", new JsonObject().put("error", "timed out")));

        assertThat(NodeReadiness.of(nothing, node(true)).level()).isEqualTo(NodeReadiness.Level.UP);
        assertThat(NodeReadiness.of(nothing, node(false)).isReady())
                .as("the first of three, which the others are to join")
                .isTrue();
        String why =
                "no majority, or no answer of the service that keeps the leases: this node publishes nothing; it sees"
                        + " [\"10.0.0.1:5701\"]";
        assertThat(NodeReadiness.of(nothing, node(false)).reasons()).containsExactly(why);
        assertThat(NodeReadiness.of(waiting(3), node(false)).reasons())
                .as("its connections are complete")
                .containsExactly(why);
        assertThat(NodeReadiness.of(waiting(2), node(false)).reasons())
                .containsExactly(why, "a is DEGRADED: 2 of 3 connections live");
        assertThat(NodeReadiness.of(null, node(true)).isReady()).isTrue();
        assertThat(NodeReadiness.of(broken, node(true)).isReady()).isFalse();
        assertThat(NodeReadiness.of(nothing, ClusterFacts.ALONE).isReady()).isFalse();
    }

    @Test
    void shouldAskANodeWithoutFeedsHowItIs() {
        serve(READING);
        assertThat(get("/health/ready").statusCode()).isEqualTo(503);

        ClusterFacts.update(vertx, "10.0.0.1:5701", 3, List.of("10.0.0.1:5701"), false, 0, () -> 1);

        eventually(() -> get("/health/ready").statusCode() == 200);
        verticle.stopping();
        eventually(() -> get("/health/ready").statusCode() == 503);
        assertThat(get("/health/ready").body()).contains("\"reasons\":[\"stopping\"]");
        assertThat(get("/health/live").statusCode()).isEqualTo(200);
    }

    @Test
    void shouldNotWaitForAFeedThatIsSilent() {
        serveFeed();
        deploy(config("eth", exchange.url(COMBINED), 2));
        vertx.eventBus().consumer(Addresses.here("eth"), request -> {});
        eventually(() ->
                json("/api/status").getJsonObject("feeds").getJsonObject("eth").containsKey("error"));

        JsonObject feeds = json("/api/status").getJsonObject("feeds");
        assertThat(feeds.getJsonObject("btc").getString("state")).isEqualTo("CONNECTED");
        int answered = 0;
        for (int i = 0; i < 4; i++) {
            JsonObject status = join(vertx.eventBus()
                    .<JsonObject>request(Addresses.STATUS, null, new DeliveryOptions().setSendTimeout(5_000))
                    .map(Message::body));
            assertThat(status.getJsonObject("feeds").getJsonObject("btc").getString("state"))
                    .isEqualTo("CONNECTED");
            answered += status.getJsonObject("feeds").getJsonObject("eth").containsKey("error") ? 1 : 0;
        }
        assertThat(answered).as("it is silent at every second request").isPositive();
    }

    // state

    @Test
    void shouldServeWhatTheFeedsSayOnTheBus() {
        serveFeed();
        exchange.emit(TRADE, "1");
        eventually(() -> status("btc").getLong("copies") == 3);

        JsonObject feed = json("/api/status").getJsonObject("feeds").getJsonObject("btc");
        assertThat(feed.getString("state")).isEqualTo("CONNECTED");
        assertThat(feed.getLong("published")).isEqualTo(1);
        assertThat(feed.getJsonArray("connections")).hasSize(3);
        assertThat(json("/api/gaps?feed=btc").getJsonArray("gaps")).isEmpty();
        assertThat(json("/api/arrivals").containsKey("arrivals"))
                .as("the only feed need not be named")
                .isTrue();
        exchange.emit(TRADE, "2"); // the first that all are known to deliver
        eventually(() -> subsets().size() == 3);
        assertThat(subsets().getJsonObject(2).getJsonArray("connections"))
                .as("all three, settled after two seconds")
                .hasSize(3);
        assertThat(get("/api/gaps?feed=eth").statusCode()).isEqualTo(404);
        assertThat(get("/api/page").body()).contains("\"control\":true");
    }

    private JsonArray subsets() {
        return json("/api/worth?feed=btc")
                .getJsonArray("worth")
                .getJsonObject(0)
                .getJsonArray("subsets");
    }

    @Test
    void shouldAskForTheNameOfOneOfSeveralFeeds() {
        serveFeed();
        deploy(config("eth", exchange.url(COMBINED), 2));
        eventually(() -> json("/api/status").getJsonObject("feeds").size() == 2);

        assertThat(get("/api/gaps").statusCode()).isEqualTo(400);
        assertThat(get("/api/gaps?feed=eth").statusCode()).isEqualTo(200);
    }

    /** A possible feed with gaps, and one that does not answer. */
    private static JsonObject troubled(String pad) {
        JsonObject stream = new JsonObject()
                .put("stream", "btcusdt@depth")
                .put("proof", "GAP")
                .put("openGaps", 1)
                .put("healedGaps", 7)
                .put("lostGaps", 2)
                .put("lostNumbers", 40);
        JsonObject other = stream.copy().put("stream", "ethusdt@depth").put("proof", "PROVEN_COMPLETE");
        JsonObject feed = new JsonObject()
                .put("feed", "btc")
                .put("url", pad)
                .put("state", "CONNECTED")
                .put("target", 1)
                .put("live", 1)
                .put("dropped", new JsonObject().put("oversize", 3))
                .put("failures", new JsonObject())
                .put("evictedFor", new JsonObject())
                .put("ledger", new JsonArray().add(stream).add(other))
                .put("connections", new JsonArray());
        for (String count : List.of("published", "copies", "control", "malformed", "late", "lost", "waiting")) {
            feed.put(count, 5);
        }
        JsonObject mute = new JsonObject().put("feed", "eth").put("error", "timed out");
        return new JsonObject().put("feeds", new JsonObject().put("btc", feed).put("eth", mute));
    }

    @Test
    void shouldSumUpGapsAndShowFeedsThatDoNotAnswer() throws IOException {
        vertx.eventBus().localConsumer(Addresses.STATUS, request -> request.reply(troubled("")));
        serve(READING);
        eventually(() -> registry.scrape().contains("firstline_feed_gaps_total"));

        try (Listening listening = new Listening("/api/events")) {
            JsonObject update = listening.next();
            assertThat(update.getString("health")).isEqualTo("DOWN");
            assertThat(update.getJsonArray("reasons")).containsExactly("eth does not answer: timed out");
            JsonObject feeds = update.getJsonObject("feeds");
            assertThat(feeds.getJsonObject("btc").getJsonObject("gaps"))
                    .isEqualTo(new JsonObject("{\"streams\":2,\"proven\":1,\"open\":2,\"healed\":14,\"lost\":4}"));
            assertThat(feeds.getJsonObject("eth").getString("error")).isEqualTo("timed out");
        }
        Exposition metrics = Exposition.parse(registry.scrape());
        assertThat(metrics.sum("firstline_feed_gaps_total", "fate=\"healed\"")).isEqualTo(14);
        assertThat(metrics.sum("firstline_feed_gaps_total", "fate=\"lost\"")).isEqualTo(4);
        assertThat(metrics.sum("firstline_feed_gaps_open")).isEqualTo(2);
        assertThat(metrics.sum("firstline_feed_gaps_numbers_total")).isEqualTo(80);
        assertThat(metrics.sum("firstline_feed_dropped_total", "cause=\"oversize\""))
                .isEqualTo(3);
        assertThat(metrics.sum("firstline_connection_up")).isZero();
        assertThat(metrics.count("firstline_feed_published_total", "eth")).isZero();
    }

    @Test
    void shouldNotWaitForSomebodyWhoDoesNotRead() throws IOException {
        vertx.eventBus().localConsumer(Addresses.STATUS, request -> request.reply(troubled("x".repeat(1 << 20))));
        serve(READING);
        eventually(() -> get("/api/status").body().contains("btc"));
        try (Socket deaf = new Socket(InetAddress.getLoopbackAddress(), port);
                Listening listening = new Listening("/api/events")) {
            deaf.getOutputStream()
                    .write("GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < 12; i++) {
                assertThat(listening.next().getString("health")).isEqualTo("DOWN");
            }
        }
    }

    @Test
    void shouldSaySoWhenTheFeedsDoNotTellTheirStatus() {
        vertx.eventBus().localConsumer(Addresses.STATUS, request -> request.fail(500, "no"));
        serve(READING);

        assertThat(get("/api/status").statusCode()).isEqualTo(503);
        assertThat(get("/health/ready").statusCode()).isEqualTo(503);
        assertThat(get("/health/live").statusCode()).isEqualTo(200);
    }

    @Test
    void shouldFailVisiblyWhenAFeedAnswersNonsense() {
        vertx.eventBus().localConsumer(Addresses.STATUS, request -> request.reply(new JsonObject()));
        serve(ACTING);

        assertThat(get("/api/status").statusCode()).isEqualTo(503);
        assertThat(post("/", "", "Authorization", "Bearer " + TOKEN).statusCode())
                .isEqualTo(404);
    }

    @Test
    void shouldAskAgainAfterAnAnswerThatIsNoStatus() {
        AtomicReference<Object> answer = new AtomicReference<>("a text");
        AtomicInteger asked = new AtomicInteger();
        vertx.eventBus().localConsumer(Addresses.STATUS, request -> {
            asked.incrementAndGet();
            request.reply(answer.get());
        });
        serve(READING);
        eventually(() -> asked.get() > 1);
        assertThat(get("/health/ready").statusCode()).isEqualTo(503);

        answer.set(new JsonObject()); // without feeds
        int before = asked.get();
        eventually(() -> asked.get() > before + 1);
        assertThat(get("/health/ready").statusCode()).isEqualTo(503);

        answer.set(troubled(""));
        eventually(() -> get("/api/status").body().contains("btc"));
    }

    // updates

    @Test
    void shouldTellEverythingAtOnceAndThenWhatIsNew() throws IOException {
        serveFeed();
        eventually(() -> registry.scrape().contains("firstline_feed_published_total"));
        try (Listening listening = new Listening("/api/events")) {
            JsonObject first = listening.next();
            assertThat(first.getString("health")).isEqualTo("UP");
            assertThat(first.getJsonObject("rates").fieldNames()).contains("btc");
            assertThat(names(first.getJsonArray("events")))
                    .as("what happened before anybody looked")
                    .filteredOn("connected"::equals)
                    .hasSize(3);
            JsonObject feed = first.getJsonObject("feeds").getJsonObject("btc");
            assertThat(feed.getJsonArray("connections")).hasSize(3);
            assertThat(feed.getJsonObject("gaps").getLong("lost")).isZero();

            join(exchange.cut(2, CutKind.RESET));

            JsonObject update = listening.next();
            while (!names(update.getJsonArray("events")).contains("disconnected")) {
                update = listening.next();
            }
            assertThat(update.containsKey("rates")).isFalse();
            JsonObject after = listening.next();
            assertThat(names(after.getJsonArray("events"))).as("told once").doesNotContain("disconnected");
        }
    }

    @Test
    void shouldUpdateAtMostTwiceASecond() throws IOException {
        serveFeed();
        try (Listening listening = new Listening("/api/events");
                Listening tail = new Listening("/api/tail?feed=btc")) {
            listening.next();
            long start = System.nanoTime();
            for (int i = 0; i < 4; i++) {
                exchange.emit(TRADE, Integer.toString(i));
                listening.next();
                tail.next();
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(1_400));
        }
    }

    @Test
    void shouldBoundHowManyLookOn() throws Exception {
        serveFeed();
        List<Listening> listening = new java.util.ArrayList<>();
        for (int i = 0; i < LiveUpdates.MOST; i++) {
            listening.add(new Listening("/api/events"));
        }
        assertThat(get("/api/events").statusCode()).isEqualTo(503);

        for (Listening each : listening) {
            each.close();
        }
        eventually(() -> {
            try (Listening again = new Listening("/api/events")) {
                return again.next() != null;
            } catch (AssertionError stillFull) {
                return false;
            }
        });
    }

    // tail

    @Test
    void shouldShowTheMessagesThatContainWhatIsLookedFor() throws IOException {
        serveFeed();
        try (Listening tail = new Listening("/api/tail?feed=btc&filter=%3Cscript%3E")) {
            tail.next();
            exchange.emit(TRADE, "\"nothing of interest\"");
            exchange.emit(TRADE, "\"<script>alert(1)</script>\"");
            JsonObject update = tail.next();
            while (update.getJsonArray("messages").isEmpty()) {
                update = tail.next();
            }
            assertThat(update.getJsonArray("messages")).hasSize(1);
            JsonObject message = update.getJsonArray("messages").getJsonObject(0);
            assertThat(message.getString("text")).contains("<script>alert(1)</script>");
            assertThat(message.getLong("sequence")).isEqualTo(2);
            assertThat(message.getString("connection")).startsWith("btc-");
        }
        assertThat(get("/api/tail?feed=eth").statusCode()).isEqualTo(404);
    }

    @Test
    void shouldShowWhateverBodyTheFeedPublishes() throws IOException {
        serveFeed();
        deploy(config("json", exchange.url(COMBINED), 2).put("body", "json"));
        deploy(config("buffer", exchange.url(COMBINED), 2).put("body", "buffer"));
        deploy(config("batch", exchange.url(COMBINED), 2).put("body", "batch"));
        eventually(() -> json("/api/status").getJsonObject("feeds").size() == 4);
        String text = "x".repeat(3_000);
        try (Listening json = new Listening("/api/tail?feed=json");
                Listening buffer = new Listening("/api/tail?feed=buffer");
                Listening batch = new Listening("/api/tail?feed=batch")) {
            json.next();
            buffer.next();
            batch.next();
            exchange.broadcastRaw(Buffer.buffer("{\"a\":\"" + text + "\"}"), true);
            JsonObject first = json.next();
            while (first.getJsonArray("messages").isEmpty()) {
                first = json.next();
            }
            assertThat(first.getJsonArray("messages").getJsonObject(0).getString("text"))
                    .startsWith("{\"a\":\"xxx")
                    .hasSize(2_001);
            for (Listening each : List.of(buffer, batch)) {
                JsonObject other = each.next();
                while (other.getJsonArray("messages").isEmpty()) {
                    other = each.next();
                }
                assertThat(other.getJsonArray("messages").getJsonObject(0).getString("text"))
                        .startsWith("{\"a\":\"xxx");
            }
        }
    }

    @Test
    void shouldBoundTails() throws Exception {
        serveFeed();
        List<Listening> tails = new java.util.ArrayList<>();
        for (int i = 0; i < 4; i++) {
            tails.add(new Listening("/api/tail?feed=btc"));
        }
        assertThat(get("/api/tail?feed=btc").statusCode()).isEqualTo(503);
        for (Listening tail : tails) {
            tail.close();
        }
    }

    // commands

    @Test
    void shouldEvictForWhoHoldsTheToken() {
        serveFeed();
        eventually(() -> get("/api/gaps?feed=btc").statusCode() == 200);
        String id = members(status("btc")).iterator().next();
        String evict = new JsonObject()
                .put("feed", "btc")
                .put("do", "evict")
                .put("connection", id)
                .encode();

        assertThat(act(evict).statusCode()).isEqualTo(200);

        int[] trade = {0};
        eventually(() -> {
            exchange.emit(TRADE, Integer.toString(trade[0]++));
            return !members(status("btc")).contains(id);
        });
        assertThat(act(evict).statusCode()).isEqualTo(400);
        assertThat(act("{\"feed\":\"btc\",\"do\":\"subscribe\",\"streams\":[\"x\"]}")
                        .body())
                .contains("error");
    }

    @Test
    void shouldSayWhatIsWrongWithACommand() {
        serveFeed();

        assertThat(act("{").statusCode()).isEqualTo(400);
        assertThat(act("").statusCode()).isEqualTo(400);
        assertThat(act("{\"feed\":\"btc\",\"do\":\"set-on-connect\",\"messages\":[]}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(act("{\"feed\":\"eth\",\"do\":\"renew\"}").statusCode()).isEqualTo(404);
        assertThat(act("{\"feed\":7,\"do\":\"renew\"}").statusCode()).isEqualTo(404);
        assertThat(act("{\"pad\":\"" + "x".repeat(70_000) + "\"}").statusCode()).isEqualTo(413);
        assertThat(post("/api/command", "{}", "Authorization", "Bearer " + TOKEN, "Content-Type", "text/plain")
                        .statusCode())
                .isEqualTo(415);
    }

    private HttpResponse<String> act(String body) {
        return post("/api/command", body, "Authorization", "Bearer " + TOKEN, "Content-Type", "application/json");
    }

    @Test
    void shouldLeaveNothingBehind() {
        serveFeed();
        eventually(() -> registry.scrape().contains("firstline_feed_published_total"));

        join(vertx.undeploy(page));

        assertThat(registry.scrape()).doesNotContain("firstline_");
        assertThat(client.sendAsync(request("/").build(), HttpResponse.BodyHandlers.ofString()))
                .failsWithin(Duration.ofSeconds(5));
    }

    private static List<String> names(JsonArray events) {
        return events.stream().map(e -> ((JsonObject) e).getString("event")).toList();
    }
}
