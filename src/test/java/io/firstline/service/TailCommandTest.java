package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.integration.PlainServer;
import io.firstline.integration.Program;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code tail}: messages on standard output, one a line, all other output on standard error. */
class TailCommandTest {
    @TempDir
    Path folder;

    /** Sends the same messages on each connection once every client has sent "hello". */
    private static PlainServer server(int connections) throws IOException {
        return new PlainServer(connections, (number, line) -> {
            line.text("first");
            line.text("{\"ä\":\"€\"}");
            line.text("first");
            line.binary(new byte[] {0, 1, (byte) 0xFF});
            line.text("last");
        });
    }

    private String config() throws IOException {
        Path file = folder.resolve("config.json");
        Files.writeString(
                file,
                """
                {
                  "simulator": { "messagesPerSecond": 2000 },
                  "feeds": {
                    "btc": { "url": "sim:/ws/btcusdt@trade", "connections": 2 },
                    "eth": { "url": "sim:/ws/ethusdt@trade", "connections": 1 }
                  }
                }
                """);
        return file.toString();
    }

    @Test
    void shouldWriteThePayloadsAsTheyAre() throws IOException {
        try (PlainServer server = server(3)) {
            Cli cli = Cli.run("tail", "--connections", "3", "--on-connect", "hello", "--count", "5", server.url());

            assertThat(cli.code()).as(cli.err()).isZero();
            assertThat(cli.out()).startsWith("first\n{\"ä\":\"€\"}\nfirst\n").endsWith("\nlast\n");
            assertThat(cli.err())
                    .startsWith("firstline: tail: 5 messages from ")
                    .hasLineCount(1);
        }
    }

    /** Feeds continue while the command ends, but its figures do not include that. */
    @Test
    void shouldSumUpWhatItHasWritten() throws IOException {
        Cli cli = Cli.run("tail", config(), "--for", "1s");

        assertThat(cli.code()).as(cli.err()).isZero();
        long messages = 0;
        List<String> summaries = cli.err().lines().toList();
        for (String summary : summaries) {
            Matcher figures = Pattern.compile("firstline: \\w+: (\\d+) messages .*; (\\d+) lines written")
                    .matcher(summary);
            assertThat(figures.matches()).as(summary).isTrue();
            messages += Long.parseLong(figures.group(1));
            assertThat(Long.parseLong(figures.group(2)))
                    .isEqualTo(cli.out().lines().count());
        }
        assertThat(summaries).hasSize(2);
        assertThat(messages).isPositive().isEqualTo(cli.out().lines().count());
    }

    @Test
    void shouldWriteJsonAndBinaryAsBase64() throws IOException {
        try (PlainServer server = server(2)) {
            Cli cli = Cli.run(
                    "tail",
                    "--format=json",
                    "--connections=2",
                    "--feed=mine",
                    "--on-connect=hello",
                    "--count=5",
                    server.url());

            assertThat(cli.code()).as(cli.err()).isZero();
            List<JsonObject> lines = cli.lines().stream().map(JsonObject::new).toList();
            assertThat(lines).hasSize(5).allSatisfy(line -> {
                assertThat(line.getString("feed")).isEqualTo("mine");
                assertThat(line.getString("connection")).startsWith("mine-");
                assertThat(line.getLong("receivedMicros") / 1_000)
                        .isBetween(System.currentTimeMillis() - 60_000, System.currentTimeMillis());
            });
            assertThat(lines).extracting(line -> line.getLong("sequence")).containsExactly(1L, 2L, 3L, 4L, 5L);
            assertThat(lines)
                    .extracting(line -> line.getString("text"))
                    .containsExactly("first", "{\"ä\":\"€\"}", "first", null, "last");
            assertThat(Base64.getDecoder().decode(lines.get(3).getString("base64")))
                    .containsExactly(0, 1, 0xFF);
            assertThat(lines.get(3).fieldNames())
                    .containsExactly("feed", "sequence", "connection", "receivedMicros", "base64");
        }
    }

    /** The node of this configuration may run on this machine: its port is taken. */
    @Test
    void shouldJoinNoClusterOfAConfiguration() throws IOException {
        try (ServerSocket node = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Path file = folder.resolve("node.json");
            String member = "127.0.0.1:" + node.getLocalPort();
            Files.writeString(
                    file,
                    """
                    {
                      "simulator": {},
                      "cluster": { "port": %d, "members": ["%s"], "replicas": 1 },
                      "feeds": { "btc": { "url": "sim:/ws/btcusdt@trade", "connections": 2 } }
                    }
                    """
                            .replace("%d", "" + node.getLocalPort())
                            .replace("%s", member));

            Cli cli = Cli.run("tail", file.toString(), "--count", "1");

            assertThat(cli.code()).as(cli.err()).isZero();
            assertThat(cli.lines()).hasSize(1);
        }
    }

    @Test
    void shouldEndAfterAWhile() throws IOException {
        try (PlainServer server = server(1)) {
            Cli cli = Cli.run("tail", "--connections", "1", "--on-connect", "hello", "--for", "700ms", server.url());

            assertThat(cli.code()).as(cli.err()).isZero();
            assertThat(cli.lines()).hasSize(5);
        }
    }

    @Test
    void shouldEndWhenAskedAndWriteWhatItHas() throws IOException {
        try (PlainServer server = server(5)) {
            Cli cli = Cli.start("tail", "--on-connect", "hello", server.url());
            cli.until("all messages", () -> cli.out().endsWith("last\n"));

            Shutdown.ask();

            assertThat(cli.code()).as(cli.err()).isZero();
            assertThat(cli.lines()).hasSize(5);
        }
    }

    @Test
    void shouldReadEveryFeedOfAConfigurationLineByLine() throws IOException {
        Cli cli = Cli.run("tail", "--format", "json", "--count", "2000", config());

        assertThat(cli.code()).as(cli.err()).isZero();
        List<JsonObject> lines = cli.lines().stream().map(JsonObject::new).toList();
        assertThat(lines).hasSize(2_000);
        for (String feed : List.of("btc", "eth")) {
            List<Long> sequences = lines.stream()
                    .filter(line -> line.getString("feed").equals(feed))
                    .map(line -> line.getLong("sequence"))
                    .toList();
            assertThat(sequences)
                    .as(feed)
                    .hasSizeGreaterThan(100)
                    .containsExactlyElementsOf(Stream.iterate(1L, n -> n + 1)
                            .limit(sequences.size())
                            .toList());
        }
        assertThat(cli.err()).contains("firstline: btc: ", "firstline: eth: ");
    }

    @Test
    void shouldReadOneFeedOfAConfiguration() throws IOException {
        Cli cli = Cli.run("tail", "--feed", "eth", "--count", "20", "--verbose", config());

        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(cli.lines()).hasSize(20).allMatch(line -> line.contains("\"s\":\"ETHUSDT\""));
    }

    @Test
    void shouldKnowTheFeedsOfAConfiguration() throws IOException {
        Cli.run("tail", "--feed", "sol", config()).assertBadInput("--feed: found sol, allowed: [btc, eth]");
        Cli.run("tail", "--connections", "3", config()).assertBadInput("allowed: only with a URL");
        Cli.run("tail", "--on-connect", "x", config()).assertBadInput("allowed: only with a URL");
    }

    /**
     * A node carries the feed; tail joins its cluster without a vote and reads the published messages. With a wrong
     * secret it ends with an error.
     */
    @Test
    void shouldReadAFeedOfAClusterFromAnywhere() throws IOException {
        int port = RunCommandTest.freePort();
        Path file = folder.resolve("cluster.json");
        Files.writeString(
                file,
                """
                {
                  "cluster": { "name": "tail-test", "port": %d, "members": ["127.0.0.1:%d"], "replicas": 1 },
                  "simulator": { "messagesPerSecond": 500 },
                  "feeds": { "btc": { "url": "sim:/ws/btcusdt@trade", "connections": 2, "streamPointer": "/s" } }
                }
                """
                        .formatted(port, port));
        Path strangers = folder.resolve("strangers.json");
        Files.writeString(
                strangers,
                Files.readString(file).replace("\"name\"", "\"secret\": \"what nobody else knows\", \"name\""));
        Cli node = Cli.start("run", "--cluster", file.toString());
        node.until("started", () -> node.out().contains("btc"));

        Cli tail = Cli.run("tail", "--cluster", "--last", "--format", "json", "--count", "300", file.toString());

        assertThat(tail.code()).as(tail.err()).isZero();
        List<JsonObject> lines = tail.lines().stream().map(JsonObject::new).toList();
        assertThat(lines).hasSize(300).allMatch(line -> line.getInteger("epoch") >= 1);
        long first = lines.get(0).getLong("sequence");
        assertThat(lines.stream().map(line -> line.getLong("sequence")))
                .containsExactlyElementsOf(
                        Stream.iterate(first, n -> n + 1).limit(300).toList());
        assertThat(tail.err()).contains("firstline: btc: ", "lost 0, repeated 0");
        Cli stranger = Cli.run("tail", "--cluster", strangers.toString());
        assertThat(stranger.code()).isEqualTo(1);
        assertThat(stranger.err())
                .startsWith("firstline: ")
                .contains("is rejected by [127.0.0.1:" + port + "]", "\"secret\" differs there");
        Shutdown.ask();
        assertThat(node.code()).as(node.err()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--connections 0 ws://localhost/   | --connections: found 0, allowed: 1 to 32",
                "--connections 33 ws://localhost/  | --connections: found 33, allowed: 1 to 32",
                "--count -1 ws://localhost/        | --count: found -1",
                "http://localhost/                 | a wss:// URL",
                "ws://feed.example.com/            | found \"ws://feed.example.com/\", allowed: wss://",
                "--feed a/b ws://localhost/        | name",
                "--venue nosuch ws://localhost/    | --venue: found \"nosuch\"",
                "nosuch.json                       | nosuch.json",
                "--cluster                         | --feed: found nothing, allowed: the name of a feed",
                "--cluster-member 10.0.0.1:5701 --feed btc | --cluster-member: found 10.0.0.1:5701, allowed: a member on this machine",
                "--cluster-member nonsense --feed btc | --cluster-member: found nonsense",
                "--cluster-member localhost:x --feed btc | host:port",
            })
    void shouldRefuseBadInput(String line, String message) {
        Cli.run(("tail " + line).split(" ")).assertBadInput(message);
    }

    @Test
    void shouldFailWhenNoConnectionWasEverMade() throws IOException {
        Cli cli = Cli.run("tail", "--for", "1500ms", "ws://127.0.0.1:" + RunCommandTest.freePort() + "/?token=secret");

        assertThat(cli.code()).isEqualTo(1);
        assertThat(cli.out()).isEmpty();
        assertThat(cli.err())
                .contains("0 messages from 0 copies on 0 connections", "refused=")
                .doesNotContain("secret");
    }

    @Test
    void shouldSayOnceThatAServerIsNotThereAndKeepTrying() throws Exception {
        int port = RunCommandTest.freePort();
        try (Program tail = Program.start("tail", "--for", "3s", "ws://127.0.0.1:" + port + "/")) {
            assertThat(tail.exitCode()).isEqualTo(1);

            assertThat(tail.out()).isEmpty();
            assertThat(tail.err())
                    .filteredOn(line -> line.contains("cannot connect"))
                    .hasSize(1);
            assertThat(tail.err())
                    .last()
                    .asString()
                    .as("attempts after the first five")
                    .matches(".*refused=([6-9]|\\d\\d+).*");
            assertThat(tail.err()).noneMatch(line -> line.startsWith("\tat "));
        }
    }

    @Test
    void shouldEndQuietlyWhenNobodyReadsAnyMore() throws Exception {
        String command = String.join(" ", Program.command("tail", config())) + " | head -3; exit ${PIPESTATUS[0]}";
        try (Program shell = Program.start(List.of("bash", "-c", command))) {
            assertThat(shell.exitCode()).as("stderr %s", shell.err()).isZero();

            assertThat(shell.out()).hasSize(3);
            assertThat(shell.err()).allMatch(line -> line.startsWith("firstline: "));
        }
    }
}
