package io.firstline.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.bus.Addresses;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.feed.FeedConfig;
import io.firstline.config.feed.FeedConfig.Body;
import io.firstline.config.feed.FeedConfig.Shard;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.config.venue.Venue;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.stream.FeedMessage;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A feed that is changed while it runs: no message is lost or duplicated, and nothing is left behind. */
class FeedChangeTest extends BusTestBase {
    private final Map<String, List<String>> sent = new ConcurrentHashMap<>();
    private final Queue<Object> bodies = new ConcurrentLinkedQueue<>();
    private ExchangeSimulator exchange;
    private FeedVerticle verticle;
    private String id;

    private FeedConfig feed(int connections, String path, Shard... shards) {
        return feed(connections, path, Body.MESSAGE, shards);
    }

    private FeedConfig feed(int connections, String path, Body body, Shard... shards) {
        return new FeedConfig(
                "btc",
                poolOf(Math.max(2, connections), exchange.url(path)).withSkewMs(30),
                connections,
                body,
                "",
                SubscribeTemplates.NONE,
                Venue.NONE,
                List.of(shards),
                null);
    }

    private void run(int connections, String path) {
        exchange = exchange(market(1_500));
        exchange.onEmit((stream, payload) ->
                sent.computeIfAbsent(stream, s -> new ArrayList<>()).add(payload.toString()));
        vertx.eventBus().consumer(Addresses.feed("btc"), message -> bodies.add(message.body()));
        FeedConfig first = feed(connections, path);
        verticle = connections == 1 ? new SingleVerticle(first) : new PoolVerticle(first);
        exchange.pauseEmission(); // otherwise a connection that opens later could deliver the first message
        id = join(vertx.deployVerticle(verticle));
        eventually(() -> status("btc").getInteger("live") == connections && openLines() == connections);
        exchange.resumeEmission();
        eventually(() -> bodies.size() > 100);
    }

    private void changeTo(FeedConfig wanted, int lines) {
        join(verticle.change(wanted));
        int soFar = bodies.size();
        eventually(() -> bodies.size() > soFar + 100);
        eventually(() -> openLines() == lines);
        assertThat(status("btc").getInteger("target")).isEqualTo(lines);
        assertThat(status("btc").getString("state")).isEqualTo("CONNECTED");
    }

    /** Asserts that every message from the first one arrived once, in order, with consecutive numbers. */
    private void assertExact(String... streams) {
        exchange.pauseEmission();
        long[] size = {-1};
        eventually(() -> {
            boolean quiet = bodies.size() == size[0];
            size[0] = bodies.size();
            return quiet && isWhole(streams);
        });
        assertThat(bodies.stream().map(FeedChangeTest::sequence))
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, bodies.size()).boxed().toList());
        for (String stream : streams) {
            List<String> of = sent.get(stream);
            List<String> got = received(of);
            assertThat(got).isEqualTo(of.subList(of.indexOf(got.get(0)), of.size()));
        }
    }

    private boolean isWhole(String... streams) {
        for (String stream : streams) {
            List<String> got = received(sent.get(stream));
            if (got.isEmpty()
                    || !got.contains(sent.get(stream).get(sent.get(stream).size() - 1))) {
                return false;
            }
        }
        return true;
    }

    private List<String> received(List<String> texts) {
        java.util.Set<String> own = new java.util.HashSet<>(texts);
        return bodies.stream().map(FeedChangeTest::text).filter(own::contains).toList();
    }

    private static String text(Object body) {
        return body instanceof FeedMessage message ? message.asText() : ((JsonObject) body).getString("text");
    }

    private static long sequence(Object body) {
        return body instanceof FeedMessage message ? message.sequence() : ((JsonObject) body).getLong("sequence");
    }

    @Test
    void shouldChangeTheNumberOfConnections() {
        run(2, PATH);
        Queue<JsonObject> events = heard(Addresses.events("btc"));

        changeTo(feed(4, PATH), 4);
        assertThat(connections(status("btc")))
                .extracting(c -> c.getString("connection"))
                .as("no number is given twice")
                .containsExactly("btc-3", "btc-4", "btc-5", "btc-6");
        changeTo(feed(1, PATH), 1);
        changeTo(feed(2, PATH), 2);

        assertExact(TRADE);
        assertThat(status("btc").getLong("published")).isEqualTo(bodies.size());
        assertThat(events).noneMatch(e -> e.getString("event").equals("degraded"));
    }

    @Test
    void shouldChangeASingleConnectionToAPool() {
        run(1, PATH);

        changeTo(feed(3, PATH), 3);

        assertExact(TRADE);
    }

    @Test
    void shouldSplitAFeedIntoPoolsAndPutItTogetherAgain() {
        String both = "/ws/" + TRADE + "/" + BOOK;
        run(2, both);
        Shard trades = new Shard(List.of(exchange.url(PATH)), List.of());
        Shard books = new Shard(List.of(exchange.url("/ws/" + BOOK)), List.of());

        changeTo(feed(2, both, trades, books), 4);
        assertThat(vertx.deploymentIDs()).hasSize(3);
        changeTo(feed(3, both, trades, books), 6);
        assertThat(vertx.deploymentIDs()).hasSize(3);
        changeTo(feed(2, both), 2);

        assertThat(vertx.deploymentIDs()).hasSize(1);
        assertExact(TRADE, BOOK);
    }

    @Test
    void shouldPublishOtherBodiesFromTheSwitchOn() {
        run(2, PATH);

        changeTo(feed(2, PATH, Body.JSON), 2);

        assertExact(TRADE);
        assertThat(bodies.stream().dropWhile(FeedMessage.class::isInstance))
                .isNotEmpty()
                .allMatch(JsonObject.class::isInstance);
    }

    @Test
    void shouldPublishStreamsThatAreNewAndEndThoseThatAreNotWanted() {
        run(2, "/ws/" + TRADE + "/" + BOOK);

        changeTo(feed(2, "/ws/" + TRADE + "/ethusdt@trade"), 2);
        int soFar = bodies.size();
        eventually(() -> bodies.size() > soFar + 100);

        assertExact(TRADE, "ethusdt@trade");
        assertThat(bodies.stream().skip(soFar).map(FeedChangeTest::text)).doesNotContainAnyElementsOf(sent.get(BOOK));
    }

    @Test
    void shouldKeepWhatCommandsHaveChanged() {
        exchange = exchange(market(1_500));
        JsonObject config = subscribeTemplates(config("btc", exchange.url("/stream")));
        verticle = new PoolVerticle(FeedConfig.fromJson(config.copy().put("streams", new JsonArray().add(TRADE))));
        join(vertx.deployVerticle(verticle));
        eventuallySubscribed(exchange, 3, TRADE);
        join(command("btc", "subscribe", "streams", new JsonArray().add(BOOK)));
        join(command("btc", "unsubscribe", "streams", new JsonArray().add(TRADE)));

        String other = "ethusdt@trade";
        join(verticle.change(config.copy()
                .put("connections", 2)
                .put("streams", new JsonArray().add(TRADE).add(other))));

        eventuallySubscribed(exchange, 2, other, BOOK);
        join(command("btc", "subscribe", "streams", new JsonArray().add(TRADE)));
        join(verticle.change(config.copy().put("streams", new JsonArray().add(TRADE))));
        eventuallySubscribed(exchange, 3, TRADE, BOOK);
    }

    @Test
    void shouldKeepTheOldConnectionsWhenTheNewCannotBeOpened() throws IOException {
        run(2, PATH);
        int refusing;
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            refusing = probe.getLocalPort();
        }
        WsConnectionConfig nowhere = connection("ws://127.0.0.1:" + refusing + "/");
        FeedConfig wanted = feed(2, PATH).withConnection(nowhere);

        Throwable failure = failureOf(verticle.change(wanted, 300));

        assertThat(failure).hasMessageContaining("is DISCONNECTED after 300 ms: ");
        assertThat(openLines()).isEqualTo(2);
        changeTo(feed(3, PATH), 3);
        assertExact(TRADE);
    }

    @Test
    void shouldDoOneChangeAtATime() {
        run(2, PATH);
        FeedConfig wanted = feed(3, PATH);

        var first = verticle.change(wanted);

        assertThat(failureOf(verticle.change(wanted))).hasMessageContaining("is not being changed");
        join(first);
        assertThat(failureOf(verticle.change(FeedConfig.of("eth", wanted.pool()))))
                .hasMessageContaining("keeps its name");
        assertExact(TRADE);
    }

    @Test
    void shouldLeaveNothingBehindWhenItIsClosedWhileItIsChanged() {
        run(2, PATH);
        var change = verticle.change(feed(4, PATH).withConnection(connection(exchange.url(PATH))));
        eventually(() -> openLines() > 2);

        join(vertx.undeploy(id));

        eventually(() -> openLines() == 0);
        assertThat(vertx.deploymentIDs()).isEmpty();
        assertThat(change.succeeded()).isFalse();
    }
}
