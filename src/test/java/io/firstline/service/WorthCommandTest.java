package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.integration.PlainServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** {@code worth}: what fewer connections would have delivered. */
@Execution(ExecutionMode.CONCURRENT)
class WorthCommandTest {
    @TempDir
    Path folder;

    /** Messages each 10 ms: the first connection lacks each hundredth, the third is 4 ms late. */
    private List<String> recordings(int connections) throws IOException {
        List<String> files = new ArrayList<>();
        for (int connection = 0; connection < connections; connection++) {
            Path file = folder.resolve("conn" + connection + ".jsonl");
            files.add(file.toString());
            try (BufferedWriter out = Files.newBufferedWriter(file)) {
                for (int message = 0; message < 1_000; message++) {
                    if (connection != 0 || message % 100 != 50) {
                        long atUs = message * 10_000L + (connection == 2 ? 4_000 : connection);
                        out.write("{\"t_us\":" + atUs + ",\"msg\":\"{\\\"n\\\":" + message + "}\"}\n");
                    }
                }
            }
        }
        return files;
    }

    @Test
    void shouldNameTheBestConnectionsOfARecording() throws IOException {
        recordings(3);

        Cli cli = Cli.run("worth", folder.toString());

        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(cli.lines())
                .containsExactly(
                        "replay: 948 messages on 3 connections; lag behind the first copy of all",
                        "connections      lost      lag p50          p99  the best of that number",
                        "          1         0     0.001 ms     0.001 ms  2",
                        "          2         0     0.000 ms     0.000 ms  1, 2",
                        "          3         0     0.000 ms     0.000 ms  1, 2, 3",
                        "  1 = conn0.jsonl",
                        "  2 = conn1.jsonl",
                        "  3 = conn2.jsonl",
                        "each connection costs 100 messages/s and 0.9 KB/s",
                        "1 of 3 would do: p99 + 0.001 ms, nothing lost in 10 s; keep 2: one alone loses messages when it ends");
    }

    @Test
    void shouldKeepAllConnectionsIfFewerAreLater() throws IOException {
        recordings(2);

        Cli cli = Cli.run("worth", folder.toString(), "--added-ms=0");

        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(cli.out()).endsWith("fewer than 2 would lose messages or be later\n");
    }

    @Test
    void shouldAnswerInJson() throws IOException {
        List<String> args = new ArrayList<>(List.of("worth", "--json"));
        args.addAll(recordings(2));

        Cli cli = Cli.run(args.toArray(String[]::new));

        assertThat(cli.code()).as(cli.err()).isZero();
        JsonObject answer = new JsonObject(cli.out());
        assertThat(answer.getString("feed")).isEqualTo("replay");
        assertThat(answer.getInteger("enough")).isEqualTo(1);
        assertThat(answer.getJsonArray("subsets").getJsonObject(0))
                .isEqualTo(new JsonObject()
                        .put("connections", new JsonArray().add(2))
                        .put("messages", 948)
                        .put("lost", 0)
                        .put("lagP50Micros", 1)
                        .put("lagP99Micros", 1));
    }

    @Test
    void shouldCompareLiveConnections() throws IOException {
        try (PlainServer server = new PlainServer(2, (number, line) -> {
            for (int message = 1; ; message++) { // until the command ends, however late it has begun
                LockSupport.parkNanos(5_000_000);
                if (number == 1 || message % 10 != 0) {
                    line.text("{\"n\":" + message + "}");
                }
            }
        })) {
            Cli cli = Cli.run("worth", "--connections=2", "--on-connect=hello", server.url(), "--for=6s", "--json");

            assertThat(cli.code()).as(cli.err()).isZero();
            JsonArray subsets = new JsonObject(cli.out()).getJsonArray("subsets");
            assertThat(subsets.getJsonObject(0).getInteger("messages")).isGreaterThan(50);
            assertThat(subsets.getJsonObject(0).getInteger("lost")).isZero();
            assertThat(subsets.getJsonObject(1).getInteger("lagP99Micros")).isZero();
        }
    }

    @Test
    void shouldSayThatNothingWasReceived() throws IOException {
        Cli cli = Cli.run("worth", "ws://127.0.0.1:" + RunCommandTest.freePort() + "/", "--for=300ms");

        assertThat(cli.code()).isEqualTo(1);
        assertThat(cli.out())
                .isEqualTo(
                        "worth: no message was received on several connections more than two seconds before the end\n");
    }

    @Test
    void shouldNameBadInput() throws IOException {
        Cli.run("worth", recordings(1).get(0))
                .assertBadInput("DIR|FILE: found a recording of one connection, allowed: of two or more");
        Cli.run("worth", folder.resolve("none.jsonl").toString()).assertBadInput("none.jsonl");
        Cli.run("worth", "ws://127.0.0.1:1/", "--added-ms=-1")
                .assertBadInput("--added-ms: found -1.0, allowed: 0 or more");
        Cli.run("worth", "ws://127.0.0.1:1/", "ws://127.0.0.1:2/")
                .assertBadInput("URL|CONFIG|VENUE: found 2 sources, allowed: one");
    }
}
