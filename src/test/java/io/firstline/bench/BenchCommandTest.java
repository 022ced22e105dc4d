package io.firstline.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The command with its processes, as short as possible. */
class BenchCommandTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return new CommandLine(new BenchCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    @Test
    void shouldMeasureInProcessesOfTheirOwnAndWriteItsFiles() throws IOException {
        Path json = folder.resolve("bench.json");
        Path svg = folder.resolve("bench.svg");

        int code = run(
                "--quick",
                "--rounds",
                "1",
                "--only",
                "connections",
                "--nio",
                "--json",
                json.toString(),
                "--svg",
                svg.toString());

        assertThat(code).as(err.toString()).isZero();
        assertThat(err.toString()).contains("100 %  round 1/1  connections: WsPool → bus, 20 connections");
        assertThat(out.toString()).contains(Section.CONNECTIONS.title(), "transport nio", "Goals");
        assertThat(new JsonObject(Files.readString(json)).getJsonArray("cells")).hasSize(2);
        assertThat(Files.readString(svg)).startsWith("<svg");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--rounds 0                | --rounds: found 0, allowed: 1 to 100",
                "--rounds many             | 'many' is not an int",
                "--only speed              | expected one of [THROUGHPUT, CONNECTIONS, WATCHED, PROFILES, TLS, LATENCY, LAG, FEEDS, RELAY, NODES, STARTUP, PEERS]",
                "--json /no/such/file.json | its folder does not exist",
                "--slow                    | Unknown option",
                "--only feeds --recording a=b | --recording: found without PEERS in --only, allowed: with PEERS",
                "--only peers --recording a   | --recording: found \"a\", allowed: VENUE=FILE",
                "--recording bitmex=no.jsonl  | --recording bitmex=no.jsonl: recording no.jsonl: no such file",
            })
    void shouldRefuseWhatItDoesNotKnow(String line, String message) {
        assertThat(run(line.split(" ", -1))).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).contains(message);
    }

    @Test
    void shouldTimeTheStartOfProcesses() {
        List<String> progress = new ArrayList<>();
        try (FeedServer server = FeedServer.start(Certificate.in(folder.toString()))) {
            Startup.Times times = Startup.measure(server, 1, progress::add);

            assertThat(times.firstlineMs()).singleElement().satisfies(ms -> assertThat(ms)
                    .isPositive());
            assertThat(times.ratio().median()).isPositive();
        }
        assertThat(progress).hasSize(2).allMatch(line -> line.startsWith("startup: round "));
    }

    @Test
    void shouldSayWhatWentWrongInAChild() {
        try (ChildProcess child = ChildProcess.start(List.of(), "client")) {
            assertThat(child.ask("clock").getLong("nanos")).isNotNull();
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> child.ask("dance"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("dance");
        }
    }
}
