package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.integration.Program;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code run}: runs until it is stopped. */
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
                    .startsWith("firstline: the page cannot listen on 127.0.0.1:" + taken.getLocalPort()
                            + " (Address already in use)")
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void shouldRefuseAPortThatIsNone() {
        Cli.run("run", "--http-port", "65536")
                .assertBadInput("firstline: --http-port: found 65536, allowed: 0 to 65535");
    }

    // changes of its files

    private static final String FEED = "{'url':'sim:/ws/btcusdt@trade','connections':2}";

    private static String feeds(String feeds) {
        return "{'http':{'port':0},'simulator':{'messagesPerSecond':100},'feeds':{" + feeds + "}}";
    }

    private static Set<String> running(String address) {
        try {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(address + "api/status")).build();
            return new JsonObject(HttpClient.newHttpClient()
                            .send(request, HttpResponse.BodyHandlers.ofString())
                            .body())
                    .getJsonObject("feeds", new JsonObject()) // the status is not known yet
                    .fieldNames();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static String address(Cli cli) {
        cli.until("running", () -> cli.out().contains("running; Ctrl-C ends it"));
        return address(cli.lines());
    }

    private static String address(List<String> lines) {
        return lines.stream()
                .filter(line -> line.startsWith("dashboard: "))
                .map(line -> line.substring("dashboard: ".length()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldFollowItsFileRefuseABrokenOneAndTakeItWhenItIsMended() throws IOException {
        try (Logged log = Logged.of("io.firstline.service")) {
            Cli cli = Cli.start("run", file(feeds("'a':" + FEED)));
            String address = address(cli);
            cli.until("a runs", () -> running(address).equals(Set.of("a")));

            file(feeds("'a':" + FEED + ",'b':" + FEED));
            cli.until("b runs", () -> running(address).equals(Set.of("a", "b")));
            file(feeds("'a':{'url':7},'c':{'conections':2}"));
            cli.until("it is refused", () -> log.text().contains("new configuration rejected"));
            assertThat(log.text()).contains("/feeds/a/url", "/feeds/c/conections");
            assertThat(running(address)).containsExactlyInAnyOrder("a", "b");
            file("{");
            cli.until("so is one that is no JSON", () -> log.count("new configuration rejected") == 2);
            file(feeds("'c':" + FEED).replace("100", "200"));
            cli.until("it is taken", () -> running(address).equals(Set.of("c")));
            assertThat(log.text()).contains("\"simulator\" has changed: restart to apply it");

            Shutdown.ask();
            assertThat(cli.code()).as(cli.err()).isZero();
        }
    }

    @Test
    void shouldNotFollowItsFileWhenToldSo() throws IOException {
        Cli cli = Cli.start("run", "--no-watch", file(feeds("'a':" + FEED)));
        String address = address(cli);
        file(feeds("'b':" + FEED));
        Cli follower = Cli.start("run", folder.resolve("config.json").toString());
        address(follower);
        file(feeds("'c':" + FEED));
        String other = address(follower);
        follower.until("who follows has changed", () -> running(other).equals(Set.of("c")));

        assertThat(running(address)).containsExactly("a");

        Shutdown.ask();
        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(follower.code()).as(follower.err()).isZero();
    }

    @Test
    void shouldReadItsFileAgainAtASignal() throws IOException, InterruptedException {
        try (Program run = Program.startHearingHangups("run", "--no-watch", file(feeds("'a':" + FEED)))) {
            run.until("running", () -> run.out().contains("running; Ctrl-C ends it"));
            String address = address(run.out());
            run.until("a runs", () -> running(address).equals(Set.of("a")));
            file(feeds("'b':" + FEED));
            assertThat(running(address)).containsExactly("a");

            run.signal("HUP");
            run.until("b runs", () -> running(address).equals(Set.of("b")));
            run.signal("HUP");
            run.until(
                    "a second reload is logged",
                    () -> run.err().stream()
                                    .filter(line -> line.contains("config.json: reloaded"))
                                    .count()
                            == 2);
            file("{");
            run.signal("HUP");
            run.until("a broken one is refused", () -> run.err().stream()
                    .anyMatch(line -> line.contains("new configuration rejected")));
            assertThat(running(address)).containsExactly("b");

            run.terminate();
            assertThat(run.exitCode()).as("stderr %s", run.err()).isZero();
        }
    }

    @Test
    void shouldSayThatItIsNotReadyBeforeItStops() throws IOException, InterruptedException {
        Cli cli = Cli.start(
                "run",
                file(feeds("'a':" + FEED).replace("'port':0", "'port':0,'shutdownDelayMs':3000,'managementPort':0")));
        String address = address(cli);
        String management = cli.lines().stream()
                .filter(line -> line.startsWith("health and metrics: "))
                .map(line -> line.substring("health and metrics: ".length()))
                .findFirst()
                .orElseThrow();
        cli.until("it is ready", () -> status(management + "health/ready").equals("200"));

        Shutdown.ask();

        cli.until("it is not ready any more", () -> status(management + "health/ready")
                .equals("503"));
        assertThat(running(address)).as("its feeds run on").containsExactly("a");
        assertThat(cli.isRunning()).isTrue();
        assertThat(cli.code()).as(cli.err()).isZero();
    }

    private static String status(String url) {
        try {
            return Integer.toString(HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode());
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
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

    /** A port on which nothing listens, as far as a test can know. */
    static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    /** Waits as long as two halves of a cluster may need to find each other. */
    @Test
    @Tag("cluster")
    void shouldEndANodeOfAnotherSecret() throws IOException {
        List<Integer> ports = List.of(freePort(), freePort(), freePort());
        List<Cli> nodes = new ArrayList<>();
        for (int port : ports) {
            String secret = port == ports.get(2) ? "what nobody else knows" : "what the nodes know";
            Path file = folder.resolve(port + ".json");
            Files.writeString(
                    file,
                    """
                    {
                      "cluster": {
                        "name": "run-test", "secret": "%s", "port": %d,
                        "members": ["127.0.0.1:%d", "127.0.0.1:%d", "127.0.0.1:%d"]
                      },
                      "feeds": { "btc": { "url": "ws://127.0.0.1:1/" } }
                    }
                    """
                            .formatted(secret, port, ports.get(0), ports.get(1), ports.get(2)));
            nodes.add(Cli.start("run", "--cluster", file.toString()));
        }

        Cli stranger = nodes.remove(2);

        assertThat(stranger.code()).as(stranger.err()).isEqualTo(1);
        assertThat(stranger.err())
                .contains(
                        "firstline: 127.0.0.1:" + ports.get(2) + " is rejected by",
                        "127.0.0.1:" + ports.get(0),
                        "127.0.0.1:" + ports.get(1));
        assertThat(nodes).allMatch(Cli::isRunning);
        Shutdown.ask();
        assertThat(nodes).allMatch(node -> node.code() == 0);
    }
}
