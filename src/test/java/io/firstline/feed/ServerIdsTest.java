package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.feed.FeedConfig;
import io.firstline.feed.report.FeedState;
import io.firstline.stream.FeedMessage;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Messages whose server names streams by ids of the connection are compared and published by the streams' names. */
@Execution(ExecutionMode.CONCURRENT)
class ServerIdsTest extends FeedTestBase {
    private static final int CONNECTIONS = 3;

    @TempDir
    Path directory;

    private Feed feed(HandServer server, int connections, String profile, String... streams) {
        try {
            Path venues = Files.createDirectories(directory.resolve("venues"));
            Files.writeString(venues.resolve("v.json"), profile);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        JsonObject json = new JsonObject()
                .put("name", "f")
                .put("venue", "v")
                .put("url", server.url())
                .put("connections", connections)
                .put("streams", new JsonArray(List.of(streams)));
        FeedConfig config = FeedConfig.fromJson(json, directory);
        Feed feed = WsPool.create(
                vertx,
                "f",
                config.pool()
                        .withJoinGuardMs(50)
                        .withConnection(config.pool()
                                .connection()
                                .withRetry(connection(server.url()).retry())),
                config.subscriptions(),
                config.format());
        started(watch(feed));
        eventually(() -> server.sockets.size() == connections && feed.state() == FeedState.CONNECTED);
        return feed;
    }

    /** A profile of channels with numbers: trades A is number 10 here and 11 there. */
    private static String channels(boolean rewrite, String key) {
        return """
                {"subscribe": "{\\"event\\":\\"subscribe\\",\\"channel\\":\\"${1}\\",\\"symbol\\":\\"${2}\\"}",
                 "unsubscribe": "{\\"event\\":\\"unsubscribe\\",\\"chanId\\":${learned}}",
                 "messages": {
                   "stream": ["@/0"],
                   "ids": [{"when": [{"at": "/event", "is": ["subscribed"]}], "id": "/chanId",
                            "stream": ["/channel", "/symbol"], "rewrite": %s}],
                   "control": [{"at": "/event"}, {"at": "/1", "is": ["hb"]}],
                   "ackStream": ["/channel", "/symbol"],
                   "classes": {"trades": {"match": "^trades "%s}}}}"""
                .formatted(rewrite, key);
    }

    private static String subscribed(String request, int id) {
        return new JsonObject(request)
                .put("event", "subscribed")
                .put("chanId", id)
                .encode();
    }

    private static boolean subscribes(String request) {
        return request.contains("\"subscribe\"");
    }

    /** The number of a channel on a connection: those of two channels are swapped on each other connection. */
    private static int numberOf(String request, int socket) {
        return request.contains("\"A\"") == (socket % 2 == 0) ? 10 : 11;
    }

    private static String trade(int socket, String symbol, int id) {
        return "[" + numberOf("\"" + symbol + "\"", socket) + ",\"te\",[" + id + ",1]]";
    }

    /** 200 messages of two streams; each connection lacks every 20th, one is reset and gets the other numbers. */
    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void shouldNameStreamsByTheNumbersOfTheConnection(boolean rewrite, boolean byKey) {
        HandServer server = HandServer.start(vertx);
        server.replies =
                (socket, text) -> subscribes(text) ? List.of(subscribed(text, numberOf(text, socket))) : List.of();
        Feed feed = feed(
                server,
                CONNECTIONS,
                channels(rewrite, byKey ? ", \"key\": [\"/1\", \"/2/0\"]" : ""),
                "trades A",
                "trades B");
        eventually(() -> server.received.size() == 2 * CONNECTIONS);

        List<Integer> open = new ArrayList<>(List.of(0, 1, 2));
        for (int id = 1; id <= 100; id++) {
            if (id == 50) {
                join(server.close(open.remove(0)));
                eventually(() -> server.received.size() == 2 * (CONNECTIONS + 1));
                open.add(CONNECTIONS);
            }
            for (int socket : open) {
                if (id % 20 != 5 * (socket % 4)) {
                    ServerWebSocket to = server.sockets.get(socket);
                    to.writeTextMessage(trade(socket, "A", id));
                    to.writeTextMessage("[" + numberOf("\"A\"", socket) + ",\"hb\"]");
                    to.writeTextMessage(trade(socket, "B", id));
                }
            }
        }
        eventually(() -> messages.size() >= 200);
        server.send(trade(1, "A", 101), 1);
        eventually(() -> texts().stream().anyMatch(text -> text.contains("[101,")));

        eventually(() -> messages.size() == 201);
        // a message that the fastest connection lacks comes later
        Map<String, List<Integer>> numbers = new TreeMap<>();
        Map<String, Set<Object>> ids = new TreeMap<>();
        for (FeedMessage message : messages) {
            JsonArray json = new JsonArray(message.asText());
            numbers.computeIfAbsent(message.stream(), any -> new ArrayList<>())
                    .add(json.getJsonArray(2).getInteger(0));
            ids.computeIfAbsent(message.stream(), any -> new HashSet<>()).add(json.getValue(0));
        }
        numbers.values().forEach(list -> list.sort(null));
        assertThat(numbers)
                .containsOnly(
                        Map.entry(
                                "trades A",
                                IntStream.rangeClosed(1, 101).boxed().toList()),
                        Map.entry(
                                "trades B",
                                IntStream.rangeClosed(1, 100).boxed().toList()));
        if (rewrite) {
            assertThat(ids.get("trades A")).hasSize(1).doesNotContain(10, 11).isNotEqualTo(ids.get("trades B"));
            assertThat(ids.get("trades B")).hasSize(1).doesNotContain(10, 11);
        }
        assertThat(report(feed).dropped()).isEmpty();
        assertThat(report(feed).problems()).isEmpty();
    }
}
