package io.firstline.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.feed.FeedConfig;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.simulator.SimulatedLine;
import io.firstline.stream.FeedMessage;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A feed with more streams than one connection may carry has several pools, and looks like one. */
class ShardedFeedTest extends BusTestBase {
    private static final int MESSAGES = 400;

    @TempDir
    private Path directory;

    private ExchangeSimulator exchange;

    /** Five streams, two on a connection: three pools of two connections. */
    private void deploySharded() throws IOException {
        exchange = exchange(quiet().withMaxStreamsPerConnection(2));
        Files.createDirectory(directory.resolve("venues"));
        Files.writeString(
                directory.resolve("venues/small.json"),
                new JsonObject()
                        .put("extends", "binance-spot")
                        .put("url", exchange.url("/stream"))
                        .put("streamsPerConnection", 2)
                        .put("framesPerSecond", 0)
                        .encode());
        JsonObject json = config("btc", "")
                .put("venue", "small")
                .put("connections", 2)
                .put("streams", new JsonArray(List.of("a@trade", "b@trade", "c@trade", "d@trade", "e@trade")));
        json.remove("url");
        join(vertx.deployVerticle(new PoolVerticle(FeedConfig.fromJson(json, directory))));
        eventuallyConnected("btc");
        eventually(() -> lines().equals(List.of(
                "[a@trade, b@trade]",
                "[a@trade, b@trade]",
                "[c@trade, d@trade]",
                "[c@trade, d@trade]",
                "[e@trade]",
                "[e@trade]")));
        eventually(() -> status("btc").getLong("control") == 6); // every request answered
    }

    private List<String> lines() {
        return exchange.lines().stream()
                .map(SimulatedLine::streams)
                .map(Object::toString)
                .sorted()
                .toList();
    }

    @Test
    void shouldPublishEveryStreamInOrderAndNumberThemThrough() throws IOException {
        Queue<FeedMessage> bodies = heard("firstline.feed.btc");
        deploySharded();

        for (int i = 1; i <= MESSAGES; i++) {
            for (String symbol : List.of("a", "b", "c", "d", "e")) {
                exchange.emit(symbol + "@trade", "{\"t\":" + i + "}");
            }
        }

        eventually(() -> bodies.size() == 5 * MESSAGES);
        assertThat(bodies)
                .extracting(FeedMessage::sequence)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, 5 * MESSAGES).boxed().toList());
        Map<String, List<Integer>> byStream = new TreeMap<>();
        bodies.forEach(message -> {
            assertThat(message.feed()).isEqualTo("btc");
            JsonObject json = new JsonObject(message.asText());
            byStream.computeIfAbsent(json.getString("stream"), stream -> new ArrayList<>())
                    .add(json.getJsonObject("data").getInteger("t"));
        });
        assertThat(byStream).hasSize(5).allSatisfy((stream, numbers) -> assertThat(numbers)
                .hasSize(MESSAGES)
                .isSorted());
    }

    @Test
    void shouldBeSpokenToAsOne() throws IOException {
        Queue<JsonObject> events = heard("firstline.feed.btc.events");
        deploySharded();

        JsonObject status = status("btc");
        assertThat(status.getString("feed")).isEqualTo("btc");
        assertThat(status.getInteger("target")).isEqualTo(6);
        assertThat(status.getInteger("live")).isEqualTo(6);
        assertThat(status.getJsonArray("streams")).hasSize(5);
        assertThat(connections(status)).hasSize(6);
        assertThat(events)
                .filteredOn(e -> e.getString("event").equals("connected"))
                .extracting(e -> e.getInteger("shard"))
                .contains(1, 2, 3);

        JsonObject subscribed =
                join(command("btc", "subscribe", "streams", new JsonArray(List.of("f@trade", "a@trade"))));
        assertThat(subscribed.getInteger("connections"))
                .as("only the pool with room")
                .isEqualTo(2);
        eventually(() -> lines().contains("[e@trade, f@trade]"));
        assertThat(failureOf(command("btc", "subscribe", "streams", new JsonArray(List.of("g@trade")))))
                .hasMessage("none of the feed's 3 pools can take g@trade as well");
        assertThat(join(command("btc", "unsubscribe", "streams", new JsonArray(List.of("c@trade"))))
                        .getInteger("connections"))
                .isEqualTo(2);
        eventually(() -> lines().contains("[d@trade]"));

        join(command("btc", "evict", "connection", "btc-3-1"));
        eventually(() -> connections(status("btc")).stream()
                .anyMatch(c -> c.getString("connection").equals("btc-3-3")));
        assertThat(failureOf(command("btc", "evict", "connection", "nobody")))
                .hasMessageContaining("no connection nobody");
        assertThat(join(send("btc", "{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":1}", "all")))
                .isEqualTo(6);
        assertThat(join(send("btc", "{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":1}", "btc-2-1")))
                .isEqualTo(1);
        assertThat(join(command("btc", new JsonObject().put("do", "renew")))).isEmpty();
        assertThat(join(command("btc", "set-on-connect", "messages", new JsonArray()))
                        .getInteger("connections"))
                .isZero();
    }

    @Test
    void shouldTellGapsAndArrivalsOfAllItsPools() throws IOException {
        deploySharded();
        for (int number : new int[] {1, 3}) {
            exchange.emit("a@trade", "{\"t\":" + number + "}");
            exchange.emit("e@trade", "{\"t\":" + number + "}");
        }
        eventually(() -> status("btc").getLong("copies") >= 6 + 8);

        JsonArray gaps =
                join(command("btc", new JsonObject().put("do", "gaps"))).getJsonArray("gaps");
        assertThat(gaps).hasSize(2);
        assertThat(gaps.getJsonObject(0).getString("stream")).isEqualTo("a@trade");
        assertThat(gaps.getJsonObject(1).getString("stream")).isEqualTo("e@trade");
        assertThat(gaps.getJsonObject(1).getLong("from")).isEqualTo(2);
        assertThat(gaps.getJsonObject(1).getString("state")).isEqualTo("open");
        JsonArray arrivals =
                join(command("btc", new JsonObject().put("do", "arrivals"))).getJsonArray("arrivals");
        assertThat(arrivals).hasSize(4).allSatisfy(cell -> assertThat(((JsonObject) cell).getLong("copies"))
                .isEqualTo(2));
    }

    @Test
    void shouldCloseAllItsPools() throws IOException {
        deploySharded();

        for (String id : vertx.deploymentIDs()) {
            if (vertx.deploymentIDs().contains(id)) { // not undeployed with its parent
                join(vertx.undeploy(id).otherwiseEmpty());
            }
        }

        eventually(() -> exchange.lines().isEmpty());
    }
}
