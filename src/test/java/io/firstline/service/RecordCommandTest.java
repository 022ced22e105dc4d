package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.WsPoolConfig;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.feed.WsPool;
import io.firstline.feed.report.FeedReport;
import io.firstline.integration.PlainServer;
import io.firstline.integration.Program;
import io.firstline.recording.Recording;
import io.firstline.testkit.Await;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code record} and {@code replay}: recorded messages are replayed, over real sockets and in the real program. */
class RecordCommandTest {
    private static final Pattern ADDRESS = Pattern.compile("(ws://\\S+) serves");

    @TempDir
    Path folder;

    /**
     * Sends this number of numbered messages on each connection once every client has sent "hello"; every tenth is a
     * repeat, every 50th binary.
     */
    private static PlainServer server(int connections, int messages) throws IOException {
        return new PlainServer(connections, (number, line) -> {
            for (int i = 0; i < messages; i++) {
                if (i % 50 == 7) {
                    line.binary(new byte[] {(byte) i, (byte) 0xFF, 0});
                } else {
                    line.text(text(i));
                }
            }
        });
    }

    private static String text(int i) {
        return i % 10 == 0 ? "again é€" : "message " + i + " " + new BigInteger(400, new Random(i)).toString(36);
    }

    private Path recorded() {
        return folder.resolve("recorded");
    }

    private Path record(int connections, int messages, String... more) throws IOException {
        try (PlainServer server = server(connections, messages)) {
            List<String> args = new ArrayList<>(
                    List.of("record", server.url() + "?token=secret", recorded().toString()));
            args.addAll(List.of("--connections", "" + connections, "--on-connect", "hello"));
            args.addAll(List.of(more));
            Cli cli = Cli.start(args.toArray(String[]::new));
            long copies = (long) connections * messages;
            cli.until("everything on the disk", () -> copiesIn(recorded()) == copies);
            Shutdown.ask();

            assertThat(cli.code()).as(cli.err()).isZero();
            assertThat(Files.getPosixFilePermissions(recorded()))
                    .isEqualTo(PosixFilePermissions.fromString("rwx------"));
            assertThat(cli.out()).isEmpty();
            assertThat(cli.err())
                    .contains("firstline: recorded: %,d copies of %,d messages recorded on %d connections"
                            .formatted(copies, messages, connections))
                    .contains("0 copies not recorded (0 too fast, 0 not writable); in " + recorded())
                    .doesNotContain("secret");
        }
        return recorded();
    }

    /** Reads without Firstline's reader, and while the file is written: its end may be missing. */
    private static long copiesIn(Path folder) {
        long copies = 0;
        for (Path file : Recording.filesIn(folder)) {
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(file))) {
                for (int next = in.read(); next >= 0; next = in.read()) {
                    text.write(next);
                }
            } catch (IOException torn) {
                // complete lines count
            }
            copies += text.toString(StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.matches(".*\"(msg|bin)\":.*\\}"))
                    .count();
        }
        return copies;
    }

    private static String address(Cli replay) {
        replay.until("the address", () -> replay.out().contains("\n"));
        Matcher address = ADDRESS.matcher(replay.out());
        assertThat(address.find()).as(replay.out() + replay.err()).isTrue();
        return address.group(1);
    }

    /** Returns what a pool publishes of a replay: text as it is, binary in hexadecimal. */
    private static List<String> merged(String url, int connections, int messages) {
        Vertx vertx = Vertx.vertx();
        try {
            List<String> merged = Collections.synchronizedList(new ArrayList<>());
            WsPool pool = WsPool.create(
                    vertx,
                    "again",
                    WsPoolConfig.of(url).withConnections(connections),
                    SubscribeTemplates.NONE,
                    MessageFormat.NONE);
            pool.handler(
                    m -> merged.add(m.text() ? m.asText() : List.of(m.payload().getByte(0)) + " binary"));
            Await.result(pool.start());
            Await.until(
                    () -> "every copy, of which there are "
                            + Await.result(pool.report()).copies(),
                    () -> Await.result(pool.report()).copies() == (long) connections * messages);
            FeedReport report = Await.result(pool.report());
            assertThat(report.dropped()).isEmpty();
            Await.result(pool.close());
            return List.copyOf(merged);
        } finally {
            Await.result(vertx.close());
        }
    }

    private static List<String> sent(int messages) {
        return IntStream.range(0, messages)
                .mapToObj(i -> i % 50 == 7 ? List.of((byte) i) + " binary" : text(i))
                .toList();
    }

    @Test
    void shouldServeToAPoolWhatWasRecorded() throws IOException {
        Path recording = record(3, 2_000);
        Cli replay = Cli.start("replay", recording.toString(), "--speed", "max");

        List<String> merged = merged(address(replay), 3, 2_000);

        assertThat(merged.equals(sent(2_000)))
                .as("nothing lost, nothing twice, in order")
                .isTrue();
        assertThat(replay.code()).as(replay.err()).isZero();
        assertThat(replay.out())
                .contains(
                        "3 recorded connections of recorded; all begin when 3 clients are connected",
                        "6,000 messages served");
        for (Path file : Recording.filesIn(recording)) {
            assertThat(Recording.read(file).header().url()).endsWith("?token=***");
        }
    }

    @Test
    void shouldMergeARecordingToTheSameBytesEveryTime() throws IOException {
        Path recording = record(3, 2_000, "--max-file-bytes", "1000");
        assertThat(Recording.filesIn(recording)).hasSizeGreaterThan(5);
        Path file = folder.resolve("merged.jsonl");

        Cli first = Cli.run("replay", recording.toString(), "--merge");
        Cli second = Cli.run("replay", recording.toString(), "--merge", "--out", file.toString());

        assertThat(first.code()).as(first.err()).isZero();
        assertThat(second.code()).as(second.err()).isZero();
        assertThat(first.err())
                .contains("firstline: recorded: 2,000 messages from 6,000 copies on 3 recorded connections");
        assertThat(Files.readString(file).equals(first.out())).isTrue();
        assertThat(first.lines().stream()
                        .map(JsonObject::new)
                        .map(each -> each.containsKey("text")
                                ? each.getString("text")
                                : List.of(Base64.getDecoder().decode(each.getString("base64"))[0]) + " binary")
                        .toList())
                .isEqualTo(sent(2_000));
    }

    /** Records two connections; the first ends and a third replaces it. The replay must do the same. */
    @Test
    void shouldEndConnectionsWhereTheyEnded() throws IOException {
        for (int c = 1; c <= 3; c++) {
            Path file = folder.resolve(c + ".jsonl");
            StringBuilder lines = new StringBuilder(
                    "{\"recording\":1,\"feed\":\"f\",\"connection\":\"f-%d\",\"part\":0,\"connections\":2,\"url\":\"\",\"started_us\":1}\n"
                            .formatted(c));
            int from = c == 3 ? 150 : 0;
            int to = c == 1 ? 100 : 300;
            lines.append(line(from * 10L, "\"mark\":\"opened\""));
            for (int i = from; i < to; i++) {
                lines.append(line(i * 10L + c, "\"msg\":\"m" + i + "\""));
            }
            if (c == 1) {
                lines.append(line(1_010, "\"mark\":\"closed\",\"why\":\"eof\""));
            }
            Files.writeString(file, lines);
        }
        Cli replay = Cli.start("replay", folder.toString(), "--speed", "2");

        List<String> merged = new ArrayList<>();
        Cli tail = Cli.start("tail", "--connections", "2", address(replay));
        tail.until("the end", () -> tail.out().contains("m299\n"));
        assertThat(replay.code()).as(replay.err()).isZero();
        merged.addAll(tail.lines());
        Shutdown.ask();

        assertThat(tail.code()).as(tail.err()).isZero();
        assertThat(merged)
                .isEqualTo(IntStream.range(0, 300).mapToObj(i -> "m" + i).toList());
        assertThat(replay.out()).contains("3 recorded connections of f; all begin when 2 clients are connected");
        int served = Integer.parseInt(replay.out().replaceAll("(?s).*\\n(\\d+) messages served.*", "$1"));
        assertThat(served)
                .as("100 + 300, and of the third what came after it was there")
                .isBetween(401, 550);
    }

    private static String line(long ms, String rest) {
        return "{\"t_us\":1,\"t_ns\":" + ms * 1_000_000 + ",\"n\":0," + rest + "}\n";
    }

    @Test
    void shouldEndTheReplayOfClientsThatHaveGone() throws IOException {
        Files.writeString(
                folder.resolve("a.jsonl"), "{\"t_us\":1,\"msg\":\"a\"}\n{\"t_us\":3600000000,\"msg\":\"b\"}\n");
        Cli replay = Cli.start("replay", folder.resolve("a.jsonl").toString());

        Cli tail = Cli.run("tail", "--connections", "1", "--count", "1", address(replay));

        assertThat(tail.out()).isEqualTo("a\n");
        assertThat(replay.code()).as(replay.err()).isZero();
        assertThat(replay.out()).endsWith("1 messages served\n");
    }

    @Test
    void shouldEndTheReplayWhenAsked() throws IOException {
        Files.writeString(folder.resolve("a.jsonl"), "{\"t_us\":1,\"msg\":\"a\"}\n");
        Cli replay = Cli.start("replay", folder.toString(), "--connections", "2");
        address(replay);

        Shutdown.ask();

        assertThat(replay.code()).as(replay.err()).isZero();
        assertThat(replay.out()).endsWith("stopped\n");
    }

    @Test
    void shouldFailWhenARecordingTurnsOutBadWhileItIsServed() throws IOException {
        Files.writeString(
                folder.resolve("a.jsonl"),
                "{\"recording\":1,\"feed\":\"f\",\"connection\":\"f-1\",\"part\":0,\"connections\":1,\"url\":\"\",\"started_us\":1}\n"
                        + line(1, "\"msg\":\"a\"") + "no\n");
        Cli replay = Cli.start("replay", folder.toString());
        Cli tail = Cli.start("tail", "--connections", "1", address(replay));

        assertThat(replay.code()).isEqualTo(1);
        assertThat(replay.err()).contains("a.jsonl, line 3: not JSON");
        Shutdown.ask();
        tail.code();
    }

    @Test
    void shouldServeWhatAKilledRecorderHasWritten() throws Exception {
        try (PlainServer server = server(2, 500);
                Program recorder = Program.start(
                        "record", server.url(), recorded().toString(), "--connections=2", "--on-connect=hello")) {
            recorder.until("everything on the disk", () -> copiesIn(recorded()) == 1_000);
        } // closing kills the process

        Cli replay = Cli.start("replay", recorded().toString(), "--speed", "0");
        List<String> merged = merged(address(replay), 2, 500);

        assertThat(merged).isEqualTo(sent(500));
        assertThat(replay.code()).as(replay.err()).isZero();
    }

    @Test
    void shouldEndInOrderOnASignal() throws Exception {
        try (PlainServer server = server(2, 500);
                Program recorder = Program.start(
                        "record", server.url(), recorded().toString(), "--connections=2", "--on-connect=hello")) {
            recorder.until("everything on the disk", () -> copiesIn(recorded()) == 1_000);
            recorder.terminate();

            assertThat(recorder.exitCode()).as("%s", recorder.err()).isZero();
            assertThat(recorder.err()).last().asString().contains("1,000 copies of 500 messages");
        }
    }

    @Test
    void shouldRecordTheFeedsOfAConfigurationAndReplayOneOfThem() throws IOException {
        Path config = folder.resolve("config.json");
        Files.writeString(
                config,
                """
                {
                  "simulator": { "messagesPerSecond": 500 },
                  "feeds": {
                    "btc": { "url": "sim:/ws/btcusdt@trade", "connections": 2 },
                    "eth": { "url": "sim:/ws/ethusdt@trade", "connections": 1 }
                  }
                }
                """);

        Cli record = Cli.run("record", config.toString(), recorded().toString(), "--for", "1500ms", "--verbose");

        assertThat(record.code()).as(record.err()).isZero();
        assertThat(record.err()).contains("firstline: btc: ", "firstline: eth: ");
        assertThat(Recording.readFolder(recorded()))
                .extracting(Recording::feed)
                .containsExactlyInAnyOrder("btc", "btc", "eth");
        Cli.run("replay", recorded().toString())
                .assertBadInput("--feed: found nothing, allowed: one of the recorded feeds [btc, eth]");
        Cli.run("replay", recorded().toString(), "--feed=x").assertBadInput("--feed: found x, allowed: one of");
        Cli merge = Cli.run("replay", recorded().toString(), "--merge", "--feed=eth");
        assertThat(merge.code()).as(merge.err()).isZero();
        assertThat(merge.lines()).hasSizeGreaterThan(50).allMatch(line -> line.contains("ETHUSDT"));
        Cli.run("record", config.toString(), recorded().toString()).assertBadInput("with recordings in it");
    }

    @Test
    void shouldFailWhenCopiesWereNotRecorded() throws IOException {
        PlainServer server = new PlainServer(1, (number, line) -> {
            while (!recorded().toFile().delete()) { // the recorder may be creating its file
                Recording.filesIn(recorded()).forEach(file -> file.toFile().delete());
            }
            line.text("nowhere to write this");
        });
        try (server) {
            Cli cli = Cli.start(
                    "record",
                    server.url(),
                    recorded().toString(),
                    "--connections",
                    "1",
                    "--on-connect",
                    "hello",
                    "--for",
                    "2s");

            assertThat(cli.code()).as(cli.err()).isEqualTo(1);
            assertThat(cli.err()).contains("the recording is incomplete: 1 copies are missing");
        }
    }

    @Test
    void shouldFailWhenNoConnectionWasEverMade() throws IOException {
        Cli cli = Cli.run(
                "record",
                "ws://127.0.0.1:" + RunCommandTest.freePort() + "/",
                recorded().toString(),
                "--for=500ms");

        assertThat(cli.code()).isEqualTo(1);
        assertThat(cli.err())
                .contains("0 copies of 0 messages recorded on 0 connections", "no connection, failures {refused=");
    }

    @Test
    void shouldNameEachFeedWithoutAConnection() throws IOException {
        Path config = folder.resolve("config.json");
        Files.writeString(
                config,
                """
                {
                  "simulator": { "messagesPerSecond": 100 },
                  "feeds": {
                    "btc": { "url": "sim:/ws/btcusdt@trade", "connections": 1 },
                    "eth": { "url": "ws://127.0.0.1:%d/", "connections": 1 }
                  }
                }
                """
                        .formatted(RunCommandTest.freePort()));

        Cli cli = Cli.run("record", config.toString(), recorded().toString(), "--for", "1500ms");

        assertThat(cli.err())
                .contains("firstline: eth: no connection, failures {refused=")
                .doesNotContain("btc: no connection");
        assertThat(cli.code()).as("a feed was recorded").isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "record ws://localhost/ /dev/null/x               | DIR: found /dev/null/x, which cannot be written to (Not a directory)",
                "record ws://localhost/ D/good.txt                | DIR: found D/good.txt, which cannot be written to (it is not a folder)",
                "record ws://localhost/ D --max-file-bytes 10     | --max-file-bytes: found 10, allowed: 1000 or more",
                "record ws://localhost/ D --connections 0         | --connections: found 0",
                "record nosuch.json D                             | nosuch.json",
                "replay nosuch                                    | recording nosuch: no such file",
                "replay D                                         | no .jsonl or .jsonl.gz file with a message in it",
                "replay D/config.txt                              | config.txt, line 1: not JSON",
                "replay D/good.txt --speed fast                   | --speed: found fast, allowed: a number from 0",
                "replay D/good.txt --speed -1                     | --speed: found -1",
                "replay D/good.txt --port 70000                   | port",
                "replay D/good.txt --connections 0                | awaitConnections",
                "replay D/good.txt --out x                        | found without --merge",
                "replay D/good.txt --merge --venue nobody         | nobody",
                "replay D/good.txt --merge --out /dev/null/x      | --out: found /dev/null/x",
                "replay D/good.txt --merge --out D/no/x           | cannot be written to (its folder does not exist)",
            })
    void shouldRefuseBadInput(String line, String message) throws IOException {
        Files.writeString(folder.resolve("config.txt"), "what?\n");
        Files.writeString(folder.resolve("good.txt"), "{\"t_us\":1,\"msg\":\"a\"}\n");
        Cli.run(line.replace("D", folder.toString()).split(" ")).assertBadInput(message.replace("D/", folder + "/"));
    }
}
