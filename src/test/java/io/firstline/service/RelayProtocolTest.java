package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.feed.FeedConfig;
import io.firstline.connection.FeedEnvironment;
import io.firstline.feed.WsPool;
import io.firstline.feed.report.FeedEvent;
import io.firstline.testkit.Await;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code relay}: clients that speak their venue's protocol get what the exchange sends. */
class RelayProtocolTest {
    private static final String CONFIG =
            """
            {
              "simulator": { "port": 0, "messagesPerSecond": 200, "clientFramesPerSecond": 0 },
              "feeds": {
                "binance": { "venue": "binance-spot", "url": "sim:/stream", "streams": ["btcusdt@trade"], "connections": 2 },
                "okx": { "venue": "okx", "url": "sim:/ws/v5/public", "streams": ["trades BTC-USDT"], "connections": 2 }
              }
            }
            """;

    @TempDir
    Path folder;

    private Vertx vertx;
    private Cli cli;
    private URI relay;

    @BeforeEach
    void open() throws IOException {
        vertx = Vertx.vertx();
        Path file = Files.writeString(folder.resolve("relay.json"), CONFIG);
        cli = Cli.start("relay", file.toString(), "--port", "0");
        cli.until("the relay", () -> cli.out().contains("running"));
        Matcher url = Pattern.compile("relay: (ws://[^/]+)/").matcher(cli.out());
        assertThat(url.find()).as(cli.out()).isTrue();
        relay = URI.create(url.group(1));
    }

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
        Shutdown.ask();
        assertThat(cli.code()).as(cli.out() + cli.err()).isZero();
    }

    /** Connects; what the client gets is added to the list. */
    private WebSocket client(String path, List<String> got) {
        return vertx.createWebSocketClient()
                .connect(new WebSocketConnectOptions()
                        .setHost(relay.getHost())
                        .setPort(relay.getPort())
                        .setURI(path))
                .onSuccess(socket -> socket.textMessageHandler(got::add))
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    @Test
    void shouldSpeakBinancesProtocol() {
        List<String> wrapped = new CopyOnWriteArrayList<>();
        client("/stream?streams=ethusdt@trade", wrapped);
        Await.until("wrapped trades", () -> wrapped.size() > 3);
        List<String> raw = new CopyOnWriteArrayList<>();
        WebSocket socket = client("/ws", raw);
        socket.writeTextMessage("{ \"params\": [\"ethusdt@trade\"], \"id\": \"mine\", \"method\": \"SUBSCRIBE\" }");
        Await.until("trades", () -> raw.size() > 20);

        assertThat(raw.get(0)).isEqualTo("{\"result\":null,\"id\":\"mine\"}");
        List<String> expected = List.copyOf(raw).stream()
                .skip(1)
                .map(data -> "{\"stream\":\"ethusdt@trade\",\"data\":" + data + "}")
                .toList();
        Await.until("the same messages", () -> wrapped.contains(expected.get(expected.size() - 1)));
        assertThat(wrapped).containsAll(expected);

        socket.writeTextMessage("{\"method\":\"UNSUBSCRIBE\",\"params\":[\"ethusdt@trade\"],\"id\":2}");
        Await.until("the second ack", () -> raw.contains("{\"result\":null,\"id\":2}"));
        socket.writeTextMessage("{\"method\":\"order.place\",\"params\":{},\"id\":3}");
        Await.until("a refusal", () -> raw.get(raw.size() - 1).startsWith("{\"code\":2,"));
        List<String> all = List.copyOf(raw);
        assertThat(all.indexOf("{\"result\":null,\"id\":2}")).isEqualTo(all.size() - 2); // no trade any more
    }

    /** A feed of Firstline is a client like any other. */
    @Test
    void shouldServeAFeedOfItsOwnKind() {
        FeedConfig feed = FeedConfig.fromJson(new JsonObject()
                .put("name", "far")
                .put("venue", "okx")
                .put("url", relay + "/ws/v5/public")
                .put("streams", new JsonArray().add("trades ETH-USDT").add("trades BTC-USDT"))
                .put("connections", 2));
        WsPool pool = WsPool.create(FeedEnvironment.of(vertx), feed);
        List<String> got = new CopyOnWriteArrayList<>();
        List<FeedEvent> events = new CopyOnWriteArrayList<>();
        pool.handler(message -> got.add(message.stream()));
        pool.eventHandler(events::add);
        pool.start().toCompletionStage().toCompletableFuture().join();
        Await.until(
                "trades of both",
                () -> got.size() > 50 && got.contains("trades ETH-USDT") && got.contains("trades BTC-USDT"));

        assertThat(events)
                .extracting(FeedEvent::type)
                .doesNotContain(FeedEvent.Type.SUBSCRIBE_FAILED, FeedEvent.Type.SERVER_ERROR);
        pool.close().toCompletionStage().toCompletableFuture().join();
    }
}
