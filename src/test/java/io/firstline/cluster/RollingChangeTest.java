package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.cluster.ClusterConfig;
import io.firstline.config.feed.FeedConfig;
import io.firstline.replay.Failover;
import io.firstline.testkit.Await;
import io.firstline.testkit.CountedMessages;
import io.firstline.testkit.CountingExchange;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A changed configuration reaches two nodes one after the other, under load: no message is lost or comes twice. */
class RollingChangeTest {
    private static final String FEED = "btc";
    private static final String TRADE = "btcusdt@trade";
    private static final String BOOK = "btcusdt@bookTicker";

    private final CountingExchange exchange = new CountingExchange();
    private final List<CountedMessages> subscriptions = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();

    private FeedConfig feed(String name, int connections, String... streams) {
        return FeedConfig.fromJson(Node.feed(name, exchange.url("/ws/" + String.join("/", streams)), connections));
    }

    private boolean isReady() {
        return nodes.stream().filter(node -> node.owns(FEED)).count() == 1
                && nodes.stream().allMatch(node -> node.isWarm(FEED));
    }

    private void configure(Node node, FeedConfig feed) {
        Await.result(node.verticle().configure(feed));
    }

    private void assertAll(String stream, int from, int until) {
        subscriptions.forEach(messages -> messages.assertAll(stream, from, until));
    }

    @Test
    void shouldLoseNothing() {
        Node.quietLogs();
        List<Future<Node>> starting = new ArrayList<>();
        for (ClusterConfig member : Node.members(2, 2, null, null)) {
            starting.add(Node.start(member, List.of(feed(FEED, 2, TRADE))));
        }
        starting.forEach(node -> nodes.add(Await.result(node)));
        Vertx consumer = Await.result(nodes.get(0).joinListener());
        for (Failover failover : Failover.values()) {
            subscriptions.add(new CountedMessages(consumer, FEED, failover));
        }
        exchange.count(TRADE, BOOK);
        Await.until(() -> nodes.stream().map(node -> node.feed(FEED)).toList().toString(), this::isReady);
        Await.until("both subscriptions read", () -> subscriptions.stream()
                .noneMatch(messages -> messages.all().isEmpty()));
        int from = exchange.sent() + 1;

        nodes.forEach(node -> configure(node, feed(FEED, 3, TRADE)));
        assertThat(isReady())
                .as("the number of connections changes nothing for a standby")
                .isTrue();

        Node owner = nodes.stream().filter(node -> node.owns(FEED)).findFirst().orElseThrow();
        Node standby = nodes.get(1 - nodes.indexOf(owner));
        configure(standby, feed(FEED, 2, TRADE, BOOK));
        Await.until("the standby is cold", () -> !standby.isWarm(FEED));
        assertThat(standby.feed(FEED).getString("cold")).isEqualTo(ColdReason.OTHER_CONFIGURATION.toString());
        configure(owner, feed(FEED, 2, TRADE, BOOK));
        int fromBook = exchange.sent() + 50;
        Await.until("messages of both", () -> exchange.sent() > fromBook + 100);
        assertThat(owner.owns(FEED)).as("nothing was handed over").isTrue();

        configure(owner, feed("new", 2, TRADE));
        configure(standby, feed("new", 2, TRADE));
        Await.until("it is carried", () -> nodes.stream()
                .allMatch(node -> node.feed("new").containsKey("role")));
        Await.result(owner.verticle().forget("new"));
        assertThat(owner.feed("new").isEmpty()).isTrue();
        Await.until("the other continues", () -> standby.owns("new"));
        Await.result(standby.verticle().forget("new"));
        assertThat(Await.result(standby.verticle().configuredFeeds()))
                .extracting(FeedConfig::name)
                .containsExactly(FEED);

        int until = exchange.sent();
        assertAll(TRADE, from, until);
        assertAll(BOOK, fromBook, until);
        exchange.stop();
        nodes.forEach(node -> Await.result(node.leave()));
        Await.result(consumer.close());
        exchange.close();
    }
}
