package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.simulator.ExchangeSimulator;
import io.firstline.simulator.SimulatorConfig;
import io.firstline.testkit.Await;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code learn}: watches a server, or reads recordings, and writes a profile that {@code check} accepts. */
class LearnCommandTest {
    @TempDir
    Path folder;

    @Test
    void shouldProposeAProfileForAServerThatCheckAccepts() throws IOException {
        Vertx vertx = Vertx.vertx();
        try {
            ExchangeSimulator exchange =
                    ExchangeSimulator.create(vertx, SimulatorConfig.of().withMessagesPerSecond(400));
            Await.result(exchange.start());
            String url = exchange.url("/stream?streams=btcusdt@trade/ethusdt@trade/btcusdt@depth");
            Path file = Files.createDirectory(folder.resolve("venues")).resolve("mine.json");

            Cli cli = Cli.run("learn", url, "--connections", "3", "--for", "2s", "--out", file.toString());

            assertThat(cli.code()).as(cli.err()).isZero();
            assertThat(cli.err()).contains("messages on 3 connections", "streams are named by /stream", "STEPS");
            JsonObject profile = new JsonObject(Files.readString(file));
            assertThat(profile.getString("url")).isEqualTo(url);
            JsonObject classes = profile.getJsonObject("messages").getJsonObject("classes");
            assertThat(classes.getJsonObject("trade").getJsonObject("sequence").getString("link"))
                    .isEqualTo("plus-one");
            assertThat(classes.getJsonObject("depth").getJsonObject("sequence").getString("link"))
                    .isIn("plus-one", "previous");
            Path config = folder.resolve("c.json");
            Files.writeString(config, "{\"feeds\":{\"f\":{\"venue\":\"mine\",\"connections\":3}}}");
            Cli check = Cli.run("check", config.toString());
            assertThat(check.code()).as(check.err()).isZero();
        } finally {
            Await.result(vertx.close());
        }
    }

    @Test
    void shouldReadRecordingsOfOtherPrograms() throws IOException {
        for (int connection = 0; connection < 2; connection++) {
            StringBuilder lines = new StringBuilder();
            for (int i = 0; i < 30; i++) {
                lines.append(
                        "{\"t_us\":%d,\"msg\":\"{\\\"type\\\":\\\"trade\\\",\\\"symbol\\\":\\\"AB\\\",\\\"seq\\\":%d}\"}\n"
                                .formatted(i, 5 + i));
            }
            Files.writeString(folder.resolve(connection + ".jsonl"), lines);
        }

        Cli cli = Cli.run("learn", folder.toString());

        assertThat(cli.code()).as(cli.err()).isZero();
        JsonObject profile = new JsonObject(cli.out());
        assertThat(profile.containsKey("url")).isFalse();
        assertThat(profile.getJsonObject("messages")
                        .getJsonObject("classes")
                        .getJsonObject("trade")
                        .encode())
                .isEqualTo(
                        "{\"match\":\"^trade( |$)\",\"key\":[\"/seq\"],\"sequence\":{\"link\":\"plus-one\",\"last\":[\"/seq\"]}}");
        assertThat(cli.err()).startsWith("60 messages on 2 connections; 0 control");
    }

    @Test
    void shouldOverwriteOnlyWhenForcedAndNameAnInstrumentThatLooksLikeASide() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            lines.append(
                    "{\"t_us\":%d,\"msg\":\"{\\\"type\\\":\\\"trade\\\",\\\"symbol\\\":\\\"%s\\\",\\\"side\\\":\\\"%s\\\",\\\"seq\\\":%d}\"}\n"
                            .formatted(i, i % 3 == 0 ? "B" : "S", i % 2 == 0 ? "b" : "s", 5 + i));
        }
        Path recorded = folder.resolve("0.jsonl");
        Files.writeString(recorded, lines);
        Path out = folder.resolve("mine.json");
        Files.writeString(out, "old");

        Cli cli = Cli.run("learn", recorded.toString(), "--out", out.toString(), "--force");

        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(new JsonObject(Files.readString(out))
                        .getJsonObject("messages")
                        .getJsonArray("stream")
                        .encode())
                .isEqualTo("[\"/type\",\"/symbol\"]");
        Cli check = Cli.run("check", out.toString(), "--recording", recorded.toString());
        assertThat(check.code()).as(check.err()).isZero();
        assertThat(Cli.run("learn", "--help").out().replaceAll("\\s+", " "))
                .contains("default 60s", "default: to standard output", "default 5")
                .doesNotContain("CONFIG");
    }

    @Test
    void shouldFailWithoutAnyMessage() {
        Cli cli = Cli.run("learn", "ws://127.0.0.1:1/?token=secret", "--connections", "1", "--for", "300ms");

        assertThat(cli.code()).isEqualTo(1);
        assertThat(cli.out()).isEmpty();
        assertThat(cli.err())
                .contains("firstline: learn: no connection", "firstline: no message to learn from")
                .doesNotContain("secret");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "learn nosuch                        | recording nosuch: no such file",
                "learn D                             | no .jsonl or .jsonl.gz file with a message in it",
                "learn ws://localhost/ ws://127.0.0.1/ | URL: found 2 sources, allowed: one URL",
                "learn http://example.com/           | http://example.com/",
                "learn ws://localhost/ --connections 0 | --connections: found 0",
                "learn D/good.txt --out D/no/x       | --out: found D/no/x",
                "learn ws://127.0.0.1:1/ --out D/no/x | --out: found D/no/x, which cannot be written to (its folder does not exist)",
                "learn ws://127.0.0.1:1/ --out D/good.txt | --out: found D/good.txt, which exists, allowed: a new file, or --force"
            })
    void shouldRefuseBadInput(String line, String message) throws IOException {
        Files.writeString(folder.resolve("good.txt"), "{\"t_us\":1,\"msg\":\"{}\"}\n");
        Cli.run(line.replace("D", folder.toString()).split(" ")).assertBadInput(message.replace("D/", folder + "/"));
    }
}
