package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firstline.config.RetryConfig;
import io.firstline.config.feed.FeedConfig;
import io.firstline.feed.report.FeedState;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.ServerWebSocketHandshake;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same data from several providers, or from several origins behind one URL, one of which dies. */
class ProvidersTest extends FeedTestBase {
    private static final String KEY = "key-of-a-provider";

    @TempDir
    Path folder;

    private final List<Provider> providers = new ArrayList<>();
    private int sent;

    /** One source of the data. */
    private final class Provider {
        private final int number = providers.size();
        private final List<ServerWebSocket> sockets = new CopyOnWriteArrayList<>();
        /** The id that a connection gave to its stream; empty = none is needed. */
        private final Map<ServerWebSocket, String> ids = new ConcurrentHashMap<>();

        private volatile boolean dead;

        void knocked(ServerWebSocketHandshake handshake) {
            if (dead) {
                handshake.reject(503);
                return;
            }
            handshake.accept().onSuccess(socket -> {
                socket.exceptionHandler(e -> {});
                socket.textMessageHandler(text -> subscribed(socket, new JsonObject(text)));
                sockets.add(socket);
            });
        }

        private void subscribed(ServerWebSocket socket, JsonObject request) {
            String id = "0x" + number + "f" + sockets.indexOf(socket);
            ids.put(socket, id);
            socket.writeTextMessage(
                    request.copy().put("result", id).put("provider", number).encode());
        }

        int open() {
            return (int) sockets.stream().filter(socket -> !socket.isClosed()).count();
        }

        void send(Function<String, String> message) {
            for (ServerWebSocket socket : sockets) {
                if (!socket.isClosed() && ids.containsKey(socket)) {
                    socket.writeTextMessage(message.apply(ids.get(socket)));
                }
            }
        }

        void die() {
            dead = true;
            sockets.forEach(ServerWebSocket::close);
        }
    }

    private HttpServer serve(Function<ServerWebSocketHandshake, Provider> chosen) {
        return join(vertx.createHttpServer(new HttpServerOptions().setWebSocketClosingTimeout(1))
                .webSocketHandshakeHandler(handshake -> chosen.apply(handshake).knocked(handshake))
                .listen(0, "127.0.0.1"));
    }

    private Provider provider() {
        Provider provider = new Provider();
        providers.add(provider);
        return provider;
    }

    private String secret(String name, String value) throws IOException {
        Path file = Files.writeString(folder.resolve(name), value);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return "${file:" + name + "}";
    }

    private WsPool open(JsonObject json) {
        FeedConfig config = FeedConfig.fromJson(json.put("joinGuardMs", 50), folder);
        WsPool pool = watch(WsPool.create(
                quick(1),
                config.withConnection(config.pool().connection().withRetry(new RetryConfig(20, 100, 10_000, 0)))));
        join(pool.start());
        return pool;
    }

    /** Sends the next message of all providers; while all live, each lacks each 20th. */
    private void next(Message message) {
        sent++;
        boolean lacking = providers.stream().noneMatch(provider -> provider.dead);
        for (Provider provider : providers) {
            if (!lacking || sent % 20 != 7 * provider.number) {
                provider.send(id -> message.text(provider.number, id, sent));
            }
        }
    }

    private interface Message {
        String text(int provider, String id, int number);
    }

    private void sendUntilInStep(Feed feed, int connections, Message message) {
        eventually(() -> {
            next(message);
            return members(feed).stream().filter(c -> c.line().inStep()).count() == connections
                    && feed.state() == FeedState.CONNECTED;
        });
    }

    private void shouldBeWhole(Function<JsonObject, Integer> numberOf) {
        TreeSet<Integer> all = new TreeSet<>();
        IntStream.rangeClosed(1, sent).forEach(all::add);
        eventually(() -> messages.size() >= sent);
        List<Integer> merged = texts().stream()
                .map(text -> numberOf.apply(new JsonObject(text)))
                .toList();
        assertThat(merged).doesNotHaveDuplicates();
        assertThat(new TreeSet<>(merged)).isEqualTo(all);
    }

    @Test
    void shouldMergeSeveralProvidersOneOfWhichDies() throws IOException {
        List<String> paths = new CopyOnWriteArrayList<>();
        JsonArray urls = new JsonArray();
        for (String path : List.of("/", "/v3/${secret.provider}", "/rpc?key=${secret.provider}")) {
            Provider provider = provider();
            HttpServer server = serve(handshake -> {
                paths.add(handshake.uri());
                return provider;
            });
            urls.add("ws://127.0.0.1:" + server.actualPort() + path);
        }
        WsPool pool = open(new JsonObject()
                .put("name", "f")
                .put("venue", "ethereum")
                .put("url", urls)
                .put("secrets", new JsonObject().put("provider", secret("provider", KEY)))
                .put("streams", new JsonArray().add("newHeads"))
                .put("connections", 3));
        Message head = (provider, id, n) -> "{\"jsonrpc\":\"2.0\",\"method\":\"eth_subscription\",\"params\":{"
                + "\"subscription\":\"" + id + "\",\"result\":{\"hash\":\"0xh" + n + "\",\"of\":" + provider + "}}}";
        eventually(() -> providers.stream().allMatch(provider -> provider.ids.size() == 1));
        sent = 0;
        sendUntilInStep(pool, 3, head);
        assertThat(paths).containsExactlyInAnyOrder("/", "/v3/" + KEY, "/rpc?key=" + KEY);

        IntStream.range(0, 200).forEach(i -> next(head));
        providers.get(1).die();
        IntStream.range(0, 200).forEach(i -> next(head));
        eventually(() -> providers.get(1).open() == 0);
        sendUntilInStep(pool, 3, head);

        shouldBeWhole(message -> Integer.valueOf(message.getJsonObject("params")
                .getJsonObject("result")
                .getString("hash")
                .substring(3)));
        assertThat(texts().stream()
                        .map(text ->
                                new JsonObject(text).getJsonObject("params").getValue("subscription"))
                        .distinct())
                .hasSize(1);
        assertThat(events.toString() + report(pool)).doesNotContain(KEY);
    }

    @Test
    void shouldShareTheOriginsOfOneUrlAmongItsConnections() throws IOException {
        provider();
        provider();
        HttpServer server = serve(handshake ->
                providers.get(handshake.headers().get("X-Cll-Origin").equals("001") ? 0 : 1));
        WsPool pool = open(new JsonObject()
                .put("name", "f")
                .put("venue", "chainlink")
                .put("url", "ws://127.0.0.1:" + server.actualPort() + "/api/v1/ws?feedIDs=0x0a")
                .put(
                        "headers",
                        new JsonObject()
                                .put("X-Cll-Origin", new JsonArray().add("001").add("002")))
                .put(
                        "secrets",
                        new JsonObject().put("key", secret("key", "a-key")).put("secret", secret("secret", "a-secret")))
                .put("connections", 4));
        Message report = (provider, id, n) ->
                "{\"report\":{\"feedID\":\"0x0a\",\"fullReport\":\"0x00\",\"observationsTimestamp\":" + n + "}}";
        eventually(() -> providers.stream().allMatch(provider -> provider.open() == 2));
        providers.forEach(provider -> provider.sockets.forEach(socket -> provider.ids.put(socket, "")));
        sendUntilInStep(pool, 4, report);

        IntStream.range(0, 200).forEach(i -> next(report));
        providers.get(0).die();
        IntStream.range(0, 200).forEach(i -> next(report));
        eventually(() -> {
            providers.get(1).sockets.forEach(socket -> providers.get(1).ids.put(socket, ""));
            return providers.get(1).open() == 4;
        });
        sendUntilInStep(pool, 4, report);

        shouldBeWhole(message -> message.getJsonObject("report").getInteger("observationsTimestamp"));
    }

    @Test
    void shouldReportWhatIsWrongWithOneOfSeveralUrlsOnce() {
        JsonObject json = new JsonObject().put("name", "f").put("venue", "ethereum");

        assertThatThrownBy(() -> FeedConfig.fromJson(json.copy()
                        .put("url", new JsonArray().add("wss://a.example.com").add("http://b.example.com"))))
                .hasMessageContaining("/url/1: found \"http://b.example.com\"")
                .satisfies(e -> assertThat(Stream.of(e.getMessage().split("\n")).filter(line -> line.contains("found")))
                        .hasSize(1));
        assertThatThrownBy(() -> FeedConfig.fromJson(json.copy()
                        .put("url", new JsonArray().add("wss://a.example.com").add("sim:/b"))))
                .hasMessageContaining("/url: found 2 URLs, some with sim:");
        assertThatThrownBy(() -> FeedConfig.fromJson(json.copy().put("url", new JsonArray())))
                .hasMessageContaining("/url: found an empty array, allowed: a URL or an array of 1 to 16 URLs");
        assertThatThrownBy(() -> FeedConfig.fromJson(json.copy()
                        .put("url", "wss://a.example.com")
                        .put(
                                "headers",
                                new JsonObject()
                                        .put("A", new JsonArray().add("x").add("y\n")))))
                .hasMessageContaining("/headers/A: found a value with a control character");
    }
}
