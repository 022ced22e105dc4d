package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.firstline.config.cluster.ClusterConfig;
import io.firstline.config.feed.FeedConfig;
import io.firstline.integration.Quiet;
import io.firstline.replay.Failover;
import io.firstline.replay.FeedSubscription;
import io.firstline.replay.SubscriptionOptions;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.simulator.SimulatorConfig;
import io.firstline.testkit.Await;
import io.firstline.testkit.Loggers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A changed configuration reaches two nodes one after the other, under load: no message is lost or comes twice. */
class RollingChangeTest {
    private static final String FEED = "btc";
    private static final String TRADE = "btcusdt@trade";
    private static final String BOOK = "btcusdt@bookTicker";
    private static final int EACH_2_MS = 2;

    private final Vertx exchangeVertx = Vertx.vertx();
    private final Map<String, Queue<String>> got = new ConcurrentHashMap<>();
    private final AtomicInteger emitted = new AtomicInteger();
    private final List<Node> nodes = new ArrayList<>();
    private ExchangeSimulator exchange;

    private FeedConfig feed(String name, int connections, String... streams) {
        return FeedConfig.fromJson(new JsonObject()
                .put("name", name)
                .put("url", exchange.url("/ws/" + String.join("/", streams)))
                .put("connections", connections)
                .put("joinGuardMs", 50)
                .put("retryBaseMs", 20));
    }

    private static JsonObject feeds(Node node) {
        return Await.result(node.status()).getJsonObject("feeds");
    }

    private static JsonObject feed(Node node) {
        return feeds(node).getJsonObject(FEED, new JsonObject());
    }

    private static boolean owns(Node node) {
        return "owner".equals(feed(node).getString("role"));
    }

    private boolean isReady() {
        return nodes.stream().filter(RollingChangeTest::owns).count() == 1
                && nodes.stream().allMatch(node -> feed(node).getBoolean("warm", false));
    }

    private void configure(Node node, FeedConfig feed) {
        Await.result(node.verticle().configure(feed));
    }

    private Future<Void> subscribe(Vertx consumer, Failover failover) {
        Queue<String> into = got.computeIfAbsent(failover.name(), f -> new ConcurrentLinkedQueue<>());
        FeedSubscription subscription = Await.on(consumer.getOrCreateContext(), () -> FeedSubscription.of(
                        consumer, FEED, SubscriptionOptions.DEFAULT.withFailover(failover))
                .handler(message -> into.add(message.asText())));
        return subscription.start();
    }

    /** Every message of the stream from one number to another has arrived once and in order, at both subscriptions. */
    private void assertAll(String stream, int from, int until) {
        List<String> expected = IntStream.rangeClosed(from, until)
                .mapToObj(i -> stream + " " + i)
                .toList();
        got.forEach((which, texts) -> {
            Await.until("all arrive", () -> texts.contains(stream + " " + until));
            List<String> numbers = texts.stream()
                    .filter(text -> text.startsWith(stream + " "))
                    .filter(text -> Integer.parseInt(text.substring(stream.length() + 1)) >= from)
                    .limit(expected.size())
                    .toList();
            assertThat(numbers).as(which).isEqualTo(expected);
        });
    }

    @Test
    void shouldLoseNothing() {
        Quiet.logs();
        Loggers.of("com.hazelcast").setLevel(Level.OFF);
        exchange = ExchangeSimulator.create(
                exchangeVertx,
                SimulatorConfig.of()
                        .withMessagesPerSecond(0)
                        .withPingIntervalMs(0)
                        .withClientFramesPerSecond(0));
        Await.result(exchange.start());
        List<Future<Node>> starting = new ArrayList<>();
        for (ClusterConfig member : Node.members(2, 2, null, null)) {
            starting.add(Node.start(member, List.of(feed(FEED, 2, TRADE))));
        }
        starting.forEach(node -> nodes.add(Await.result(node)));
        Vertx consumer = Await.result(
                Node.join(nodes.get(0).config().listening(nodes.get(0).config().members())));
        Await.result(subscribe(consumer, Failover.LEASED));
        Await.result(subscribe(consumer, Failover.MERGED));
        long emission = exchangeVertx.setPeriodic(EACH_2_MS, t -> {
            int number = emitted.incrementAndGet();
            exchange.emit(TRADE, TRADE + " " + number);
            exchange.emit(BOOK, BOOK + " " + number);
        });
        Await.until(() -> nodes.stream().map(RollingChangeTest::feed).toList().toString(), this::isReady);
        Await.until("both subscriptions read", () -> got.values().stream().noneMatch(Queue::isEmpty));
        int from = emitted.get() + 1;

        nodes.forEach(node -> configure(node, feed(FEED, 3, TRADE)));
        assertThat(isReady())
                .as("the number of connections changes nothing for a standby")
                .isTrue();

        Node owner = nodes.stream().filter(RollingChangeTest::owns).findFirst().orElseThrow();
        Node standby = nodes.get(1 - nodes.indexOf(owner));
        configure(standby, feed(FEED, 2, TRADE, BOOK));
        Await.until("the standby is cold", () -> !feed(standby).getBoolean("warm"));
        assertThat(feed(standby).getString("cold")).isEqualTo(ColdReason.OTHER_CONFIGURATION.toString());
        configure(owner, feed(FEED, 2, TRADE, BOOK));
        int fromBook = emitted.get() + 50;
        Await.until("messages of both", () -> emitted.get() > fromBook + 100);
        assertThat(owns(owner)).as("nothing was handed over").isTrue();

        configure(owner, feed("new", 2, TRADE));
        configure(standby, feed("new", 2, TRADE));
        Await.until("it is carried", () -> nodes.stream()
                .allMatch(node ->
                        feeds(node).getJsonObject("new", new JsonObject()).containsKey("role")));
        Await.result(owner.verticle().forget("new"));
        assertThat(feeds(owner).containsKey("new")).isFalse();
        Await.until("the other continues", () -> "owner"
                .equals(feeds(standby).getJsonObject("new").getString("role")));
        Await.result(standby.verticle().forget("new"));
        assertThat(Await.result(standby.verticle().configuredFeeds()))
                .extracting(FeedConfig::name)
                .containsExactly(FEED);

        int until = emitted.get();
        assertAll(TRADE, from, until);
        assertAll(BOOK, fromBook, until);
        exchangeVertx.cancelTimer(emission);
        nodes.forEach(node -> Await.result(node.leave()));
        Await.result(consumer.close());
        Await.result(exchange.close());
        Await.result(exchangeVertx.close());
    }
}
