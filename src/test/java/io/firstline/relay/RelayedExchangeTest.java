package io.firstline.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.bus.FeedSink;
import io.firstline.config.feed.FeedConfig;
import io.firstline.deploy.FeedVerticle;
import io.firstline.deploy.PoolVerticle;
import io.firstline.feed.report.FeedEvent;
import io.firstline.simulator.CutKind;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.stream.FeedMessage;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An exchange, a pool, the relay, and clients of both protocols. */
class RelayedExchangeTest extends RelayTestBase {
    private final Queue<FeedMessage> merged = new ConcurrentLinkedQueue<>();

    private String deployment;

    private void deploy(ExchangeSimulator exchange) {
        relay = new RelayVerticle(LOCAL.withLimit("lingerMs", 0), registry);
        join(vertx.deployVerticle(relay));
        FeedConfig feed = FeedConfig.fromJson(new JsonObject()
                .put("name", "f")
                .put("venue", "binance-spot")
                .put("url", exchange.url("/stream"))
                .put("streams", new JsonArray().add(TRADE))
                .put("connections", 2)
                .put("retryBaseMs", 20)
                .put("joinGuardMs", 50));
        FeedVerticle verticle = new PoolVerticle(feed);
        verticle.publishTo(relay.sink(feed)).publishTo(new FeedSink() {
            @Override
            public void publish(FeedMessage message) {
                merged.add(message);
            }

            @Override
            public void publish(FeedEvent event) {
                // only messages are compared
            }
        });
        deployment = join(vertx.deployVerticle(verticle));
        eventually(() -> subscribed(exchange, TRADE));
    }

    private static boolean subscribed(ExchangeSimulator exchange, String... streams) {
        return exchange.lines().size() == 2
                && exchange.lines().stream().allMatch(line -> List.copyOf(new TreeSet<>(line.streams()))
                        .equals(List.of(streams)));
    }

    /** Vert.x takes long to close while sockets are busy. */
    @AfterEach
    void undeploy() {
        join(vertx.undeploy(deployment));
    }

    @Test
    void shouldSubscribeAtTheVenueWhatClientsWantUntilNobodyDoes() {
        ExchangeSimulator exchange = exchange(quiet());
        deploy(exchange);

        Reader plain = reader("/feeds/f?streams=" + BOOK);
        eventually(() -> subscribed(exchange, BOOK, TRADE));
        Reader bot = reader("/stream");
        bot.socket.writeTextMessage("{\"method\":\"SUBSCRIBE\",\"params\":[\"" + BOOK + "\"],\"id\":7}");
        eventually(() -> bot.payloads.size() == 1);
        assertThat(new JsonObject(bot.payloads.remove()).getValue("id")).isEqualTo(7);
        exchange.emit(BOOK, "1");
        exchange.emit(TRADE, "2");

        eventually(() -> plain.payloads.size() == 1 && bot.payloads.size() == 1);
        assertThat(plain.payloads.peek()).isEqualTo(bot.payloads.peek());
        plain.socket.close();
        bot.socket.writeTextMessage("{\"method\":\"UNSUBSCRIBE\",\"params\":[\"" + BOOK + "\"],\"id\":8}");
        eventually(() -> subscribed(exchange, TRADE));
    }

    /** 5,000 messages a second for a minute, while a connection is cut every second. */
    @Test
    @Tag("stress")
    void shouldGiveTheMergedStreamByteByByteForAMinute() {
        relays(60);
    }

    @Test
    void shouldGiveTheMergedStreamByteByByteWhileConnectionsAreCut() {
        relays(2);
    }

    private void relays(int seconds) {
        ExchangeSimulator exchange = exchange(market(5_000));
        deploy(exchange);
        Reader reader = reader("/feeds/f");
        eventuallyClients(1);
        eventually(() -> !reader.payloads.isEmpty());

        for (int second = 0; second < seconds; second++) {
            if (exchange.lines().size() == 2) { // the pool waits longer after each cut
                exchange.cut(exchange.lines().get(0).number(), CutKind.RESET);
            }
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
            eventually(() -> System.nanoTime() - until > 0);
        }
        exchange.lines().forEach(line -> exchange.freeze(line.number())); // the stream ends
        Buffer begin = reader.payloads.peek();
        int first = merged.stream().map(FeedMessage::payload).toList().indexOf(begin);
        eventually(() -> reader.payloads.size() == merged.size() - first);
        List<Buffer> all = merged.stream().map(FeedMessage::payload).toList();
        List<Buffer> got = List.copyOf(reader.payloads);
        assertThat(got.size()).isGreaterThan(seconds * 1_000);
        assertThat(got).isEqualTo(all.subList(first, all.size()));
    }
}
