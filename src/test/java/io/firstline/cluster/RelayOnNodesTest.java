package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.feed.FeedConfig;
import io.firstline.config.service.RelayConfig;
import io.firstline.integration.Quiet;
import io.firstline.relay.RelayVerticle;
import io.firstline.replay.Failover;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.simulator.SimulatorConfig;
import io.firstline.testkit.Await;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Three nodes in one process, each with a relay. Two of them carry the feed. */
class RelayOnNodesTest {
    private static final String TRADE = "btcusdt@trade";
    private static final String BOOK = "btcusdt@bookTicker";

    private final Vertx outside = Vertx.vertx();
    private final List<Node> nodes = new ArrayList<>();
    private final AtomicInteger emitted = new AtomicInteger();
    private ExchangeSimulator exchange;

    @AfterEach
    void close() {
        Await.result(
                Future.join(nodes.stream().map(node -> node.vertx().close()).toList()));
        Await.result(exchange.close());
        Await.result(outside.close());
    }

    private static RelayVerticle relay(Node node, FeedConfig feed, Failover failover) {
        RelayVerticle relay = new RelayVerticle(
                RelayConfig.DEFAULT.withPort(0).withFailover(failover).withLimit("lingerMs", 500),
                new CompositeMeterRegistry());
        Await.result(node.vertx().deployVerticle(relay));
        Await.result(relay.follow(feed));
        return relay;
    }

    private String role(Node node) {
        return Await.result(node.status())
                .getJsonObject("feeds")
                .getJsonObject("f", new JsonObject())
                .getString("role", "");
    }

    private Node with(String role) {
        return nodes.stream()
                .filter(node -> role(node).equals(role))
                .findFirst()
                .orElseThrow();
    }

    /** A client of the venue's protocol. */
    private final class Bot {
        final Queue<String> got = new ConcurrentLinkedQueue<>();
        final WebSocket socket;

        Bot(RelayVerticle relay) {
            socket = Await.result(outside.createWebSocketClient()
                    .connect(new WebSocketConnectOptions()
                            .setHost("127.0.0.1")
                            .setPort(URI.create(relay.url()).getPort())
                            .setURI("/ws")));
            socket.textMessageHandler(got::add);
            socket.writeTextMessage("{\"method\":\"SUBSCRIBE\",\"params\":[\"" + BOOK + "\"],\"id\":1}");
            Await.until(() -> "messages: " + got, () -> got.size() > 3);
        }

        List<Integer> numbers() {
            return got.stream()
                    .filter(text -> text.startsWith("{\"u\""))
                    .map(text -> new JsonObject(text).getInteger("u"))
                    .toList();
        }

        void awaitNow() {
            int now = emitted.get();
            Await.until(() -> now + " of " + got.size(), () -> numbers().contains(now));
        }
    }

    private long linesWithBook() {
        return exchange.lines().stream()
                .filter(line -> line.streams().contains(BOOK))
                .count();
    }

    @Test
    void shouldServeAFeedOnEveryNodeWhileItsOwnerDies() {
        Quiet.logs();
        exchange = ExchangeSimulator.create(
                outside,
                SimulatorConfig.of()
                        .withMessagesPerSecond(0)
                        .withPingIntervalMs(0)
                        .withClientFramesPerSecond(0));
        Await.result(exchange.start());
        FeedConfig feed = FeedConfig.fromJson(new JsonObject()
                .put("name", "f")
                .put("venue", "binance-spot")
                .put("url", exchange.url("/stream"))
                .put("streams", new JsonArray().add(TRADE))
                .put("connections", 2)
                .put("joinGuardMs", 50)
                .put("retryBaseMs", 20)
                .put("retain", new JsonObject().put("messages", 10_000)));
        List<Future<Node>> starting = Node.members(3, 2, "what the nodes know", null).stream()
                .map(member -> Node.start(member, List.of(feed)))
                .toList();
        starting.forEach(node -> nodes.add(Await.result(node)));
        Await.until(
                () -> "roles " + nodes.stream().map(this::role).toList(),
                () -> nodes.stream().map(this::role).sorted().toList().equals(List.of("", "owner", "standby")));
        Node owner = with("owner");
        RelayVerticle[] relays = {
            relay(owner, feed, Failover.LEASED),
            relay(with("standby"), feed, Failover.MERGED),
            relay(with(""), feed, Failover.LEASED)
        };
        outside.setPeriodic(5, id -> exchange.emit(BOOK, "{\"u\":" + emitted.incrementAndGet() + "}"));

        Bot atStandby = new Bot(relays[1]);
        Bot elsewhere = new Bot(relays[2]);
        Await.until(() -> "subscribed on both nodes: " + linesWithBook(), () -> linesWithBook() == 4);
        Await.result(atStandby.socket.close());
        elsewhere.awaitNow();
        Await.result(elsewhere.socket.close());
        Await.until(() -> "nobody wants it: " + linesWithBook(), () -> linesWithBook() == 0);

        Bot survivor = new Bot(relays[2]);
        Bot atOwner = new Bot(relays[0]);
        Await.result(atOwner.socket.close());
        survivor.awaitNow();
        nodes.remove(owner);
        Await.result(owner.vertx().close());
        Await.until("another owner", () -> nodes.stream()
                .anyMatch(node -> role(node).equals("owner")));
        survivor.awaitNow();
        int first = survivor.numbers().get(0); // the new owner may have had earlier ones
        List<Integer> numbers =
                survivor.numbers().stream().filter(number -> number >= first).toList();
        assertThat(survivor.socket.isClosed()).isFalse();
        assertThat(numbers)
                .isEqualTo(IntStream.rangeClosed(first, numbers.get(numbers.size() - 1))
                        .boxed()
                        .toList());
        new Bot(relays[1]).awaitNow();
    }
}
