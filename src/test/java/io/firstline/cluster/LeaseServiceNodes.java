package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.firstline.config.check.Records;
import io.firstline.config.cluster.ClusterConfig;
import io.firstline.config.cluster.LeaseConfig;
import io.firstline.config.feed.FeedConfig;
import io.firstline.integration.Quiet;
import io.firstline.replay.FeedSubscription;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.simulator.SimulatorConfig;
import io.firstline.testkit.Await;
import io.firstline.testkit.Loggers;
import io.firstline.testkit.TcpRelay;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that keep their leases in a service, by which they find each other. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class LeaseServiceNodes {
    private static final String STREAM = "btcusdt@trade";
    private static final String FEED = "btc";

    private final int count;
    private final int leaseMs;
    private final Vertx exchangeVertx = Vertx.vertx();
    private final List<TcpRelay> paths = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private final Queue<String> got = new ConcurrentLinkedQueue<>();
    private final AtomicInteger emitted = new AtomicInteger();

    /** The first message that must arrive: all nodes are warm. */
    private int from;

    private boolean isOpen;
    private ExchangeSimulator exchange;
    private Vertx consumer;
    private FeedSubscription subscription;
    private long emission;

    LeaseServiceNodes(int count, int leaseMs) {
        this.count = count;
        this.leaseMs = leaseMs;
    }

    /**
     * Starts the service.
     *
     * @return its port
     */
    abstract int startService(Path folder);

    /** Returns the configuration of a node that reaches the service at a port of 127.0.0.1. */
    abstract LeaseConfig at(int port);

    abstract void closeService();

    @BeforeAll
    void open(@TempDir Path folder) {
        int port = startService(folder);
        isOpen = true;
        Quiet.logs();
        Loggers.of("com.hazelcast").setLevel(Level.OFF);
        exchange = ExchangeSimulator.create(
                exchangeVertx,
                SimulatorConfig.of()
                        .withMessagesPerSecond(0)
                        .withPingIntervalMs(0)
                        .withClientFramesPerSecond(0));
        Await.result(exchange.start());
        for (ClusterConfig config : Node.members(count, count, null, null)) {
            TcpRelay path = new TcpRelay(port);
            paths.add(path);
            ClusterConfig keptThere = Records.with(config, "leaseMs", leaseMs)
                    .withLease(at(path.port()))
                    .withMembers(List.of(config.self()));
            nodes.add(Await.result(Node.start(keptThere, List.of(feed(exchange.url(""))))));
        }
        consumer = Await.result(Node.join(
                nodes.get(0).config().listening(List.of(nodes.get(0).config().self()))));
        subscription = Await.on(consumer.getOrCreateContext(), () -> FeedSubscription.of(consumer, FEED)
                .handler(message -> got.add(message.asText())));
        Await.result(subscription.start());
        emission =
                exchangeVertx.setPeriodic(2, t -> exchange.emit(STREAM, Integer.toString(emitted.incrementAndGet())));
        Await.until(() -> status().toString(), this::isReady);
        from = emitted.get() + 1;
    }

    @AfterAll
    void close() {
        if (isOpen) {
            exchangeVertx.cancelTimer(emission);
            nodes.forEach(node -> Await.result(node.leave()));
            Await.result(consumer.close());
            paths.forEach(TcpRelay::close);
            closeService();
            Await.result(exchange.close());
        }
        Await.result(exchangeVertx.close());
    }

    private static FeedConfig feed(String url) {
        return FeedConfig.fromJson(new JsonObject()
                .put("name", FEED)
                .put("url", url + "/ws/" + STREAM)
                .put("connections", 2)
                .put("joinGuardMs", 50)
                .put("retryBaseMs", 20));
    }

    private List<JsonObject> status() {
        return nodes.stream()
                .map(node -> Await.result(node.status()).getJsonObject("feeds").getJsonObject(FEED, new JsonObject()))
                .toList();
    }

    /** One node owns the feed, and all could. */
    private boolean isReady() {
        return owners().size() == 1 && status().stream().allMatch(feed -> feed.getBoolean("warm", false));
    }

    /** Returns the epoch of each node that owns the feed, by its index. */
    private Map<Integer, Integer> owners() {
        Map<Integer, Integer> owners = new TreeMap<>();
        List<JsonObject> status = status();
        for (int i = 0; i < status.size(); i++) {
            if ("owner".equals(status.get(i).getString("role"))) {
                owners.put(i, status.get(i).getInteger("epoch"));
            }
        }
        return owners;
    }

    private Map.Entry<Integer, Integer> owner() {
        Await.until(() -> status().toString(), () -> !owners().isEmpty());
        return owners().entrySet().iterator().next();
    }

    private void awaitOwnerAfter(int epoch) {
        Await.until(() -> status().toString(), () -> owners().values().stream().anyMatch(later -> later > epoch));
    }

    private void assertNothingLostNorTwice() {
        int until = emitted.get();
        Await.until("all messages arrive", () -> got.contains(Integer.toString(until)));
        List<Integer> numbers =
                got.stream().map(Integer::valueOf).filter(i -> i >= from).toList();
        assertThat(numbers.get(0)).isEqualTo(from);
        List<String> oddities = IntStream.range(1, numbers.size())
                .filter(i -> numbers.get(i) != numbers.get(i - 1) + 1)
                .mapToObj(i -> numbers.get(i - 1) + " before " + numbers.get(i))
                .toList();
        assertThat(oddities).isEmpty();
    }

    @Test
    void shouldPassAFeedOnWhenItsOwnerIsCutOffOrStops() {
        Map.Entry<Integer, Integer> first = owner();
        paths.get(first.getKey()).stall();
        awaitOwnerAfter(first.getValue());
        paths.get(first.getKey()).flow();
        Await.until(() -> status().toString(), this::isReady);

        Map.Entry<Integer, Integer> second = owner();
        Await.result(nodes.remove((int) second.getKey()).leave());
        awaitOwnerAfter(second.getValue());
        assertNothingLostNorTwice();
    }
}
