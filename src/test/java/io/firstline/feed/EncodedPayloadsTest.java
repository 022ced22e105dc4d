package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedReport;
import io.firstline.feed.report.FeedState;
import io.firstline.stream.CopyListener;
import io.firstline.testkit.Packed;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that put text into binary messages, compressed or not; acks and heartbeats too. */
@Execution(ExecutionMode.CONCURRENT)
class EncodedPayloadsTest extends FeedTestBase {
    private static final int CONNECTIONS = 3;
    private static final int MESSAGES = 100;
    private static final int LIMIT = 16 << 20;

    @TempDir
    private Path folder;

    private HandServer server;

    private WsPool pool(String payload) {
        String profile =
                """
                {
                  "subscribe": "{\\"sub\\":\\"${1}\\",\\"id\\":\\"${id}\\"}",
                  "messages": {
                    "payload": "%s",
                    "stream": ["/ch"],
                    "control": ["Ping"],
                    "answers": [{ "when": [{ "at": "/ping" }], "send": "{\\"pong\\":${/ping}}" }],
                    "ackId": "/id", "refusal": ["/err-code"]
                  }
                }"""
                        .formatted(payload);
        server = HandServer.start(vertx);
        WsPool pool = started(venuePool(folder, profile, CONNECTIONS, server.url(), "book"));
        eventually(() -> server.received.size() == CONNECTIONS && pool.state() == FeedState.CONNECTED);
        return pool;
    }

    private static byte[] packed(String payload, String text, int connection) {
        return switch (payload) {
            case "gzip" -> Packed.gzip(text, 1_000 * connection); // each has its own modification time
            case "zlib" -> Packed.zlib(text);
            case "deflate" -> Packed.deflate(text);
            default -> text.getBytes(StandardCharsets.UTF_8);
        };
    }

    private static String book(int number) {
        return "{\"ch\":\"book\",\"tick\":{\"seq\":" + number + ",\"bids\":[[26.5766,50],[26.5699,152]],\"né\":1}}";
    }

    @ParameterizedTest
    @ValueSource(strings = {"utf8", "gzip", "zlib", "deflate"})
    void shouldPublishTheTextOnce(String payload) {
        WsPool pool = pool(payload);
        for (String request : server.received) {
            int socket = Integer.parseInt(request.substring(0, 1));
            String id = new JsonObject(request.substring(2)).getString("id");
            server.sendBinary(packed(payload, "{\"id\":\"" + id + "\",\"status\":\"ok\"}", socket), socket);
        }
        for (int n = 1; n <= MESSAGES; n++) {
            for (int socket = 0; socket < CONNECTIONS; socket++) {
                if (n % 25 == 0) {
                    server.sendBinary(packed(payload, n % 50 == 0 ? "Ping" : "{\"ping\":" + n + "}", socket), socket);
                }
                if (n % 20 != 5 * socket + 1) {
                    server.sendBinary(packed(payload, book(n), socket), socket);
                }
            }
        }
        int control = CONNECTIONS * (1 + MESSAGES / 25);
        eventually(() -> report(pool).copies() == CONNECTIONS * (MESSAGES - MESSAGES / 20) + control);

        assertThat(texts())
                .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, MESSAGES)
                        .mapToObj(EncodedPayloadsTest::book)
                        .toList());
        assertThat(messages).allMatch(message -> message.text() && "book".equals(message.stream()));
        FeedReport report = report(pool);
        assertThat(report.control()).isEqualTo(control);
        assertThat(report.malformed()).isZero();
        assertThat(report.dropped()).isEmpty();
        assertThat(report.problems()).isEmpty();
        assertThat(told(FeedEvent.Type.SUBSCRIBE_FAILED)).isEmpty();
    }

    /** The server cuts a connection that does not return the value of its compressed ping. */
    @Test
    void shouldAnswerACompressedPing() {
        pool("gzip");

        server.sendBinary(Packed.gzip("{\"ping\":1645289389619}"), 1);

        eventually(() -> server.received.contains("1:{\"pong\":1645289389619}"));
        assertThat(messages).isEmpty();
    }

    /** A recording plays again through the same profile, so it holds what the server sent. */
    @Test
    void shouldRecordWhatArrived() {
        WsPool pool = pool("gzip");
        List<Buffer> copies = new CopyOnWriteArrayList<>();
        pool.copyListener(new CopyListener() {
            @Override
            public void opened(String connectionId) {}

            @Override
            public void copy(String connectionId, Buffer payload, boolean text, long arrivalNanos) {
                copies.add(text ? Buffer.buffer() : payload);
            }

            @Override
            public void closed(String connectionId, String why) {}
        });
        heard(pool);
        byte[] packed = Packed.gzip(book(1), 5);

        server.sendBinary(packed, 0);
        eventually(() -> messages.size() == 1 && copies.size() == 1);

        assertThat(copies.get(0)).isEqualTo(Buffer.buffer(packed));
    }

    @Test
    void shouldReadTextMessagesAsTheyAreAndSplitValues() {
        WsPool pool = pool("gzip");

        server.send(book(1), 1);
        server.sendBinary(Packed.gzip(book(1) + "\n" + book(2) + book(3)), 0, 2);
        eventually(() -> report(pool).copies() == 7);

        assertThat(texts()).containsExactly(book(1), book(2), book(3));
        awaitTold(FeedEvent.Type.SEVERAL_VALUES);
    }

    @Test
    void shouldDropWhatCannotBeDecodedAndGoOn() {
        WsPool pool = pool("gzip");
        byte[] good = Packed.gzip(book(1));
        byte[] damaged = Packed.gzip(book(1));
        damaged[damaged.length / 2] ^= 1;

        server.sendBinary(Packed.gzip("0".repeat(LIMIT + 1)), 0, 1);
        server.sendBinary(Arrays.copyOf(good, good.length - 9), 0, 1, 2);
        server.sendBinary(new byte[0], 0);
        server.sendBinary(book(1).getBytes(StandardCharsets.UTF_8), 0);
        server.sendBinary(damaged, 0);
        server.sendBinary(good, 0, 1, 2);
        eventually(() -> report(pool).copies() == CONNECTIONS);

        assertThat(texts()).containsExactly(book(1));
        assertThat(report(pool).dropped()).isEqualTo(Map.of("oversize", 2L, "undecodable", 6L));
        eventually(() -> told(FeedEvent.Type.DROPPED).size() >= 2);
        assertThat(told(FeedEvent.Type.DROPPED))
                .extracting(event -> event.toJson().getString("cause"))
                .contains("oversize", "undecodable");
        assertThat(members(pool)).as("no connection is blamed").hasSize(CONNECTIONS);
    }

    @Test
    void shouldDropPlainBytesThatAreNotUtf8() {
        WsPool pool = pool("utf8");

        server.sendBinary(new byte[] {'{', (byte) 0xC3, '('}, 0);
        server.sendBinary(book(1).getBytes(StandardCharsets.UTF_8), 0, 1);
        eventually(() -> report(pool).copies() == 2);

        assertThat(texts()).containsExactly(book(1));
        assertThat(report(pool).dropped()).isEqualTo(Map.of("undecodable", 1L));
    }
}
