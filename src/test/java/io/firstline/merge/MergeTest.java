package io.firstline.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.firstline.config.problem.InvalidConfigException;
import io.firstline.integration.Quiet;
import io.firstline.recording.Recorder;
import io.firstline.recording.Recording;
import io.firstline.recording.RecordingException;
import io.firstline.testkit.Loggers;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Recorded connections through the real arbitration, at their recorded times. */
class MergeTest {
    @TempDir
    Path folder;

    private final long startNanos = System.nanoTime();

    @BeforeAll
    static void quiet() {
        Quiet.logs();
    }

    private Recorder recorder(int connections, String... streams) {
        return Recorder.start(folder, "f", connections, List.of(streams), "wss://x/", 1 << 20);
    }

    private void copy(Recorder to, String connection, String text, long atMs) {
        to.copy(connection, Buffer.buffer(text), true, startNanos + (1_000 + atMs) * 1_000_000);
    }

    private static String merged(List<Recording> recordings, String venue) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new Merge(recordings, venue, Path.of(System.getProperty("project.dir", "."), "conf")).run(out);
        return out.toString(StandardCharsets.UTF_8);
    }

    private static List<JsonObject> messages(String merged) {
        return merged.lines().map(JsonObject::new).toList();
    }

    private static List<String> texts(String merged) {
        return messages(merged).stream().map(each -> each.getString("text")).toList();
    }

    @Test
    void shouldMergeTheSameToTheSameBytes() throws IOException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        List<String> sent = new ArrayList<>();
        try (Recorder recorder = recorder(3)) {
            for (int c = 1; c <= 3; c++) {
                recorder.opened("f-" + c);
            }
            long[] lastMs = new long[4];
            record Arrival(String connection, String text, long atMs) {}
            List<Arrival> arrivals = new ArrayList<>();
            for (int i = 0; i < 5_000; i++) {
                String text = random.nextInt(5) == 0 ? "again" : "message " + i;
                sent.add(text);
                for (int c = 1; c <= 3; c++) {
                    lastMs[c] = Math.max(lastMs[c], 2L * i + random.nextInt(20));
                    arrivals.add(new Arrival("f-" + c, text, lastMs[c]));
                }
            }
            arrivals.sort(java.util.Comparator.comparingLong(Arrival::atMs));
            arrivals.forEach(each -> copy(recorder, each.connection(), each.text(), each.atMs()));
        }

        String first = merged(Recording.readFolder(folder), null);
        String second = merged(Recording.readFolder(folder), null);

        assertThat(second.equals(first)).as("the same twice, seed %d", seed).isTrue();
        assertThat(texts(first)).as("the union in order, seed %d", seed).isEqualTo(sent);
        assertThat(messages(first))
                .extracting(each -> each.getString("connection"))
                .contains("f-1", "f-2", "f-3");
        assertThat(messages(first))
                .extracting(each -> each.getLong("sequence"))
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 5_000).mapToObj(Long::valueOf).toList());
        assertThat(messages(first).get(4_999).getLong("receivedMicros")
                        - messages(first).get(0).getLong("receivedMicros"))
                .as("in recorded time")
                .isBetween(9_900_000L, 10_100_000L);
    }

    /** Each connection has another number for the stream; the reply names the recorded request. */
    @Test
    void shouldNameStreamsByRecordedIds() throws IOException {
        try (Recorder recorder = recorder(2, "trades tBTCUSD")) {
            for (int c = 1; c <= 2; c++) {
                recorder.opened("f-" + c);
            }
            for (int c = 1; c <= 2; c++) {
                copy(recorder, "f-" + c, "{\"event\":\"subscribed\",\"chanId\":1" + c + ",\"subId\":\"2\"}", 10);
            }
            for (int i = 1; i <= 20; i++) {
                for (int c = 1; c <= 2; c++) {
                    if (i != 10 * c) {
                        copy(recorder, "f-" + c, "[1" + c + ",\"te\",[" + i + ",5,1,2]," + i + "]", 20 + 10L * i + c);
                    }
                }
            }
        }

        List<JsonObject> merged = messages(merged(Recording.readFolder(folder), "bitfinex"));

        assertThat(merged).hasSize(20).allMatch(each -> each.getString("stream").equals("trades tBTCUSD"));
        assertThat(merged)
                .extracting(each -> new JsonArray(each.getString("text")).getValue(0))
                .containsOnly(1_548_730_136);
    }

    /** "f-3" opens after "f-1" has been silent for long, and neither takes its place nor is there a place for it. */
    @Test
    void shouldNotReplaceASilentConnection() throws IOException {
        try (Recorder recorder = Recorder.start(folder, "silent-one", 2, List.of(), "wss://x/", 1 << 20)) {
            recorder.opened("silent-one-1");
            recorder.opened("silent-one-2");
            for (int i = 0; i < 400; i++) {
                if (i < 100 || i >= 350) {
                    copy(recorder, "silent-one-1", "message " + i, 20L * i);
                }
                copy(recorder, "silent-one-2", "message " + i, 20L * i + 1);
                if (i == 300) {
                    recorder.opened("silent-one-3");
                }
                if (i > 300) {
                    copy(recorder, "silent-one-3", "message " + i, 20L * i + 2);
                }
            }
        }
        Logger logger = Loggers.of("io.firstline.feed");
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        logger.setLevel(Level.INFO);
        List<JsonObject> merged = messages(merged(Recording.readFolder(folder), null));
        logger.detachAppender(log);
        logger.setLevel(null);

        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .filteredOn(line -> line.startsWith("silent-one/")) // other tests may log at the same time
                .isNotEmpty()
                .noneMatch(line -> line.contains("silent while") || line.contains("evicted") || line.contains("stays"));
        assertThat(merged.subList(360, 400))
                .allMatch(each -> each.getString("connection").equals("silent-one-1"));
    }

    /** OKX allows 3 attempts in a second: nobody attempts anything here. */
    @Test
    void shouldOpenMoreConnectionsAtOnceThanTheVenueAllows() throws IOException {
        try (Recorder recorder = recorder(5, "trades BTC-USDT")) {
            for (int c = 1; c <= 5; c++) {
                recorder.opened("f-" + c);
            }
            for (int i = 0; i < 200; i++) {
                copy(
                        recorder,
                        "f-" + (1 + i % 5),
                        "{\"arg\":{\"channel\":\"trades\",\"instId\":\"BTC-USDT\"},\"data\":[{\"tradeId\":\"" + i
                                + "\"}]}",
                        4L * i);
            }
        }

        assertThat(texts(merged(Recording.readFolder(folder), "okx"))).hasSize(200);
    }

    /** The recorded connections were logged in. */
    @Test
    void shouldMergeWithoutTheSecretsOfAVenue() throws IOException {
        try (Recorder recorder = recorder(2, "trades AAPL")) {
            recorder.opened("f-1");
            recorder.opened("f-2");
            for (int i = 0; i < 100; i++) {
                for (int c = 1; c <= 2; c++) {
                    copy(
                            recorder,
                            "f-" + c,
                            "[{\"T\":\"t\",\"S\":\"AAPL\",\"i\":" + i + ",\"x\":\"V\",\"t\":\"" + i + "\"}]",
                            10L * i + c);
                }
            }
        }

        assertThat(messages(merged(Recording.readFolder(folder), "alpaca")))
                .hasSize(100)
                .allMatch(each -> each.getString("stream").equals("trades AAPL"));
    }

    /** Secrets in headers, in URLs and in signatures, and an endpoint. */
    @ParameterizedTest
    @ValueSource(strings = {"pyth", "kucoin", "okx-vip", "chainlink"})
    void shouldMergeWithoutAskingAServer(String venue) throws IOException {
        try (Recorder recorder = recorder(2)) {
            recorder.opened("f-1");
            recorder.opened("f-2");
            copy(recorder, "f-1", "{}", 1);
            copy(recorder, "f-2", "{}", 2);
        }

        assertThat(merged(Recording.readFolder(folder), venue)).isNotNull();
    }

    /** Connection 3 replaces connection 1: messages that only 2 had meanwhile are published, and 3 lines up. */
    @Test
    void shouldOpenAndEndConnectionsAsRecorded() throws IOException {
        try (Recorder recorder = recorder(2)) {
            recorder.opened("f-1");
            recorder.opened("f-2");
            for (int i = 0; i < 100; i++) {
                copy(recorder, "f-1", "m" + i, 10L * i);
                copy(recorder, "f-2", "m" + i, 10L * i + 5);
            }
            recorder.closed("f-1", "eof");
            for (int i = 100; i < 200; i++) {
                copy(recorder, "f-2", "m" + i, 10L * i + 5);
            }
            for (int i = 200; i < 300; i++) {
                copy(recorder, "f-2", "m" + i, 10L * i + 5);
                copy(recorder, "f-3", "m" + i, 10L * i + 6);
            }
            recorder.closed("f-2", "eof");
            for (int i = 300; i < 400; i++) {
                copy(recorder, "f-3", "m" + i, 10L * i + 6);
            }
        }

        String merged = merged(Recording.readFolder(folder), null);

        assertThat(texts(merged))
                .isEqualTo(IntStream.range(0, 400).mapToObj(i -> "m" + i).toList());
        assertThat(messages(merged).get(50).getString("connection")).isEqualTo("f-1");
        assertThat(messages(merged).get(150).getString("connection")).isEqualTo("f-2");
        assertThat(messages(merged).get(350).getString("connection")).isEqualTo("f-3");
    }

    @Test
    void shouldMergeMoreConnectionsOneAfterTheOtherThanAPoolMayHave() throws IOException {
        try (Recorder recorder = recorder(1)) {
            for (int c = 1; c <= 40; c++) {
                for (int i = 0; i < 10; i++) {
                    copy(recorder, "f-" + c, c + " " + i, 1_000L * c + 10L * i);
                }
                recorder.closed("f-" + c, "eof");
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        Merge.Result result = new Merge(Recording.readFolder(folder), null, null).run(out);

        assertThat(result.connections()).isEqualTo(40);
        assertThat(result.copies()).isEqualTo(400);
        assertThat(result.unheard()).isZero();
        assertThat(result.messages()).isEqualTo(400);
        assertThat(result)
                .hasToString(
                        "400 messages from 400 copies on 40 recorded connections, 0 late, 0 copies without a place");
    }

    @Test
    void shouldCountTheCopiesOfConnectionsThatFindNoPlace() throws IOException {
        try (Recorder recorder = recorder(32)) {
            for (int c = 1; c <= 33; c++) {
                recorder.opened("f-" + c);
            }
            for (int c = 1; c <= 33; c++) {
                copy(recorder, "f-" + c, "same", 34 - c);
            }
            recorder.closed("f-1", "eof"); // now there is one
            copy(recorder, "f-33", "later", 10_000);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        Merge.Result result = new Merge(Recording.readFolder(folder), null, null).run(out);

        assertThat(result.unheard()).isEqualTo(1);
        assertThat(result.copies()).isEqualTo(33);
    }

    /**
     * With the venue's profile, answers to the recorded subscription are not messages, and copies are matched by their
     * keys.
     */
    @Test
    void shouldReadMessagesAsTheVenueDoes() throws IOException {
        try (Recorder recorder = recorder(2, "btcusdt@trade")) {
            recorder.opened("f-1");
            recorder.opened("f-2");
            copy(recorder, "f-1", "{\"result\":null,\"id\":1}", 0);
            copy(recorder, "f-2", "{\"result\":null,\"id\":1}", 0);
            for (int i = 0; i < 50; i++) {
                copy(recorder, "f-1", "{\"e\":\"trade\",\"s\":\"BTCUSDT\",\"t\":" + i + ",\"x\":1}", 1 + 10L * i);
                copy(recorder, "f-2", "{\"e\":\"trade\",\"s\":\"BTCUSDT\",\"t\":" + i + ",\"x\":2}", 3 + 10L * i);
            }
        }

        assertThat(texts(merged(Recording.readFolder(folder), "binance-spot")))
                .hasSize(50)
                .allMatch(text -> text.endsWith("\"x\":1}"));
        assertThat(texts(merged(Recording.readFolder(folder), null))).hasSize(101);
        assertThatThrownBy(() -> merged(Recording.readFolder(folder), "nobody"))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("nobody");
    }

    @Test
    void shouldMergeRecordingsOfOthers() throws IOException {
        for (int c = 0; c < 2; c++) {
            StringBuilder lines = new StringBuilder();
            for (int i = 0; i < 100; i++) {
                lines.append("{\"t_us\":")
                        .append(1_000_000L * i + c)
                        .append(",\"msg\":\"m")
                        .append(i)
                        .append("\"}\n");
            }
            Files.writeString(folder.resolve("conn" + c + ".jsonl"), lines);
        }

        String merged = merged(Recording.readFolder(folder), null);

        assertThat(texts(merged))
                .isEqualTo(IntStream.range(0, 100).mapToObj(i -> "m" + i).toList());
        assertThat(messages(merged).get(99).getLong("receivedMicros")).isEqualTo(99_000_000L);
        assertThat(messages(merged).get(0).getString("connection")).isEqualTo("replay-1");
    }

    @Test
    void shouldFailWithWhatCannotBeReadOrWritten() throws IOException {
        Path file = folder.resolve("bad.jsonl");
        Files.writeString(
                file,
                """
                {"recording":1,"feed":"f","connection":"f-1","part":0,"connections":1,"url":"","started_us":1}
                {"t_us":1,"t_ns":1,"msg":"a"}
                no
                """);
        assertThatThrownBy(() -> merged(Recording.readFolder(folder), null))
                .isInstanceOf(RecordingException.class)
                .hasMessageContaining("line 3: not JSON");

        Files.writeString(file, "{\"t_us\":1,\"msg\":\"a\"}\n{\"t_us\":2,\"msg\":\"b\"}\n");
        OutputStream full = new OutputStream() {
            @Override
            public void write(int one) throws IOException {
                throw new IOException("No space left on device");
            }
        };
        assertThatThrownBy(() -> new Merge(Recording.readFolder(folder), null, null).run(full))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("No space left");
    }
}
