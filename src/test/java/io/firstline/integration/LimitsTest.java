package io.firstline.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firstline.config.feed.FeedConfig;
import io.firstline.config.venue.Venue;
import io.firstline.feed.Feed;
import io.firstline.feed.report.FeedEvent;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrameType;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Feeds that together would exceed their venue's limits, at a server that enforces these. */
class LimitsTest {
    private static final int STREAMS = 12;

    @TempDir
    private Path directory;

    private final Map<ServerWebSocket, Integer> subscribed = new ConcurrentHashMap<>();
    private final AtomicInteger heartbeats = new AtomicInteger();
    private LimitWatch limits;
    private Bench bench;
    private HttpServer server;

    @Test
    void shouldNeverBreachALimitThatFeedsShare() throws IOException {
        Files.createDirectory(directory.resolve("venues"));
        Files.writeString(
                directory.resolve("venues/v.json"),
                """
                {"url": "wss://example.com/", "subscribe": "{\\"sub\\":${streams},\\"id\\":${id}}", "streamsPerRequest": 100,
                 "heartbeat": {"send": "{\\"hb\\":1}", "everyMs": 1000}, "requestBytes": 40,
                 "limits": [{"what": "frames", "max": 60, "perMs": 1000, "scope": "host"},
                            {"what": "connects", "max": 8, "perMs": 1000, "scope": "host"},
                            {"what": "connections", "max": 7, "scope": "host"},
                            {"what": "streams", "max": 80, "scope": "venue"}],
                 "messages": {"ackId": "/id"}}
                """);
        limits = new LimitWatch(Venue.find("v", directory));
        try (Bench opened = new Bench()) {
            bench = opened;
            server = Bench.get(bench.vertx
                    .createHttpServer()
                    .webSocketHandler(this::connected)
                    .listen(0, "127.0.0.1"));
            Feed a = feed("a", 3);
            Feed b = feed("b", 3);
            Bench.get(a.start());
            Bench.get(b.start());
            Bench.until(
                    "all subscribed",
                    () -> subscribed.size() == 6 && subscribed.values().stream().allMatch(count -> count == STREAMS));
            Bench.until("heartbeats of all", () -> heartbeats.get() >= 6);

            assertThatThrownBy(() -> Bench.get(a.subscribe(List.of("x", "y", "z"))))
                    .hasMessageContaining("the server allows 80 streams, which these streams would exceed");
            assertThat(Bench.get(a.subscribe(List.of("x", "y")))).isEqualTo(3);
            Bench.until("two more", () -> subscribed.containsValue(STREAMS + 2));

            Feed c = feed("c", 2);
            Bench.get(b.close());
            Bench.get(c.start());
            Bench.until("c", () -> Bench.report(c).live() == 2);
            List<FeedEvent> waits = new CopyOnWriteArrayList<>();
            b.eventHandler(waits::add);
            Bench.get(b.start());
            Bench.until("b waits", () -> waits.stream()
                    .map(event -> event.toJson().encode())
                    .anyMatch(text -> text.contains("connect-waiting")
                            && text.contains("the limit of 80 streams at 127.0.0.1 is reached")));
            Bench.get(c.close());
            Bench.until("b opens", () -> Bench.report(b).live() == 3);
            Bench.get(a.close());
            Bench.get(b.close());
        }
        assertThat(limits.breaches()).isEmpty();
    }

    private Feed feed(String name, int connections) {
        List<String> streams = new ArrayList<>(
                IntStream.range(0, STREAMS).mapToObj(i -> name + i).toList());
        return Feed.of(
                bench.vertx,
                FeedConfig.fromJson(
                        new JsonObject()
                                .put("name", name)
                                .put("venue", "v")
                                .put("url", "ws://127.0.0.1:" + server.actualPort() + "/")
                                .put("connections", connections)
                                .put("latencyPingIntervalMs", 500)
                                .put("streams", new JsonArray(streams)),
                        directory));
    }

    private synchronized void connected(ServerWebSocket socket) {
        limits.connected(socket, limit -> socket.close());
        subscribed.put(socket, 0);
        socket.closeHandler(v -> closed(socket));
        socket.frameHandler(frame -> {
            if (frame.type() == WebSocketFrameType.PING) {
                sent(socket, "");
            }
        });
        socket.textMessageHandler(text -> sent(socket, text));
    }

    private synchronized void closed(ServerWebSocket socket) {
        limits.closed(socket);
        subscribed.remove(socket);
    }

    private synchronized void sent(ServerWebSocket socket, String text) {
        limits.sent(socket, text.contains("sub"), limit -> socket.close());
        limits.request(text, limit -> socket.close());
        heartbeats.addAndGet(text.contains("hb") ? 1 : 0);
        if (text.contains("sub")) {
            JsonObject request = new JsonObject(text);
            for (int i = 0; i < request.getJsonArray("sub").size(); i++) {
                subscribed.merge(socket, 1, Integer::sum);
                limits.subscribed(socket, limit -> socket.close());
            }
            socket.writeTextMessage("{\"id\":" + request.getValue("id") + "}");
        }
    }
}
