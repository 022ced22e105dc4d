package io.firstline.simulator;

import static io.firstline.simulator.TestClient.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firstline.recording.RecordedEntry;
import io.firstline.recording.Recording;
import io.firstline.recording.RecordingException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reads, rejects and replays recordings. */
class SimulatorReplayTest extends SimulatorTestBase {
    private static final long EPOCH_US = 1_600_000_000_000_000L;

    @TempDir
    Path folder;

    /** Writes {@code count} messages "name 0", "name 1" …, one every {@code stepUs}, the first at {@code firstUs}. */
    private Path record(String name, int count, long firstUs, long stepUs) throws IOException {
        Path file = folder.resolve(name);
        try (OutputStream out = name.endsWith(".gz")
                ? new GZIPOutputStream(Files.newOutputStream(file))
                : Files.newOutputStream(file)) {
            for (int i = 0; i < count; i++) {
                JsonObject line =
                        new JsonObject().put("t_us", firstUs + i * stepUs).put("msg", name + " " + i);
                out.write((line.encode() + "\n").getBytes(StandardCharsets.UTF_8));
            }
        }
        return file;
    }

    private static List<String> texts(String name, int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> name + " " + i).toList();
    }

    private static SimulatorConfig replay(Path... files) {
        return quiet().withRecordings(List.of(files));
    }

    @Test
    void shouldReplayOneFileToEveryConnectionOnAnyPathAndKeepThemOpen() throws Exception {
        ExchangeSimulator exchange = start(replay(record("a.jsonl.gz", 2_000, EPOCH_US, 1_000))
                .withReplaySpeed(0)
                .withAwaitConnections(2));
        TestClient one = connect(exchange, "/any/path?x=1");
        one.send("{\"method\":\"SUBSCRIBE\",\"params\":[\"a@trade\"],\"id\":1}");
        one.ping("p");
        one.nextPong();
        assertThat(one.texts).as("waits for two, and does not answer").isEmpty();
        TestClient two = connect(exchange, "/");

        assertThat(one.next(2_000)).isEqualTo(texts("a.jsonl.gz", 0, 2_000));
        assertThat(two.next(2_000)).isEqualTo(texts("a.jsonl.gz", 0, 2_000));
        assertThat(exchange.lines()).extracting(SimulatedLine::messagesSent).containsExactly(2_000L, 2_000L);
        assertThat(exchange.lines()).extracting(SimulatedLine::path).containsExactly("/any/path?x=1", "/");
    }

    @Test
    void shouldReplayTheKthFileToTheKthConnectionOnOneClock() throws Exception {
        // b begins 300 ms after a on the shared clock, so also here
        ExchangeSimulator exchange =
                start(replay(record("a.jsonl", 2, EPOCH_US, 600_000), record("b.jsonl", 1, EPOCH_US + 300_000, 0))
                        .withAwaitConnections(3));
        TestClient one = connect(exchange, "/1");
        TestClient two = connect(exchange, "/2");
        long startNs = System.nanoTime();
        TestClient three = connect(exchange, "/3");

        TestClient.Arrival a0 = one.texts.take();
        TestClient.Arrival b0 = two.texts.take();
        TestClient.Arrival a1 = one.texts.take();

        assertThat(List.of(a0.text(), b0.text(), a1.text())).containsExactly("a.jsonl 0", "b.jsonl 0", "a.jsonl 1");
        assertThat(a0.atNs()).isLessThan(b0.atNs());
        assertThat(b0.atNs()).isLessThan(a1.atNs());
        assertThat(b0.atNs() - startNs).isGreaterThanOrEqualTo(300_000_000L);
        assertThat(a1.atNs() - startNs).isGreaterThanOrEqualTo(600_000_000L);
        assertThat(three.next(2)).as("files start over").isEqualTo(texts("a.jsonl", 0, 2));
    }

    @Test
    void shouldScaleThePaceAndDelayByLag() throws Exception {
        ExchangeSimulator exchange = start(replay(record("a.jsonl", 11, EPOCH_US, 1_000_000))
                .withReplaySpeed(50) // 10 s become 200 ms
                .withReplayLagMs(List.of(0, 150))
                .withAwaitConnections(2));
        TestClient one = connect(exchange, "/1");
        long startNs = System.nanoTime();
        TestClient lagging = connect(exchange, "/2");
        List<TestClient.Arrival> first = new ArrayList<>();
        List<TestClient.Arrival> second = new ArrayList<>();
        for (int i = 0; i < 11; i++) {
            first.add(one.texts.take());
            second.add(lagging.texts.take());
        }

        assertThat(first).extracting(TestClient.Arrival::text).isEqualTo(texts("a.jsonl", 0, 11));
        assertThat(first.get(10).atNs() - startNs).as("200 ms of 10 s").isBetween(200_000_000L, 2_000_000_000L);
        for (int i = 0; i < 11; i++) {
            assertThat(second.get(i).text()).isEqualTo(first.get(i).text());
            assertThat(second.get(i).atNs() - startNs).isGreaterThanOrEqualTo((150 + i * 20L) * 1_000_000L);
        }
        assertThat(first.get(0).atNs())
                .as("the lag is the second connection's")
                .isLessThan(second.get(0).atNs());
    }

    @Test
    void shouldLetALateConnectionJoinWhereTheForemostStands() throws Exception {
        ExchangeSimulator exchange = start(replay(record("a.jsonl", 100, EPOCH_US, 20_000)));
        TestClient early = connect(exchange, "/");
        early.next(20);
        TestClient late = connect(exchange, "/");

        String first = late.next();
        int joined = Integer.parseInt(first.substring("a.jsonl ".length()));

        assertThat(joined).isGreaterThanOrEqualTo(20);
        assertThat(late.next(99 - joined)).isEqualTo(texts("a.jsonl", joined + 1, 100));
        assertThat(early.next(80)).isEqualTo(texts("a.jsonl", 20, 100));
    }

    @Test
    void shouldPauseAndGoOnWhereItStopped() throws Exception {
        ExchangeSimulator exchange = start(replay(record("a.jsonl", 100, EPOCH_US, 5_000)));
        exchange.pauseEmission();
        exchange.pauseEmission();
        TestClient one = connect(exchange, "/");
        one.ping("p");
        one.nextPong();
        assertThat(one.texts).isEmpty();

        exchange.resumeEmission();
        exchange.resumeEmission();

        assertThat(one.next(100)).isEqualTo(texts("a.jsonl", 0, 100));
    }

    @Test
    void shouldApplyTheLinesBehaviourAndSurviveCuts() throws Exception {
        ExchangeSimulator exchange = start(replay(record("a.jsonl", 1_000, EPOCH_US, 1_000))
                .withLines(List.of(LineBehaviour.perfect().withLossPercent(50), LineBehaviour.perfect()))
                .withAwaitConnections(2));
        TestClient lossy = connect(exchange, "/");
        TestClient whole = connect(exchange, "/");
        whole.next(500);
        join(exchange.cut(1, CutKind.RESET));

        assertThat(whole.next(500)).isEqualTo(texts("a.jsonl", 500, 1_000));
        assertThat(lossy.awaitClose()).isEqualTo((short) 1006);
        assertThat(lossy.texts).hasSizeBetween(100, 900);
    }

    @Test
    void shouldNotFloodAConnectionThatReadsSlowly() throws Exception {
        Path file = folder.resolve("large.jsonl");
        String large = "x".repeat(100_000);
        Files.writeString(
                file, (new JsonObject().put("t_us", 1).put("msg", large).encode() + "\n").repeat(200));
        ExchangeSimulator exchange = start(replay(file)
                .withReplaySpeed(0)
                .withLines(List.of(LineBehaviour.perfect().withDelayMs(1))));

        TestClient one = connect(exchange, "/"); // 20 MB, of which at most 1 MB may be waiting

        assertThat(one.next(200)).allMatch(large::equals);
    }

    @Test
    void shouldHaveNoFrameLimitInAReplayUnlessTold() throws Exception {
        ExchangeSimulator exchange =
                start(SimulatorConfig.of().withRecordings(List.of(record("a.jsonl", 1, EPOCH_US, 0))));
        TestClient one = connect(exchange, "/ws");

        for (int i = 0; i < 50; i++) {
            one.ping("p" + i);
        }
        for (int i = 0; i < 50; i++) {
            assertThat(one.nextPong().text()).isEqualTo("p" + i);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "missing.jsonl  |                                  | 0 | no such file",
                "empty.jsonl    | ^^                               | 0 | no message in it",
                "notgzip.gz     | {\"t_us\":1,\"msg\":\"a\"}       | 0 | not gzip",
                "broken.jsonl   | {\"t_us\":1,\"msg\":\"a\"}#oops  | 2 | not JSON",
                "notime.jsonl   | {\"msg\":\"a\"}                  | 1 | t_us is not a whole number",
                "floattime.jsonl | {\"t_us\":1.5,\"msg\":\"a\"}    | 1 | t_us is not a whole number",
                "nomsg.jsonl    | {\"t_us\":1,\"msg\":\"a\"}##{\"t_us\":1,\"msg\":{}} | 3 | msg is not a text",
                "array.jsonl    | [1]                              | 1 | t_us is not a whole number",
            })
    void shouldNameFileLineAndProblemOfABadRecordingAtStart(String name, String content, int line, String problem)
            throws Exception {
        Path file = folder.resolve(name);
        if (content != null) {
            Files.writeString(file, content.replace('#', '\n'));
        }

        assertThatThrownBy(() -> start(replay(record("good.jsonl", 1, 1, 1), file)))
                .cause()
                .isInstanceOfSatisfying(RecordingException.class, e -> {
                    assertThat(e.file()).isEqualTo(file.toString());
                    assertThat(e.lineNumber()).isEqualTo(line);
                })
                .hasMessageStartingWith("recording " + file)
                .hasMessageContaining(problem)
                .hasMessageContaining(line > 0 ? "line " + line : name);
    }

    @Test
    void shouldRefuseCutOffGzipOtherEncodingsDirectoriesAndTooMuch() throws Exception {
        Path whole = record("whole.jsonl.gz", 1_000, 1, 1);
        Path cutOff = folder.resolve("cut.jsonl.gz");
        Files.write(cutOff, java.util.Arrays.copyOf(Files.readAllBytes(whole), 500));
        Path latin1 = folder.resolve("latin1.jsonl");
        Files.write(latin1, "{\"t_us\":1,\"msg\":\"é\"}".getBytes(StandardCharsets.ISO_8859_1));
        Path bomb = folder.resolve("bomb.jsonl.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(bomb))) {
            byte[] blanks = "                                                               \n"
                    .repeat(1 << 14)
                    .getBytes(StandardCharsets.US_ASCII);
            for (long written = 0; written <= Recording.MAX_BYTES; written += blanks.length) {
                out.write(blanks);
            }
        }

        assertThatThrownBy(() -> Recording.read(cutOff))
                .isInstanceOf(RecordingException.class)
                .hasMessageContaining("EOF");
        assertThatThrownBy(() -> Recording.read(latin1))
                .isInstanceOf(RecordingException.class)
                .hasMessageContaining("not UTF-8");
        assertThatThrownBy(() -> Recording.read(folder)).isInstanceOf(RecordingException.class);
        assertThatThrownBy(() -> Recording.read(bomb))
                .isInstanceOf(RecordingException.class)
                .hasMessageContaining("longer than");
    }

    @Test
    void shouldReadMessagesAsTheyWere() throws Exception {
        Path file = folder.resolve("r.jsonl");
        Files.writeString(
                file, "{\"t_us\":5,\"msg\":\"{\\\"a\\\":\\\"é\\\"}\",\"more\":1}\n\n{\"t_us\":4,\"msg\":\"\"}\n");

        Recording recording = Recording.read(file);

        assertThat(recording.file()).isEqualTo(file);
        assertThat(recording.messages()).extracting(RecordedEntry::receivedUs).containsExactly(5L, 4L);
        assertThat(recording.messages()).extracting(m -> m.payload().toString()).containsExactly("{\"a\":\"é\"}", "");
    }
}
