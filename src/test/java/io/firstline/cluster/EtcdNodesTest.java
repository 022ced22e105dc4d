package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import io.firstline.config.cluster.ClusterConfig;
import io.firstline.config.cluster.LeaseConfig;
import io.firstline.config.feed.FeedConfig;
import io.firstline.integration.Quiet;
import io.firstline.replay.FeedSubscription;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.simulator.SimulatorConfig;
import io.firstline.testkit.Await;
import io.firstline.testkit.EtcdProcess;
import io.firstline.testkit.Loggers;
import io.firstline.testkit.TcpRelay;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes that keep their lease in a real etcd, which knows one of them to the other. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class EtcdNodesTest {
    private static final String STREAM = "btcusdt@trade";
    private static final String FEED = "btc";

    private final Vertx exchangeVertx = Vertx.vertx();
    private final List<TcpRelay> paths = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private final Queue<String> got = new ConcurrentLinkedQueue<>();
    private final AtomicInteger emitted = new AtomicInteger();

    /** The first message that must arrive: both nodes are warm. */
    private int from;

    private EtcdProcess etcd;
    private ExchangeSimulator exchange;
    private Vertx consumer;
    private FeedSubscription subscription;
    private long emission;

    @BeforeAll
    void open(@TempDir Path folder) {
        assumeTrue(EtcdProcess.isInstalled(), EtcdProcess.missing());
        Quiet.logs();
        Loggers.of("com.hazelcast").setLevel(Level.OFF);
        etcd = EtcdProcess.start(1, folder).get(0);
        exchange = ExchangeSimulator.create(
                exchangeVertx,
                SimulatorConfig.of()
                        .withMessagesPerSecond(0)
                        .withPingIntervalMs(0)
                        .withClientFramesPerSecond(0));
        Await.result(exchange.start());
        for (ClusterConfig config : Node.members(2, 2, null, null)) {
            TcpRelay path = new TcpRelay(etcd.port());
            paths.add(path);
            ClusterConfig inEtcd =
                    config.withLease(LeaseConfig.of(List.of(path.url()))).withMembers(List.of(config.self()));
            nodes.add(Await.result(Node.start(inEtcd, List.of(feed(exchange.url(""))))));
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
        if (etcd != null) {
            exchangeVertx.cancelTimer(emission);
            nodes.forEach(node -> Await.result(node.leave()));
            Await.result(consumer.close());
            paths.forEach(TcpRelay::close);
            etcd.close();
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

    /** One node owns the feed, and both could. */
    private boolean isReady() {
        List<JsonObject> status = status();
        return status.stream()
                                .filter(feed -> "owner".equals(feed.getString("role")))
                                .count()
                        == 1
                && status.stream().allMatch(feed -> feed.getBoolean("warm", false));
    }

    private int owner() {
        List<JsonObject> status = status();
        return IntStream.range(0, status.size())
                .filter(i -> "owner".equals(status.get(i).getString("role")))
                .findFirst()
                .orElse(-1);
    }

    private int epoch(int node) {
        return status().get(node).getInteger("epoch");
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
    @Order(1)
    void shouldPassAFeedToTheOtherWhenItsOwnerIsCutOffFromEtcd() {
        int first = owner();
        int epoch = epoch(first);

        paths.get(first).stall();

        Await.until(() -> status().toString(), () -> owner() == 1 - first);
        assertThat(epoch(1 - first)).isGreaterThan(epoch);
        paths.get(first).flow();
        Await.until(() -> status().toString(), this::isReady);
        assertNothingLostNorTwice();
    }
}
