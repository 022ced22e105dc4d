package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code demo}: live lines, a table, and an exit code that reports whether every message arrived exactly once. */
class DemoCommandTest {
    @TempDir
    Path folder;

    @Test
    void shouldShowLiveLinesAndWhatRedundancyBought() {
        Cli cli = Cli.run("demo", "--for", "2s");

        assertThat(cli.code()).as(cli.out() + cli.err()).isZero();
        assertThat(cli.lines())
                .anyMatch(line -> line.matches(
                        " +1 s +[\\d,]+ msg/s +[\\d,]+ late copies/s +live \\d/5 +fastest \\S+( \\([\\d.]+ ms\\))? +lag p50/p99: pool [\\d.]+/[\\d.]+ ms, "
                                + "best single .* evictions \\d+"));
        assertThat(cli.lines()).anyMatch(line -> line.startsWith("connection"));
        assertThat(cli.lines()).filteredOn(line -> line.startsWith("demo-")).hasSizeGreaterThanOrEqualTo(5);
        assertThat(cli.lines()).anyMatch(line -> line.startsWith("merged"));
        assertThat(cli.out())
                .containsPattern(
                        "The exchange sent [\\d,]+ messages; [\\d,]+ reached the consumer, 0 lost, 0 out of order or twice\\.")
                .contains("Healed by other connections: ");
        assertThat(cli.err()).isEmpty();
    }

    @Test
    void shouldSpeakLikeAnotherVenue() {
        Cli cli = Cli.run("demo", "--venue", "okx", "--for", "500ms");

        assertThat(cli.code()).as(cli.out() + cli.err()).isZero();
        assertThat(cli.out())
                .containsPattern("The exchange sent \\d[\\d,]+ messages; [\\d,]+ reached the consumer, 0 lost, 0 out");

        Cli wrong = Cli.run("demo", "--venue", "nyse");
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.err()).contains("--venue: found nyse, allowed: binance-spot, binance-usdm, ");
    }

    @Test
    void shouldEndEarlyWhenAsked() {
        Cli cli = Cli.start("demo", "--for", "1h");
        cli.until("a live line", () -> cli.out().contains(" msg/s"));

        Shutdown.ask();

        assertThat(cli.code()).as(cli.out() + cli.err()).isZero();
        assertThat(cli.out()).contains("The exchange sent ");
    }

    @Test
    void shouldFailWhenMessagesAreLost() throws IOException {
        Path file = folder.resolve("lossy.json");
        Files.writeString(
                file,
                """
                {
                  "simulator": { "messagesPerSecond": 1000, "lines": [ { "lossPercent": 50 } ] },
                  "feeds": { "lossy": { "url": "sim:/ws/btcusdt@trade", "connections": 1 } }
                }
                """);

        Cli cli = Cli.run("demo", "--for", "500ms", file.toString());

        assertThat(cli.code()).isEqualTo(1);
        assertThat(cli.out()).doesNotContain(" 0 lost");
    }

    @Test
    void shouldWantASimulator() throws IOException {
        Path file = folder.resolve("plain.json");
        Files.writeString(file, "{\"feeds\":{\"a\":{\"url\":\"wss://feed.example.com/\"}}}");

        Cli.run("demo", file.toString())
                .assertBadInput(file + ": found no \"simulator\" section, which the demo needs");
    }
}
