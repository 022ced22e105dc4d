package io.firstline.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firstline.bus.Addresses;
import io.firstline.config.feed.FeedConfig;
import io.firstline.config.service.ServiceConfig;
import io.firstline.deploy.PoolVerticle;
import io.firstline.deploy.SingleVerticle;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.simulator.SimulatorConfig;
import io.firstline.stream.FeedMessage;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * As users embed it: a plain Vert.x application, verticles deployed directly and by name, consumers on the event bus.
 */
class EndToEndTest {
    @TempDir
    Path folder;

    @Test
    void shouldRunAConfigurationFileInAnApplicationOfOnesOwn() throws IOException {
        Path file = folder.resolve("config.json");
        Files.writeString(
                file,
                """
                {
                  "simulator": { "messagesPerSecond": 1000 },
                  "feeds": {
                    "pool": {
                      "url": "sim:/public/stream",
                      "venue": "binance-usdm",
                      "streams": ["btcusdt@bookTicker", "btcusdt@trade"],
                      "connections": 3,
                      "streamPointer": "/stream"
                    },
                    "one": { "url": "sim:/ws/ethusdt@trade", "connections": 1, "body": "json" }
                  }
                }
                """);
        ServiceConfig read = ServiceConfig.read(file);
        try (Bench bench = new Bench()) {
            ExchangeSimulator exchange = bench.silentExchange(SimulatorConfig.fromJson(read.simulator()));
            ServiceConfig config = read.withSimulator(exchange.url(""));
            List<FeedMessage> pool = new CopyOnWriteArrayList<>();
            List<FeedMessage> trades = new CopyOnWriteArrayList<>();
            List<JsonObject> one = new CopyOnWriteArrayList<>();
            bench.vertx.eventBus().<FeedMessage>consumer(Addresses.feed("pool"), message -> pool.add(message.body()));
            bench.vertx
                    .eventBus()
                    .<FeedMessage>consumer(
                            Addresses.stream("pool", "btcusdt@trade"), message -> trades.add(message.body()));
            bench.vertx.eventBus().<JsonObject>consumer(Addresses.feed("one"), message -> one.add(message.body()));

            Bench.get(bench.vertx.deployVerticle(new PoolVerticle(feed(config, "pool"))));
            Bench.get(bench.vertx.deployVerticle(new SingleVerticle(feed(config, "one"))));
            Bench.until("all live", () -> live(bench, "pool") == 3 && live(bench, "one") == 1);
            Bench.until("all subscribed", () -> exchange.lines().stream()
                    .allMatch(line -> !line.streams().isEmpty()));
            exchange.resumeEmission();
            Bench.until("messages", () -> pool.size() > 300 && one.size() > 100);
            Bench.silence(exchange);

            long poolSent = exchange.emitted().get("btcusdt@bookTicker")
                    + exchange.emitted().get("btcusdt@trade");
            Bench.until(
                    "everything",
                    () -> pool.size() >= poolSent
                            && one.size() >= exchange.emitted().get("ethusdt@trade"));
            assertThat(pool)
                    .as("the answers to its own requests are not among them")
                    .hasSize((int) poolSent);
            for (int i = 0; i < pool.size(); i++) {
                assertThat(pool.get(i).sequence()).isEqualTo(i + 1);
            }
            assertThat(trades)
                    .isEqualTo(pool.stream()
                            .filter(each -> each.asText().contains("btcusdt@trade\",\"data"))
                            .toList());
            assertThat(one).hasSize(Math.toIntExact(exchange.emitted().get("ethusdt@trade")));
            assertThat(new JsonObject(one.get(0).getString("text")).getString("s"))
                    .isEqualTo("ETHUSDT");
        }
    }

    private static FeedConfig feed(ServiceConfig config, String name) {
        return config.feeds().stream()
                .filter(feed -> feed.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static int live(Bench bench, String feed) {
        return ask(bench, feed, new JsonObject().put("do", "status")).getInteger("live");
    }

    private static JsonObject ask(Bench bench, String feed, JsonObject command) {
        return Bench.get(bench.vertx
                .eventBus()
                .<JsonObject>request(Addresses.command(feed), command)
                .map(Message::body));
    }

    @Test
    void shouldDeployByNameWithJsonAndStopWhenUndeployed() {
        try (Bench bench = new Bench()) {
            ExchangeSimulator exchange = bench.silentExchange(SimulatorConfig.of());
            JsonObject feed = new JsonObject()
                    .put("name", "byName")
                    .put("url", exchange.url("/ws/btcusdt@trade"))
                    .put("connections", 2)
                    .put("body", "buffer");
            Ledger ledger = new Ledger(exchange);
            bench.vertx
                    .eventBus()
                    .<Buffer>consumer(
                            Addresses.feed("byName"),
                            message -> ledger.receive(message.body().toString()));

            String id = Bench.get(bench.vertx.deployVerticle(
                    "io.firstline.deploy.PoolVerticle", new DeploymentOptions().setConfig(feed)));
            Bench.until("live", () -> live(bench, "byName") == 2);
            exchange.resumeEmission();
            Bench.until("messages", () -> ledger.received() > 50);
            ask(
                    bench,
                    "byName",
                    new JsonObject().put("do", "subscribe").put("streams", new JsonArray().add("x")),
                    "without a template");
            Bench.silence(exchange);
            Bench.until("everything received", () -> ledger.received() >= ledger.sent());

            ledger.verdict().assertExact();
            Bench.get(bench.vertx.undeploy(id));
            Bench.until("all connections closed", () -> exchange.lines().isEmpty());
        }
    }

    private static void ask(Bench bench, String feed, JsonObject command, String why) {
        assertThatThrownBy(() -> ask(bench, feed, command)).as(why).hasMessageContaining("template");
    }

    @Test
    void shouldTakeWhatIsWrongWithADeploymentAsItsFailure() {
        try (Bench bench = new Bench()) {
            JsonObject feed = new JsonObject()
                    .put("name", "bad")
                    .put("url", "http://x.com/")
                    .put("conections", 2);

            assertThatThrownBy(() -> Bench.get(bench.vertx.deployVerticle(
                            "io.firstline.deploy.PoolVerticle", new DeploymentOptions().setConfig(feed))))
                    .hasMessageContaining("/url: found \"http://x.com/\"")
                    .hasMessageContaining("/conections");
        }
    }
}
