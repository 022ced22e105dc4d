package io.firstline.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firstline.bus.Addresses;
import io.firstline.bus.FeedBatch;
import io.firstline.config.WsPoolConfig;
import io.firstline.config.feed.FeedConfig;
import io.firstline.config.problem.InvalidConfigException;
import io.firstline.simulator.CutKind;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.stream.FeedMessage;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A feed as a verticle: deployment, publication, end. */
class FeedVerticleTest extends BusTestBase {

    @ParameterizedTest
    @CsvSource({POOL + ", 3", SINGLE + ", 1"})
    void shouldBeDeployedByClassNameAndPublishItsStream(String verticle, int connections) {
        ExchangeSimulator exchange = exchange(quiet());
        Queue<FeedMessage> bodies = heard("firstline.feed.btc");
        JsonObject config = config("btc", exchange.url(PATH));
        if (connections == 1) {
            config.put("connections", 1).remove("joinGuardMs");
        }
        deploy(verticle, config);
        eventually(() -> exchange.lines().size() == connections);
        eventuallyConnected("btc");

        for (int i = 1; i <= 20; i++) {
            exchange.emit(TRADE, "{\"n\":" + i + "}");
        }

        eventually(() -> bodies.size() == 20);
        long expected = 1;
        for (FeedMessage message : bodies) {
            assertThat(message.feed()).isEqualTo("btc");
            assertThat(message.sequence()).isEqualTo(expected);
            assertThat(message.asText()).isEqualTo("{\"n\":" + expected++ + "}");
            assertThat(message.text()).isTrue();
        }
    }

    @Test
    void shouldKeepOneConnectionIfThatIsWhatAPoolIsAskedFor() {
        ExchangeSimulator exchange = exchange(quiet());
        JsonObject config = config("one", exchange.url(PATH)).put("connections", 1);
        config.remove("joinGuardMs");
        deploy(POOL, config);
        eventuallyConnected("one");

        eventually(() -> exchange.lines().size() == 1);
    }

    @Test
    void shouldRefuseToBeASingleWithSeveralConnections() {
        ExchangeSimulator exchange = exchange(quiet());
        JsonObject config = config("many", exchange.url(PATH)).put("connections", 3);

        assertThatThrownBy(() -> deploy(SINGLE, config)).hasMessageContaining("a single verticle keeps one connection");
        assertThat(exchange.lines()).isEmpty();
    }

    @Test
    void shouldBeDeployedAsAnObjectToo() {
        ExchangeSimulator exchange = exchange(quiet());
        FeedConfig config = FeedConfig.fromJson(config("mine", exchange.url(PATH)));
        join(vertx.deployVerticle(new PoolVerticle(config)));
        join(vertx.deployVerticle(new SingleVerticle(FeedConfig.of("one", connection(exchange.url(PATH))))));
        WsPoolConfig two = WsPoolConfig.of(connection(exchange.url(PATH))).withConnections(2);
        join(vertx.deployVerticle(new PoolVerticle("two", two)));

        eventually(() -> exchange.lines().size() == 6);
        eventuallyConnected("mine");
        eventuallyConnected("one");
        eventuallyConnected("two");
    }

    @Test
    void shouldHandTheSameInstanceToEveryConsumerOfTheNode() {
        ExchangeSimulator exchange = exchange(quiet());
        Queue<FeedMessage> one = heard("firstline.feed.btc");
        Queue<FeedMessage> two = heard("firstline.feed.btc");
        deploy(POOL, config("btc", exchange.url(PATH)));
        eventuallyConnected("btc");

        exchange.emit(TRADE, "1");

        eventually(() -> one.size() == 1 && two.size() == 1);
        assertThat(one.element()).isSameAs(two.element());
    }

    @Test
    void shouldPublishPayloadsAlone() {
        ExchangeSimulator exchange = exchange(quiet());
        Queue<Buffer> bodies = heard("firstline.feed.btc");
        deploy(POOL, config("btc", exchange.url(PATH)).put("body", "buffer"));
        eventuallyConnected("btc");

        exchange.emit(TRADE, "{\"n\":1}");

        eventually(() -> bodies.size() == 1);
        assertThat(bodies.element()).isEqualTo(Buffer.buffer("{\"n\":1}"));
    }

    @Test
    void shouldPublishTheMessagesOfATurnTogether() {
        ExchangeSimulator exchange = exchange(quiet());
        Queue<FeedBatch> batches = heard("firstline.feed.btc");
        deploy(POOL, config("btc", exchange.url(PATH)).put("body", "batch"));
        eventuallyConnected("btc");

        int count = 3 * FeedBatch.MOST;
        for (int n = 1; n <= count; n++) {
            exchange.emit(TRADE, "{\"n\":" + n + "}");
        }

        eventually(() ->
                batches.stream().mapToInt(batch -> batch.messages().size()).sum() == count);
        List<FeedMessage> messages =
                batches.stream().flatMap(batch -> batch.messages().stream()).toList();
        assertThat(messages)
                .extracting(FeedMessage::sequence)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, count).boxed().toList());
        assertThat(messages).allMatch(message -> message.asText().equals("{\"n\":" + message.sequence() + "}"));
        assertThat(batches).allMatch(batch -> batch.messages().size() <= FeedBatch.MOST);
        assertThat(batches.size()).isLessThan(count);
    }

    @Test
    void shouldPublishJson() {
        ExchangeSimulator exchange = exchange(quiet());
        Queue<JsonObject> bodies = heard("firstline.feed.btc");
        deploy(POOL, config("btc", exchange.url(PATH)).put("body", "json"));
        eventuallyConnected("btc");

        exchange.broadcastRaw(Buffer.buffer("grüße"), true);
        exchange.broadcastRaw(Buffer.buffer(new byte[] {0, (byte) 0xff}), false);

        eventually(() -> bodies.size() == 2);
        JsonObject text = bodies.remove();
        assertThat(text.fieldNames())
                .containsExactlyInAnyOrder("feed", "sequence", "connection", "receivedMicros", "text");
        assertThat(text.getString("feed")).isEqualTo("btc");
        assertThat(text.getLong("sequence")).isEqualTo(1);
        assertThat(text.getString("connection")).startsWith("btc-");
        assertThat(text.getString("text")).isEqualTo("grüße");
        assertThat(Base64.getDecoder().decode(bodies.element().getString("base64")))
                .isEqualTo(new byte[] {0, (byte) 0xff});
    }

    @Test
    void shouldPublishEachStreamOnAnAddressOfItsOwn() {
        ExchangeSimulator exchange = exchange(quiet());
        Queue<FeedMessage> all = heard("firstline.feed.btc");
        Queue<FeedMessage> trades = heard("firstline.feed.btc." + TRADE);
        Queue<FeedMessage> books = heard(Addresses.stream("btc", BOOK));
        deploy(POOL, config("btc", exchange.url(COMBINED)).put("streamPointer", "/stream"));
        eventuallyConnected("btc");

        exchange.emit(TRADE, "1");
        exchange.emit(BOOK, "2");
        exchange.emit(TRADE, "3");
        exchange.broadcastRaw(Buffer.buffer("not JSON"), true);
        exchange.broadcastRaw(Buffer.buffer("{\"stream\":null}"), true);
        exchange.broadcastRaw(Buffer.buffer("{\"stream\":[1]}"), true);

        eventually(() -> all.size() == 6);
        eventually(() -> trades.size() == 2 && books.size() == 1);
        assertThat(trades.stream().map(FeedMessage::sequence)).containsExactly(1L, 3L);
        assertThat(books.element().asText()).contains("\"data\":2");
        assertThat(all.stream().map(FeedMessage::stream)).containsExactly(TRADE, BOOK, TRADE, null, null, null);
    }

    @Test
    void shouldNotObeyAServerThatCallsItsStreamLikeAnAddressOfTheFeed() {
        ExchangeSimulator exchange = exchange(quiet());
        List<String> sent = new java.util.concurrent.CopyOnWriteArrayList<>();
        exchange.onClientFrame(frame -> sent.add(frame.payload().toString()));
        Queue<Object> events = heard(Addresses.events("btc"));
        Queue<Object> all = heard("firstline.feed.btc");
        deploy(
                POOL,
                config("btc", exchange.url(PATH))
                        .put("streamPointer", "/stream")
                        .put("body", "buffer")
                        .put("latencyPingIntervalMs", 3_600_000));
        eventuallyConnected("btc");
        int before = events.size();

        for (String name : List.of("send", "command", "events", "resend")) {
            exchange.broadcastRaw(Buffer.buffer("{\"stream\":\"" + name + "\"}"), true);
        }
        eventually(() -> all.size() == 4);
        join(send("btc", "the last", "all"));

        eventually(() -> sent.stream().filter("the last"::equals).count() == 3);
        assertThat(sent).noneMatch(text -> text.contains("stream"));
        assertThat(events).hasSize(before);
    }

    @Test
    void shouldPublishItsEvents() {
        ExchangeSimulator exchange = exchange(quiet());
        Queue<JsonObject> events = heard("firstline.feed.btc.events");
        deploy(POOL, config("btc", exchange.url(PATH)));
        eventuallyConnected("btc");
        join(exchange.cut(1, CutKind.RESET));
        eventually(() -> events.stream().anyMatch(e -> e.getString("event").equals("recovered")));

        assertThat(events.stream().map(e -> e.getString("event")))
                .containsExactly(
                        "connected", "connected", "connected", "disconnected", "degraded", "connected", "recovered");
        assertThat(events).allMatch(e -> e.getString("feed").equals("btc") && e.getLong("micros") > 0);
        JsonObject lost = new ArrayList<>(events).get(3);
        assertThat(lost.getString("cause")).isEqualTo("reset");
        assertThat(lost.getInteger("code")).isEqualTo(1006);
    }

    @Test
    void shouldFailToDeployWithEveryErrorOfItsConfiguration() {
        JsonObject bad = new JsonObject()
                .put("name", "bad name")
                .put("url", "http://nowhere")
                .put("connections", 3)
                .put("rankBy", "mood")
                .put("evictInterval", 5);

        Throwable failure = failureOf(deploying(POOL, bad));

        assertThat(failure).isInstanceOf(InvalidConfigException.class);
        assertThat(failure)
                .hasMessageContaining("/name")
                .hasMessageContaining("/url")
                .hasMessageContaining("/rankBy")
                .hasMessageContaining("/evictInterval");
        assertThat(vertx.deploymentIDs()).isEmpty();
        assertThat(failureOf(deploying(SINGLE, new JsonObject()))).isInstanceOf(InvalidConfigException.class);
    }

    @Test
    void shouldNotRunTwiceUnderOneName() {
        ExchangeSimulator exchange = exchange(quiet());
        String first = deploy(POOL, config("btc", exchange.url(PATH)));
        eventuallyConnected("btc");

        assertThat(failureOf(deploying(POOL, config("btc", exchange.url(PATH)))))
                .hasMessageContaining("a feed btc is already running");
        assertThat(failureOf(deploying(POOL, config("btc", exchange.url(PATH))))) // the first keeps its name
                .hasMessageContaining("a feed btc is already running");
        eventually(() -> exchange.lines().size() == 3);

        join(vertx.undeploy(first));
        deploy(POOL, config("btc", exchange.url(PATH)));
        eventuallyConnected("btc");
    }

    @Test
    void shouldCloseItsSocketsAndLeaveTheBusWhenUndeployed() {
        ExchangeSimulator exchange = exchange(market(200));
        Queue<FeedMessage> bodies = heard("firstline.feed.btc");
        String id = deploy(POOL, config("btc", exchange.url(PATH)));
        eventually(() -> bodies.size() > 10);

        join(vertx.undeploy(id));

        eventually(() -> exchange.lines().isEmpty());
        for (String address : List.of(Addresses.send("btc"), Addresses.command("btc"), Addresses.STATUS)) {
            Throwable failure = failureOf(vertx.eventBus().request(address, "anybody?"));
            assertThat(((ReplyException) failure).failureType()).as(address).isEqualTo(ReplyFailure.NO_HANDLERS);
        }
    }

    @Test
    void shouldBeDeployedThoughTheServerCannotBeReachedAndComeUpLater() throws Exception {
        int port = freePort();
        Queue<JsonObject> events = heard(Addresses.events("btc"));
        Queue<FeedMessage> bodies = heard("firstline.feed.btc");
        deploy(POOL, config("btc", "ws://127.0.0.1:" + port + PATH));

        assertThat(status("btc").getString("state")).isEqualTo("DISCONNECTED");
        assertThat(status("btc").getJsonObject("failures").getLong("refused")).isPositive();
        eventually(() -> events.stream()
                .map(e -> e.getString("event"))
                .toList()
                .containsAll(List.of("connect-failed", "degraded")));

        ExchangeSimulator exchange = exchange(quiet().withPort(port));
        eventuallyConnected("btc");
        exchange.emit(TRADE, "1");
        eventually(() -> bodies.size() == 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void shouldAnswerForAllFeedsOfTheNode(int feeds) {
        ExchangeSimulator exchange = exchange(quiet());
        for (int i = 1; i <= feeds; i++) {
            deploy(POOL, config("f" + i, exchange.url(PATH)));
            eventuallyConnected("f" + i);
        }
        for (int i = 0; i < 4; i++) { // whichever feed answers
            JsonObject all = join(vertx.eventBus()
                            .<JsonObject>request("firstline.status", null)
                            .map(m -> m.body()))
                    .getJsonObject("feeds");
            assertThat(all.fieldNames()).hasSize(feeds).contains("f1");
            for (String feed : all.fieldNames()) {
                assertThat(all.getJsonObject(feed).getString("feed")).isEqualTo(feed);
                assertThat(all.getJsonObject(feed).getInteger("live")).isEqualTo(3);
            }
        }
    }

    @Test
    void shouldPublishWhatAnyFeedOfTheNodeReceives() {
        ExchangeSimulator exchange = exchange(quiet());
        Queue<FeedMessage> a = heard("firstline.feed.a");
        Queue<FeedMessage> b = heard("firstline.feed.b");
        join(Future.all(
                deploying(POOL, config("a", exchange.url(PATH))), deploying(POOL, config("b", exchange.url(PATH)))));
        eventuallyConnected("a");
        eventuallyConnected("b");

        exchange.emit(TRADE, "1");

        eventually(() -> a.size() == 1 && b.size() == 1);
        assertThat(a.element().feed()).isEqualTo("a");
        assertThat(b.element().feed()).isEqualTo("b");
        assertThat(a.element().payload().toString(StandardCharsets.UTF_8)).isEqualTo("1");
    }
}
