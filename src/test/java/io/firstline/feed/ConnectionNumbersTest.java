package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.deploy.node.ReportJson;
import io.firstline.feed.ConnectionNumbers.Hole;
import io.firstline.feed.report.ConnectionReport;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedState;
import io.firstline.feed.report.StreamReport;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Servers that number the messages of each connection: acks, heartbeats and data of all streams. */
@Execution(ExecutionMode.CONCURRENT)
class ConnectionNumbersTest extends FeedTestBase {
    private static final String PROFILE =
            """
            {
              "messages": {
                "stream": ["/s"], "control": [{ "at": "/op" }],
                "ignore": ["/n"],
                "line": { "last": ["/n"], "link": "plus-one" },
                "classes": {
                  "all": { "match": "^", "key": ["/i"], "sequence": { "link": "plus-one", "last": ["/i"] } }
                }
              }
            }""";

    @TempDir
    private Path folder;

    private HandServer server;

    private WsPool pool() {
        server = HandServer.start(vertx);
        WsPool pool = started(venuePool(folder, PROFILE, 2, server.url()));
        eventually(() -> server.sockets.size() == 2 && pool.state() == FeedState.CONNECTED);
        return pool;
    }

    private static String data(int item, long number) {
        return "{\"s\":\"x\",\"i\":" + item + ",\"n\":" + number + "}";
    }

    private static String control(long number) {
        return "{\"op\":\"beat\",\"n\":" + number + "}";
    }

    @Test
    void shouldBlameTheConnectionAndNotTheStream() {
        WsPool pool = pool();
        int slow = server.socketOf(pool, "f-2");
        int whole = 1 - slow;

        server.send(control(0), slow, whole);
        for (int i = 1; i <= 10; i++) {
            server.send(data(i, i), whole);
            if (i != 4 && i != 5) {
                server.send(data(i, i), slow);
            }
        }
        server.send(control(11), whole);
        server.send(control(12), slow); // lacks a control message too

        eventually(() -> told(FeedEvent.Type.CONNECTION_GAP).stream()
                        .mapToLong(event -> event.toJson().getLong("missing"))
                        .sum()
                == 3);
        assertThat(told(FeedEvent.Type.CONNECTION_GAP))
                .allMatch(event -> event.toJson().getString("connection").equals("f-2"));
        JsonObject last = told(FeedEvent.Type.CONNECTION_GAP)
                .get(told(FeedEvent.Type.CONNECTION_GAP).size() - 1)
                .toJson();
        assertThat(last.getLong("from")).isEqualTo(11);
        assertThat(last.getLong("to")).isEqualTo(11);
        assertThat(members(pool)).extracting(ConnectionReport::missing).containsExactlyInAnyOrder(0L, 3L);
        assertThat(ReportJson.of(report(pool)).getJsonArray("connections"))
                .extracting(each -> ((JsonObject) each).getLong("missing"))
                .containsExactlyInAnyOrder(0L, 3L);
        assertThat(messages).hasSize(10);
        StreamReport stream = report(pool).ledger().get(0);
        assertThat(stream.openGaps() + stream.lostGaps()).isZero();
        assertThat(stream.conflicts()).isZero();
    }

    /** Numbers that jump as far as numbers can are counted within bounds and reported about once a second. */
    @Test
    void shouldBearNumbersWithoutAnyOrder() {
        WsPool pool = pool();
        List<String> numbers = List.of(
                "-9223372036854775807",
                "9223372036854775807",
                "-5",
                "99999999999999999999",
                "null",
                "\"7\"",
                "{}",
                "9223372036854775806");

        for (int i = 0; i < 400; i++) {
            server.sockets
                    .get(0)
                    .writeTextMessage("{\"s\":\"x\",\"i\":" + i + ",\"n\":" + numbers.get(i % numbers.size()) + "}");
        }
        eventually(() -> report(pool).copies() == 400);
        awaitTold(FeedEvent.Type.CONNECTION_GAP);

        assertThat(members(pool)).extracting(ConnectionReport::missing).contains(ConnectionNumbers.MOST);
        assertThat(told(FeedEvent.Type.CONNECTION_GAP).size()).isLessThan(20);
    }

    @Test
    void shouldCountWhatIsMissing() {
        ConnectionNumbers numbers = new ConnectionNumbers();
        assertThat(numbers.missing()).isNull();
        for (long number : new long[] {7, 8, 10, 11, 20}) {
            numbers.arrived(number);
        }
        assertThat(numbers.news()).isEqualTo(new Hole(12, 19, 9));
        assertThat(numbers.news()).isNull();
        assertThat(numbers.missing()).isEqualTo(9);
        for (long number : new long[] {20, 1, 2, 4}) {
            numbers.arrived(number);
        }
        assertThat(numbers.news()).as("a lower number begins anew").isEqualTo(new Hole(3, 3, 1));
        assertThat(numbers.missing()).isEqualTo(10);
    }
}
