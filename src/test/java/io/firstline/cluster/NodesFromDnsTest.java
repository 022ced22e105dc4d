package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.cluster.ClusterConfig;
import io.firstline.config.feed.FeedConfig;
import io.firstline.replay.Failover;
import io.firstline.testkit.Await;
import io.firstline.testkit.CountedMessages;
import io.firstline.testkit.CountingExchange;
import io.firstline.testkit.FaultLink;
import io.firstline.testkit.FaultProxy;
import io.firstline.testkit.NameServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
        Node.quietLogs();
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
        CountingExchange exchange = new CountingExchange();
        FaultProxy path = FaultProxy.to(exchange.simulator().port());
        names.addresses(address("127.0.0.2"));
        Node voter = Await.result(Node.start(node("127.0.0.2"), List.of(feed(path.url("")))));
        Await.until("it owns the feed", () -> voter.owns(FEED));
        names.addresses(address("127.0.0.2"), address("127.0.0.3"));
        Future<Node> joining = Node.start(node("127.0.0.3"), List.of(feed(exchange.url(""))));
        // it knows no node: it finds them by the name
        Vertx consumer = Await.result(Node.join(node("127.0.0.4").listening(List.of("127.0.0.9:" + port))));
        CountedMessages messages = new CountedMessages(consumer, FEED, Failover.LEASED);
        exchange.count(STREAM);
        Node other = Await.result(joining);
        Await.until("the other is warm", () -> other.isWarm(FEED));
        int from = exchange.sent() + 1;

        path.refuse();
        path.links().forEach(FaultLink::reset);
        Await.until(() -> other.feed(FEED).toString(), () -> other.owns(FEED));
        path.listen();
        Await.until(() -> voter.feed(FEED).toString(), () -> voter.isWarm(FEED));
        names.addresses(address("127.0.0.2"));
        Await.result(other.leave());
        Await.until(() -> voter.feed(FEED).toString(), () -> voter.owns(FEED));

        messages.assertAll(STREAM, from, exchange.sent());
        exchange.stop();
        Await.result(voter.leave());
        Await.result(consumer.close());
        path.close();
        exchange.close();
    }

    private static FeedConfig feed(String url) {
        return FeedConfig.fromJson(Node.feed(FEED, url + "/ws/" + STREAM, 2));
    }
}
