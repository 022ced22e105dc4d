package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.feed.FeedConfig;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedState;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** After a gap that no connection heals, one connection subscribes the stream again. */
@Execution(ExecutionMode.CONCURRENT)
class GapRepairTest extends FeedTestBase {
    private static final long SECOND = 1_000_000_000L;
    private static final int CONNECTIONS = 3;

    @TempDir
    Path directory;

    private final GapRepair repair = new GapRepair();

    @Test
    void shouldRepairEachStreamOnceInHalfAMinute() {
        assertThat(repair.next(0)).isNull();
        repair.lost("A", 0);
        repair.lost("B", 0);
        repair.lost("A", SECOND);

        assertThat(repair.next(SECOND)).isEqualTo("A");
        repair.lost("A", 2 * SECOND);
        assertThat(repair.next(2 * SECOND)).isEqualTo("B");
        assertThat(repair.next(30 * SECOND)).isNull();
        assertThat(repair.isIdle()).isFalse();
        assertThat(repair.next(31 * SECOND)).isEqualTo("A");
        assertThat(repair.isIdle()).isTrue();
        assertThat(repair.next(90 * SECOND)).isNull();
    }

    private WsPool pool(HandServer server) throws IOException {
        Path venues = Files.createDirectories(directory.resolve("venues"));
        Files.writeString(
                venues.resolve("v.json"),
                """
                {"subscribe": "{\\"sub\\":\\"${1}\\",\\"id\\":${id}}", "unsubscribe": "{\\"un\\":\\"${1}\\",\\"id\\":${id}}",
                 "messages": {
                   "stream": ["/s"], "ackId": "/id",
                   "classes": {"all": {"match": ".", "key": ["/full", "/n"], "sequence": {
                     "link": "plus-one", "last": ["/n"], "reset": [{"at": "/full", "is": [true]}],
                     "onGap": "resubscribe"}, "snapshot": [{"at": "/full"}]}}}}""");
        FeedConfig config = FeedConfig.fromJson(
                new JsonObject()
                        .put("name", "f")
                        .put("venue", "v")
                        .put("url", server.url())
                        .put("connections", CONNECTIONS)
                        .put("streams", new JsonArray(List.of("A", "B"))),
                directory);
        WsPool pool = started(watch(WsPool.create(quick(2), config)));
        eventually(() -> server.received.size() == 2 * CONNECTIONS && pool.state() == FeedState.CONNECTED);
        return pool;
    }

    private static String message(String stream, int number) {
        return "{\"s\":\"" + stream + "\",\"n\":" + number + "}";
    }

    @Test
    void shouldMissNothingOfATimeInWhichAStreamWasNotSubscribed() throws IOException {
        HandServer server = HandServer.start(vertx);
        server.replies = (socket, text) ->
                text.startsWith("{") ? List.of("{\"id\":" + new JsonObject(text).getValue("id") + "}") : List.of();
        WsPool pool = pool(server);
        for (int n : List.of(1, 2)) {
            toAll(server, message("A", n));
            toAll(server, message("B", n));
        }
        eventually(() -> texts().contains(message("B", 2)));

        assertThat(join(pool.unsubscribe(List.of("A")))).isEqualTo(CONNECTIONS);
        assertThat(join(pool.subscribe(List.of("A")))).isEqualTo(CONNECTIONS);
        toAll(server, message("A", 9));
        toAll(server, message("B", 9));

        FeedEvent told = awaitTold(FeedEvent.Type.GAP);
        eventually(() -> texts().contains(message("B", 9)) && texts().contains(message("A", 9)));
        assertThat(told.toJson().getString("stream")).isEqualTo("B");
        assertThat(told(FeedEvent.Type.GAP))
                .allMatch(event -> event.toJson().getString("stream").equals("B"));
    }

    private static void toAll(HandServer server, String message) {
        for (int socket = 0; socket < CONNECTIONS; socket++) {
            server.send(message, socket);
        }
    }

    private List<String> gaps() {
        return told(FeedEvent.Type.GAP).stream()
                .map(event -> event.toJson().getString("stream") + " "
                        + event.toJson().getString("state"))
                .toList();
    }

    /** All connections lack message 4 of A; one brings message 4 of B late. */
    @Test
    void shouldGetASnapshotOfAStreamThatLacksMessagesOnAllConnections() throws IOException {
        HandServer server = HandServer.start(vertx);
        AtomicInteger last = new AtomicInteger();
        server.replies = (socket, text) -> {
            if (!text.startsWith("{")) {
                return List.of(); // the test asks which socket a connection has
            }
            JsonObject request = new JsonObject(text);
            String ack = "{\"id\":" + request.getValue("id") + "}";
            String full = "{\"s\":\"" + request.getString("sub") + "\",\"full\":true,\"n\":" + last.get() + "}";
            return request.containsKey("sub") ? List.of(ack, full) : List.of(ack);
        };
        WsPool pool = pool(server);
        for (int n = 1; n <= 6; n++) {
            last.set(n);
            for (int socket = 0; socket < CONNECTIONS; socket++) {
                if (n != 4) {
                    server.send(message("A", n), socket);
                    server.send(message("B", n), socket);
                }
            }
        }
        server.send(message("B", 4), 2);
        eventually(() -> report(pool).control() == 2 * CONNECTIONS && gaps().contains("B healed"));
        clock.skip(5_000); // the time that a missing number has

        FeedEvent told = awaitTold(FeedEvent.Type.RESUBSCRIBED);

        assertThat(gaps()).as("lost before that").contains("A open", "A lost", "B open", "B healed");
        eventually(() -> texts().contains("{\"s\":\"A\",\"full\":true,\"n\":6}"));
        assertThat(awaitTold(FeedEvent.Type.SNAPSHOT_AFTER_LOSS).toJson().getMap())
                .containsEntry("stream", "A")
                .containsEntry("number", 6L);
        eventually(() -> server.received.size() == 2 * CONNECTIONS + 2);
        List<String> again = List.copyOf(server.received).subList(2 * CONNECTIONS, 2 * CONNECTIONS + 2);
        int socket = server.socketOf(pool, told.toJson().getString("connection"));
        assertThat(again.get(0)).startsWith(socket + ":{\"un\":\"A\",");
        assertThat(again.get(1)).startsWith(socket + ":{\"sub\":\"A\",");
        for (int n = 7; n <= 8; n++) {
            for (int each = 0; each < CONNECTIONS; each++) {
                server.send(message("A", n), each);
            }
        }
        eventually(() -> texts().contains(message("A", 8)));
        assertThat(told(FeedEvent.Type.RESUBSCRIBED)).hasSize(1);
        assertThat(told.toJson().getString("stream")).isEqualTo("A");
        assertThat(texts().stream().filter(text -> text.contains("\"A\",\"n\"")))
                .containsExactly(
                        message("A", 1),
                        message("A", 2),
                        message("A", 3),
                        message("A", 5),
                        message("A", 6),
                        message("A", 7),
                        message("A", 8));
        assertThat(report(pool).ledger().stream().filter(stream -> stream.openGaps() + stream.lostGaps() > 0))
                .singleElement()
                .satisfies(stream -> assertThat(stream.lostNumbers()).isEqualTo(1));
    }
}
