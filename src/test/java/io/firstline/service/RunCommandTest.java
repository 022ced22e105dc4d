package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.integration.Program;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code run}: stays up until it is told to stop. */
class RunCommandTest {
    @TempDir
    Path folder;

    private String file(String json) throws IOException {
        Path file = folder.resolve("config.json");
        Files.writeString(file, json.replace('\'', '"'));
        return file.toString();
    }

    @Test
    void shouldRunTheDefaultConfigurationUntilItIsAsked() {
        Cli cli = Cli.start("run");
        cli.until("running", () -> cli.out().contains("running; Ctrl-C ends it"));
        assertThat(cli.isRunning()).isTrue();

        Shutdown.ask();

        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(cli.lines()).first().asString().startsWith("simulator: ");
        assertThat(cli.lines()).last().isEqualTo("stopped");
        assertThat(cli.err()).isEmpty();
    }

    @Test
    void shouldServeThePageWhereItIsTold() throws IOException, InterruptedException {
        Cli cli = Cli.start("run", "--http-port", "0");
        cli.until("running", () -> cli.out().contains("running; Ctrl-C ends it"));
        String address = cli.lines().stream()
                .filter(line -> line.startsWith("dashboard: "))
                .map(line -> line.substring("dashboard: ".length()))
                .findFirst()
                .orElseThrow();

        HttpResponse<String> ready = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(address + "health/ready"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        Shutdown.ask();

        assertThat(ready.body()).contains("\"status\":\"UP\"");
        assertThat(cli.code()).as(cli.err()).isZero();
    }

    @Test
    void shouldFailWhenThePortOfThePageIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Cli cli = Cli.run("run", "--http-port", Integer.toString(taken.getLocalPort()));

            assertThat(cli.code()).isEqualTo(1);
            assertThat(cli.err())
                    .startsWith("firstline: the page cannot listen on 127.0.0.1:" + taken.getLocalPort())
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void shouldRefuseAPortThatIsNone() {
        Cli.run("run", "--http-port", "65536")
                .assertBadInput("firstline: --http-port: found 65536, allowed: 0 to 65535");
    }

    @Test
    void shouldStayUpWhenAServerCannotBeReached() throws IOException {
        int port = freePort();
        Cli cli = Cli.start(
                "run",
                file("{'feeds':{'a':{'url':'ws://127.0.0.1:" + port + "/'},'b':{'url':'ws://127.0.0.1:" + port
                        + "/','connections':1}}}"));
        cli.until("running", () -> cli.out().contains("running"));

        Shutdown.ask();

        assertThat(cli.code()).as(cli.err()).isZero();
    }

    @Test
    void shouldFailWhenTheSimulatorsPortIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Cli cli = Cli.run(
                    "run", file("{'simulator':{'port':" + taken.getLocalPort() + "},'feeds':{'a':{'url':'sim:/ws'}}}"));

            assertThat(cli.code()).isEqualTo(1);
            assertThat(cli.err())
                    .startsWith("firstline: the simulator cannot listen on 127.0.0.1:" + taken.getLocalPort())
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void shouldEndWithZeroOnSigterm() throws InterruptedException {
        try (Program run = Program.start("run")) {
            run.until("running", () -> run.out().contains("running; Ctrl-C ends it"));

            run.terminate();

            assertThat(run.exitCode()).as("stderr %s", run.err()).isZero();
            assertThat(run.out()).last().isEqualTo("stopped");
            assertThat(run.err()).noneMatch(line -> line.contains("WARN") || line.contains("ERROR"));
        }
    }

    /** A port where nobody listens, as far as one can know. */
    static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }
}
