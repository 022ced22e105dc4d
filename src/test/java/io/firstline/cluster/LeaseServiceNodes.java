package io.firstline.cluster;

import io.firstline.config.check.Records;
import io.firstline.config.cluster.ClusterConfig;
import io.firstline.config.cluster.LeaseConfig;
import io.firstline.config.feed.FeedConfig;
import io.firstline.replay.Failover;
import io.firstline.testkit.Await;
import io.firstline.testkit.CountedMessages;
import io.firstline.testkit.CountingExchange;
import io.firstline.testkit.TcpRelay;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
    private final List<TcpRelay> paths = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();

    /** The first message that must arrive: all nodes are warm. */
    private int from;

    /** Null = the service cannot be started here. */
    private CountingExchange exchange;

    private Vertx consumer;
    private CountedMessages messages;

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
        Node.quietLogs();
        exchange = new CountingExchange();
        FeedConfig feed = FeedConfig.fromJson(Node.feed(FEED, exchange.url("/ws/" + STREAM), 2));
        for (ClusterConfig config : Node.members(count, count, null, null)) {
            TcpRelay path = new TcpRelay(port);
            paths.add(path);
            ClusterConfig keptThere = Records.with(config, "leaseMs", leaseMs)
                    .withLease(at(path.port()))
                    .withMembers(List.of(config.self()));
            nodes.add(Await.result(Node.start(keptThere, List.of(feed))));
        }
        consumer = Await.result(nodes.get(0).joinListener());
        messages = new CountedMessages(consumer, FEED, Failover.LEASED);
        exchange.count(STREAM);
        Await.until(() -> status().toString(), this::isReady);
        from = exchange.sent() + 1;
    }

    @AfterAll
    void close() {
        if (exchange != null) {
            exchange.stop();
            nodes.forEach(node -> Await.result(node.leave()));
            Await.result(consumer.close());
            paths.forEach(TcpRelay::close);
            closeService();
            exchange.close();
        }
    }

    private List<JsonObject> status() {
        return nodes.stream().map(node -> node.feed(FEED)).toList();
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
        messages.assertAll(STREAM, from, exchange.sent());
    }
}
