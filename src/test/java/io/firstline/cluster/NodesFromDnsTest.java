package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.firstline.config.cluster.ClusterConfig;
import io.firstline.config.feed.FeedConfig;
import io.firstline.integration.Quiet;
import io.firstline.replay.FeedSubscription;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.simulator.SimulatorConfig;
import io.firstline.testkit.Await;
import io.firstline.testkit.FaultLink;
import io.firstline.testkit.FaultProxy;
import io.firstline.testkit.Loggers;
import io.firstline.testkit.NameServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes at the addresses of a DNS name, which change. */
class NodesFromDnsTest {
    private static final String NAME = "nodes.example";
    private static final String STREAM = "btcusdt@trade";
    private static final String FEED = "btc";

    private final NameServer names = NameServer.start();
    private final int port = Node.freePorts(1).get(0);
    private String before;

    @BeforeEach
    void open(@TempDir Path folder) throws IOException {
        Quiet.logs();
        Loggers.of("com.hazelcast").setLevel(Level.OFF);
        Path file = Files.writeString(folder.resolve("resolv.conf"), names.resolvConf());
        before = System.setProperty("firstline.resolvConf", file.toString());
    }

    @AfterEach
    void close() {
        if (before == null) {
            System.clearProperty("firstline.resolvConf");
        } else {
            System.setProperty("firstline.resolvConf", before);
        }
        names.close();
    }

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private ClusterConfig node(String host) {
        List<String> voters = List.of("127.0.0.2:" + port);
        return new ClusterConfig(
                true,
                "dns",
                host,
                port,
                0,
                0,
                voters,
                2,
                400,
                1 << 20,
                null,
                null,
                false,
                null,
                NAME + ":" + port,
                false);
    }

    @Test
    void shouldLookAtTheAddressesThatTheNameHasAtTheMoment() {
        Vertx vertx = Vertx.vertx();
        JoinAddresses addresses = new JoinAddresses(node("127.0.0.2"));
        String member = "127.0.0.2:" + port;

        names.become(NameServer.Mood.DENIES);
        Await.result(addresses.lookUp(vertx));
        assertThat(addresses.getMembers()).containsExactly(member);

        names.become(NameServer.Mood.KNOWS);
        names.addresses(address("127.0.0.3"), address("fd00::2"));
        Await.result(addresses.lookUp(vertx));
        assertThat(addresses.getMembers()).containsExactly(member, "127.0.0.3:" + port, "[fd00:0:0:0:0:0:0:2]:" + port);

        names.addresses(address("127.0.0.4"));
        Await.until(() -> "found " + addresses.getMembers(), () -> {
            Await.result(addresses.lookUp(vertx)); // takes the last ones if the answer is slow
            return addresses.getMembers().equals(List.of(member, "127.0.0.4:" + port));
        });

        names.become(NameServer.Mood.DENIES);
        Await.result(addresses.lookUp(vertx));
        assertThat(addresses.getMembers()).as("its last ones").containsExactly(member, "127.0.0.4:" + port);
        Await.result(vertx.close());
    }

    /** The second node has no vote. It owns the feed while the first one does not receive it, and then leaves. */
    @Test
    void shouldLetANodeJoinOwnAFeedAndLeave() {
        Vertx exchangeVertx = Vertx.vertx();
        ExchangeSimulator exchange = ExchangeSimulator.create(
                exchangeVertx,
                SimulatorConfig.of()
                        .withMessagesPerSecond(0)
                        .withPingIntervalMs(0)
                        .withClientFramesPerSecond(0));
        Await.result(exchange.start());
        FaultProxy path = FaultProxy.to(exchange.port());
        names.addresses(address("127.0.0.2"));
        Node voter = Await.result(Node.start(node("127.0.0.2"), List.of(feed(path.url("")))));
        Await.until("it owns the feed", () -> owns(voter));
        names.addresses(address("127.0.0.2"), address("127.0.0.3"));
        Future<Node> joining = Node.start(node("127.0.0.3"), List.of(feed(exchange.url(""))));
        // it knows no node: it finds them by the name
        Vertx consumer = Await.result(Node.join(node("127.0.0.4").listening(List.of("127.0.0.9:" + port))));
        Queue<Integer> got = new ConcurrentLinkedQueue<>();
        FeedSubscription subscription =
                Await.on(consumer.getOrCreateContext(), () -> FeedSubscription.of(consumer, FEED)
                        .handler(message -> got.add(Integer.valueOf(message.asText()))));
        Await.result(subscription.start());
        AtomicInteger emitted = new AtomicInteger();
        long emission =
                exchangeVertx.setPeriodic(2, t -> exchange.emit(STREAM, Integer.toString(emitted.incrementAndGet())));
        Node other = Await.result(joining);
        Await.until("the other is warm", () -> feed(other).getBoolean("warm", false));
        int from = emitted.get() + 1;

        path.refuse();
        path.links().forEach(FaultLink::reset);
        Await.until(() -> feed(other).toString(), () -> owns(other));
        path.listen();
        Await.until(() -> feed(voter).toString(), () -> feed(voter).getBoolean("warm", false));
        names.addresses(address("127.0.0.2"));
        Await.result(other.leave());
        Await.until(() -> feed(voter).toString(), () -> owns(voter));

        int until = emitted.get();
        exchangeVertx.cancelTimer(emission);
        Await.until("all messages arrive", () -> got.contains(until));
        assertThat(got.stream().filter(i -> i >= from && i <= until))
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(from, until).boxed().toList());
        Await.result(voter.leave());
        Await.result(consumer.close());
        path.close();
        Await.result(exchange.close());
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

    private static JsonObject feed(Node node) {
        return Await.result(node.status()).getJsonObject("feeds").getJsonObject(FEED, new JsonObject());
    }

    private static boolean owns(Node node) {
        return "owner".equals(feed(node).getString("role"));
    }
}
