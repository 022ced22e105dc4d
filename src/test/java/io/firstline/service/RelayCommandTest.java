package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code relay}: a WebSocket server for one feed or a configuration. */
class RelayCommandTest {
    @TempDir
    Path folder;

    @Test
    void shouldServeAConfigurationUntilItIsAskedToStop() throws IOException {
        Path file = folder.resolve("config.json");
        Files.writeString(
                file,
                "{\"simulator\":{\"messagesPerSecond\":500},\"feeds\":{\"btc\":{\"url\":\"sim:/ws/btcusdt@trade\",\"connections\":2}}}");
        Cli cli = Cli.start("relay", file.toString(), "--port", "0");
        cli.until("running", () -> cli.out().contains("running; Ctrl-C ends it"));
        String address = cli.lines().stream()
                .filter(line -> line.startsWith("relay: ws://"))
                .map(line -> line.substring("relay: ".length()))
                .findFirst()
                .orElseThrow();
        Queue<String> texts = new ConcurrentLinkedQueue<>();
        CompletableFuture<Integer> closed = new CompletableFuture<>();
        WebSocket.Listener listener = new WebSocket.Listener() {
            @Override
            public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
                texts.add(data.toString());
                socket.request(1);
                return null;
            }

            @Override
            public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
                closed.complete(code);
                return null;
            }
        };
        HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create(address), listener)
                .join();
        cli.until("messages", () -> texts.size() > 10);

        Shutdown.ask();

        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(closed.join()).isEqualTo(1001);
        assertThat(address).endsWith("/feeds/btc");
        assertThat(texts).allMatch(text -> text.startsWith("{\"e\":\"trade\""));
    }

    /** The page, the bridges and the cluster of the configuration were left out without a word. */
    @Test
    void shouldServeOneFeedAsTheConfigurationSays() throws IOException {
        Path file = folder.resolve("config.json");
        Files.writeString(
                file,
                """
                {"simulator": {}, "http": {"port": 0}, "bridges": {"tcp": {"port": 0, "feeds": ["btc", "eth"]}},
                 "relay": {"feeds": ["btc"], "maxClients": 7},
                 "feeds": {"btc": {"url": "sim:/ws/btcusdt@trade"}, "eth": {"url": "sim:/ws/ethusdt@trade"}}}
                """);
        Cli cli = Cli.start("relay", file.toString(), "--feed", "eth", "--port", "0");
        cli.until("running", () -> cli.out().contains("running; Ctrl-C ends it"));

        Shutdown.ask();

        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(cli.out())
                .contains(
                        "\ndashboard: http://127.0.0.1:",
                        "\nTCP bridge: ",
                        "\nTCP bridge on 127.0.0.1: serves eth to at most",
                        "\nrelay on 127.0.0.1: feeds eth, at most 7 clients",
                        "/feeds/eth")
                .doesNotContain("btc");
    }

    @Test
    void shouldRefuseABadPort() {
        Cli cli = Cli.run("relay", "ws://127.0.0.1:1/", "--port", "70000");

        assertThat(cli.code()).isEqualTo(2);
        assertThat(cli.err()).contains("--port: found 70000, allowed: 0 to 65535");
    }
}
