package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedReport;
import io.firstline.feed.report.FeedState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that put something of each connection into every message: an id, a number, a time. */
@Execution(ExecutionMode.CONCURRENT)
class IdentityByContentTest extends FeedTestBase {
    private static final int CONNECTIONS = 3;
    private static final int MESSAGES = 100;

    @TempDir
    private Path folder;

    private HandServer server;

    private WsPool pool(String members) {
        server = HandServer.start(vertx);
        String profile = "{\"messages\":{\"stream\":[\"/id\"],\"control\":[{\"at\":\"/type\",\"is\":[\"connected\"]}],"
                + members + "}}";
        WsPool pool = started(venuePool(folder, profile, CONNECTIONS, server.url()));
        eventually(() -> server.sockets.size() == CONNECTIONS && pool.state() == FeedState.CONNECTED);
        return pool;
    }

    private static String message(int number, int connection) {
        return "{\"type\":\"channel_data\",\"connection_id\":\"c-" + connection + "\",\"message_id\":"
                + (number + 7 * connection) + ",\"id\":\"BTC-USD\",\"contents\":" + contents(number)
                + ",\"version\":\"1\"}";
    }

    /** Every tenth is equal to the one before. */
    private static String contents(int number) {
        return "{\"bids\":[[\"26.5\",\"" + (number - (number % 10 == 0 ? 1 : 0)) + "\"]],\"asks\":[]}";
    }

    private static String contentsIn(String message) {
        return message.substring(message.indexOf("\"contents\":") + 11, message.indexOf(",\"version\""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'classes':{'all':{'match':'^','key':['/contents']}}",
                "'ignore':['/connection_id','/message_id']",
                "'ignore':['/connection_id'],'classes':{'all':{'match':'^','ignore':['/message_id']}}",
                "'classes':{'all':{'match':'^','key':['/contents','/type'],'ignore':['/connection_id','/message_id']}}"
            })
    void shouldPublishOnce(String members) {
        WsPool pool = pool(members.replace('\'', '"'));
        List<String> expected = new ArrayList<>();
        int copies = 0;
        for (int n = 1; n <= MESSAGES; n++) {
            expected.add(contents(n));
            for (int connection = 0; connection < CONNECTIONS; connection++) {
                if (n % 20 != 5 * connection + 1) {
                    server.sockets.get(connection).writeTextMessage(message(n, connection));
                    copies++;
                }
            }
        }
        int all = copies;
        eventually(() -> report(pool).copies() == all);

        assertThat(texts().stream().map(IdentityByContentTest::contentsIn).sorted())
                .containsExactlyElementsOf(expected.stream().sorted().toList());
        FeedReport report = report(pool);
        assertThat(report.problems()).isEmpty();
        assertThat(report.ledger()).hasSize(1);
        boolean comparesAll = !members.contains("ignore");
        assertThat(report.ledger().get(0).conflicts() > 0)
                .as("what is ignored is no conflict")
                .isEqualTo(comparesAll);
        assertThat(told(FeedEvent.Type.CONFLICT)).hasSize(comparesAll ? 1 : 0);
    }

    /** Also where a message names no stream. */
    @Test
    void shouldIgnoreInMessagesWithoutAStream() {
        WsPool pool = pool("\"ignore\":[\"/t\"]");
        for (int connection = 0; connection < CONNECTIONS; connection++) {
            for (int n = 1; n <= 5; n++) {
                server.send("{\"n\":" + n + ",\"t\":" + (n + 100 * connection) + "}", connection);
            }
        }
        eventually(() -> report(pool).copies() == 5 * CONNECTIONS);

        assertThat(messages).hasSize(5);
    }

    /** Ignored values of any kind, size and place, in messages that need not be JSON. */
    @Test
    void shouldBearWhateverIsAtTheirPlaces() {
        WsPool pool = pool("\"ignore\":[\"/t\",\"/t/u\",\"/x/-1\",\"/x\"]");
        String big = "[" + "{\"t\":[]},".repeat(50_000) + "0]";
        List<String> odd = List.of(
                "{\"t\":" + big + ",\"n\":1}",
                "{\"t\":{\"u\":1},\"x\":[{},[1]],\"n\":2}",
                "{\"t\":null,\"n\":3}",
                "{\"t\":",
                "[\"t\"]",
                "{\"t\":\"\\ud83d\",\"t\":1,\"n\":4}",
                "\"\"",
                "{}");
        for (int connection = 0; connection < CONNECTIONS; connection++) {
            for (String text : odd) {
                server.send(text, connection);
            }
        }
        eventually(() -> report(pool).copies() == (long) odd.size() * CONNECTIONS);

        assertThat(texts()).containsExactlyElementsOf(odd);
    }
}
