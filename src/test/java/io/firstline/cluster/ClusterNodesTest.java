package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.firstline.bus.Addresses;
import io.firstline.bus.FeedSubscription;
import io.firstline.config.ClusterConfig;
import io.firstline.config.FeedConfig;
import io.firstline.integration.Quiet;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.simulator.SimulatedLine;
import io.firstline.simulator.SimulatorConfig;
import io.firstline.testkit.Await;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Three real nodes in one process, which carry three feeds together. */
class ClusterNodesTest {
    private static final String SECRET = "what the nodes know";
    private static final String TRADE = "btcusdt@trade";
    private static final String BOOK = "btcusdt@bookTicker";
    private static final List<String> FEEDS = List.of("btc", "eth", "sol");

    private final Vertx exchangeVertx = Vertx.vertx();
    private final List<Node> nodes = new ArrayList<>();
    private final Queue<String> got = new ConcurrentLinkedQueue<>();
    private final AtomicInteger emitted = new AtomicInteger();
    private final List<ClusterConfig> members = Node.members(3, 2, SECRET, null);
    private ExchangeSimulator exchange;
    private Vertx consumer;

    @BeforeEach
    void open() {
        Quiet.logs();
        ((Logger) LoggerFactory.getLogger("com.hazelcast")).setLevel(Level.OFF);
        exchange = ExchangeSimulator.create(
                exchangeVertx,
                SimulatorConfig.of()
                        .withMessagesPerSecond(0)
                        .withPingIntervalMs(0)
                        .withClientFramesPerSecond(0));
        Await.result(exchange.start());
        List<Future<Node>> starting =
                members.stream().map(member -> Node.start(member, feeds())).toList();
        starting.forEach(node -> nodes.add(Await.result(node)));
        consumer =
                Await.result(Node.join(members.get(0).listening(members.get(0).members())));
        Await.until(
                () -> roles().toString(),
                () -> roles().values().stream().allMatch(List.of("owner", "standby")::equals)
                        && roles().size() == FEEDS.size());
    }

    @AfterEach
    void close() {
        nodes.forEach(node -> Await.result(node.leave()));
        Await.result(consumer.close());
        Await.result(exchange.close());
        Await.result(exchangeVertx.close());
    }

    @Test
    void shouldFindWhoConsumesWhatNobodyConsumedBefore() {
        String address = Addresses.stream("btc", "nobody");
        Vertx publisher = nodes.get(0).vertx();
        publisher.eventBus().publish(address, "to nobody");
        assertThat(Await.failure(publisher.eventBus().request(address, "is anybody there?")))
                .hasMessageStartingWith("No handlers");
        Await.result(consumer.eventBus()
                .<String>consumer(address, m -> got.add(m.body()))
                .completion());

        Await.until("a message", () -> {
            publisher.eventBus().publish(address, "to somebody");
            return !got.isEmpty();
        });
        assertThat(got).containsOnly("to somebody");
    }

    private List<FeedConfig> feeds() {
        return FEEDS.stream()
                .map(name -> FeedConfig.fromJson(new JsonObject()
                        .put("name", name)
                        .put("url", exchange.url("/ws/" + name + "usdt@trade"))
                        .put("connections", 2)
                        .put("joinGuardMs", 50)
                        .put("retryBaseMs", 20)
                        .put("subscribe", "{\"method\":\"SUBSCRIBE\",\"params\":${streams},\"id\":${id}}")
                        .put("unsubscribe", "{\"method\":\"UNSUBSCRIBE\",\"params\":${streams},\"id\":${id}}")))
                .toList();
    }

    /** What the nodes are to each feed. */
    private Map<String, List<String>> roles() {
        Map<String, List<String>> roles = new TreeMap<>();
        for (Node node : nodes) {
            JsonObject feeds = Await.result(node.status()).getJsonObject("feeds");
            for (String feed : feeds.fieldNames()) {
                roles.computeIfAbsent(feed, f -> new ArrayList<>())
                        .add(feeds.getJsonObject(feed).getString("role"));
            }
        }
        roles.values().forEach(list -> list.sort(null));
        return roles;
    }

    private Node owner(String feed) {
        return nodes.stream()
                .filter(node -> "owner"
                        .equals(Await.result(node.status())
                                .getJsonObject("feeds")
                                .getJsonObject(feed, new JsonObject())
                                .getString("role")))
                .findFirst()
                .orElseThrow();
    }

    private boolean isWarm(String feed) {
        return nodes.stream()
                        .filter(node -> Await.result(node.status())
                                .getJsonObject("feeds")
                                .getJsonObject(feed, new JsonObject())
                                .getBoolean("warm", false))
                        .count()
                == 2;
    }

    private void follow(String feed) {
        FeedSubscription subscription =
                FeedSubscription.of(consumer, feed).handler(message -> got.add(message.asText()));
        Await.result(subscription.start());
    }

    /** A numbered message on a stream, every two milliseconds from now on. */
    private long emitting(String... streams) {
        return exchangeVertx.setPeriodic(2, t -> {
            int number = emitted.incrementAndGet();
            for (String stream : streams) {
                exchange.emit(stream, "\"" + stream + " " + number + "\"");
            }
        });
    }

    private List<Integer> numbers(String stream) {
        return got.stream()
                .filter(text -> text.startsWith("\"" + stream + " "))
                .map(text -> Integer.valueOf(text.substring(stream.length() + 2, text.length() - 1)))
                .toList();
    }

    private void assertAll(String stream) {
        List<Integer> numbers = numbers(stream);
        assertThat(numbers)
                .isEqualTo(IntStream.rangeClosed(numbers.get(0), emitted.get())
                        .boxed()
                        .toList());
    }

    private JsonObject command(String feed, String what, String stream) {
        return Await.result(consumer.eventBus()
                        .<JsonObject>request(
                                Addresses.command(feed),
                                new JsonObject().put("do", what).put("streams", new JsonArray().add(stream))))
                .body();
    }

    private List<SimulatedLine> btcLines() {
        return exchange.lines().stream()
                .filter(line -> line.streams().contains(TRADE))
                .toList();
    }

    @Test
    void shouldSubscribeOnEveryNodeThatReceivesTheFeed() {
        follow("btc");
        long timer = emitting(TRADE, BOOK);
        Await.until("both are warm", () -> isWarm("btc"));

        assertThat(command("btc", "subscribe", BOOK).getInteger("connections")).isEqualTo(2);
        Await.until(
                () -> btcLines().toString(),
                () -> btcLines().size() == 4
                        && btcLines().stream().allMatch(line -> line.streams().contains(BOOK)));
        Await.until("its messages come", () -> !numbers(BOOK).isEmpty());
        Node owner = owner("btc");
        Await.result(owner.leave());
        nodes.remove(owner);
        Await.until(
                () -> btcLines().toString(),
                () -> btcLines().size() == 4
                        && btcLines().stream().allMatch(line -> line.streams().contains(BOOK)));
        Await.until("the third is warm", () -> isWarm("btc"));
        int seen = numbers(BOOK).size();
        Await.until("they go on coming", () -> numbers(BOOK).size() > seen + 10);
        exchangeVertx.cancelTimer(timer);
        Await.until("the last has come", () -> numbers(BOOK).contains(emitted.get()));
        assertAll(BOOK);
        assertAll(TRADE);

        assertThat(command("btc", "unsubscribe", BOOK).getInteger("connections"))
                .isEqualTo(2);
        Await.until(() -> btcLines().toString(), () -> btcLines().stream()
                .noneMatch(line -> line.streams().contains(BOOK)));
    }
}
