package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import io.firstline.config.RetryConfig;
import io.firstline.config.feed.FeedConfig;
import io.firstline.deploy.node.ReportJson;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedReport;
import io.firstline.feed.report.FeedState;
import io.firstline.stream.CopyListener;
import io.firstline.testkit.Loggers;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.ServerWebSocketHandshake;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Upgrades with secrets, numbers and signatures that are made anew for each attempt. Nothing shows a secret. */
class HandshakeTest extends FeedTestBase {
    /** The beginning of all secrets. */
    private static final String HUSH = "hush-hush-";

    @TempDir
    Path folder;

    private final List<String> logged = new CopyOnWriteArrayList<>();
    private final Logger log = Loggers.of("io.firstline");
    private final AppenderBase<ILoggingEvent> listening = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            logged.add(event.getFormattedMessage() + ThrowableProxyUtil.asString(event.getThrowableProxy()));
        }
    };
    private Level before;

    private HttpServer server;
    private volatile String valid = HUSH + "1";
    private volatile boolean refusing;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> upgrades = new CopyOnWriteArrayList<>();
    private final List<String> received = new CopyOnWriteArrayList<>();
    private final List<ServerWebSocket> sockets = new CopyOnWriteArrayList<>();

    @BeforeEach
    void open() {
        server = join(vertx.createHttpServer(
                        new HttpServerOptions().setWebSocketClosingTimeout(1).addWebSocketSubProtocol("auth"))
                .requestHandler(this::asked)
                .webSocketHandshakeHandler(this::knocked)
                .listen(0, "127.0.0.1"));
        write("token", valid);
        before = log.getLevel();
        log.setLevel(Level.DEBUG);
        listening.start();
        Loggers.root().addAppender(listening);
    }

    @AfterEach
    void seeThatNothingShowsASecret() {
        Loggers.root().detachAppender(listening);
        log.setLevel(before);
        assertThat(logged).noneMatch(line -> line.contains(HUSH));
        assertThat(events).noneMatch(event -> (event + String.valueOf(event.toJson())).contains(HUSH));
    }

    private void asked(HttpServerRequest request) {
        requests.add(request.method() + " " + request.uri() + " " + request.getHeader("X-Key"));
        if (refusing) {
            request.response().setStatusCode(401).end();
            return;
        }
        request.response().end("{\"code\":\"200000\",\"key\":\"" + HUSH + "listen\"}");
    }

    private void knocked(ServerWebSocketHandshake handshake) {
        String shown = handshake.uri() + " " + handshake.headers().get("Authorization") + " "
                + handshake.headers().get("From-Number") + " "
                + handshake.headers().get("Sec-WebSocket-Protocol");
        upgrades.add(shown);
        if (!shown.contains(valid)) {
            handshake.reject(401);
            return;
        }
        handshake.accept().onSuccess(socket -> {
            socket.exceptionHandler(e -> {});
            socket.textMessageHandler(received::add);
            sockets.add(socket);
        });
    }

    private void write(String name, String text) {
        try {
            Path file = Files.writeString(folder.resolve(name), text);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private JsonObject json(String url) {
        return new JsonObject()
                .put("name", "f")
                .put("url", "ws://127.0.0.1:" + server.actualPort() + url)
                .put("connections", 1)
                .put("secrets", new JsonObject().put("token", "${file:token}"));
    }

    private Feed feed(JsonObject json) {
        FeedConfig config = FeedConfig.fromJson(json, folder);
        return watch(Feed.of(
                vertx,
                config.withConnection(config.pool().connection().withRetry(new RetryConfig(20, 100, 10_000, 0)))));
    }

    private static JsonObject bearer(JsonObject json) {
        return json.put("headers", new JsonObject().put("Authorization", "Bearer ${secret.token}"));
    }

    /** A server that accepts a token for some time only. */
    @Test
    void shouldReadATokenAgainForEachAttempt() {
        Feed feed = feed(bearer(json("/")));
        join(feed.start());
        valid = HUSH + "2";
        write("token", valid);
        join(sockets.get(0).close());
        eventually(() -> sockets.size() == 2 && feed.state() == FeedState.CONNECTED);

        assertThat(upgrades).hasSize(2);
        FeedReport report = report(feed);
        assertThat(report.toString() + ReportJson.of(report)).doesNotContain(HUSH);
    }

    @Test
    void shouldNotTryAnExpiredTokenAgainAndAgain() {
        Feed feed = feed(bearer(json("/")));
        join(feed.start());
        valid = HUSH + "2"; // the token in the file has expired
        join(sockets.get(0).close());
        eventually(() -> !told(FeedEvent.Type.CONNECT_FAILED).isEmpty());
        assertThat(told(FeedEvent.Type.CONNECT_FAILED).get(0).toString())
                .contains("http-401", "the next attempt follows in 60 s, or as soon as a secret changes");
        assertThat(report(feed).problems()).hasSize(1);

        write("token", valid);
        eventually(() -> feed.state() == FeedState.CONNECTED);
        assertThat(upgrades).as("one refusal, then the new token").hasSize(3);
        assertThat(report(feed).problems()).isEmpty();
    }

    @Test
    void shouldNotAskAnEndpointThatRefusesTheSecretsAgainAndAgain() throws IOException {
        refusing = true;
        String place = "127.0.0.1:" + server.actualPort();
        Files.createDirectories(folder.resolve("venues"));
        Files.writeString(
                folder.resolve("venues/mine.json"),
                """
                { "endpoint": { "url": "http://PLACE/key", "method": "POST", "headers": { "X-Key": "${secret.token}" },
                                "target": "ws://PLACE/ws?key=${/key}" } }
                """
                        .replace("PLACE", place));
        JsonObject json = json("/").put("venue", "mine");
        json.remove("url");
        Feed feed = feed(json);
        feed.start();
        assertThat(awaitTold(FeedEvent.Type.CONNECT_FAILED).toString())
                .contains("HTTP 401; the next attempt follows in 60 s, or as soon as a secret changes");
        assertThat(requests).hasSize(1);

        refusing = false;
        valid = HUSH + "listen";
        write("token", HUSH + "2");
        eventually(() -> feed.state() == FeedState.CONNECTED);
        assertThat(requests).as("one refusal, then the new secret").hasSize(2);
    }

    @Test
    void shouldSayWhichSecretCannotBeRead() throws IOException {
        Feed feed = feed(bearer(json("/")));
        join(feed.start());
        Files.setPosixFilePermissions(folder.resolve("token"), PosixFilePermissions.fromString("rw-r--r--"));
        join(sockets.get(0).close());
        eventually(() -> !told(FeedEvent.Type.CONNECT_FAILED).isEmpty());

        assertThat(told(FeedEvent.Type.CONNECT_FAILED).get(0).toString())
                .contains("credentials (the secret token: found ${file:token}, which others may read");
        write("token", valid);
        eventually(() -> sockets.size() == 2);
    }

    @Test
    void shouldResumeAtTheLastNumber() throws IOException {
        Files.createDirectories(folder.resolve("venues"));
        Files.writeString(
                folder.resolve("venues/mine.json"),
                """
                { "headers": { "Authorization": "${secret.token}", "From-Number": "${last}" },
                  "messages": { "stream": ["/s"],
                    "classes": { "all": { "match": "", "sequence": { "link": "plus-one", "last": ["/n"] } } } } }
                """);
        Feed feed = feed(json("/x?a=1&from=${last}").put("venue", "mine"));
        join(feed.start());
        join(sockets.get(0).writeTextMessage("{\"s\":\"a\",\"n\":41}"));
        join(sockets.get(0).writeTextMessage("{\"s\":\"a\",\"n\":42}"));
        eventually(() -> messages.size() == 2);
        join(sockets.get(0).close());
        eventually(() -> sockets.size() == 2);

        assertThat(upgrades).containsExactly("/x?a=1 " + valid + " null null", "/x?a=1&from=42 " + valid + " 42 null");
        assertThat(report(feed).url()).endsWith("/x?a=1&from=${last}");
    }

    @Test
    void shouldOfferATokenAsASubProtocolAndInTheUrl() {
        JsonObject json = json("/?token=${secret.token}&at=${time}");
        json.put("subProtocols", List.of("auth", "${secret.token}"));
        Feed feed = feed(json);
        join(feed.start());

        assertThat(upgrades)
                .singleElement()
                .asString()
                .matches("/\\?token=" + valid + "&at=\\d{10} null null auth, ?" + valid);
        assertThat(report(feed).url()).doesNotContain(valid);
    }

    /** A server repeats a secret in a message: recordings are masked, consumers get it as it is. */
    @Test
    void shouldHideSecretsInRecordings() {
        Feed feed = feed(bearer(json("/")));
        List<String> recorded = record(feed);
        join(feed.start());
        join(sockets.get(0).writeTextMessage("{\"hello\":\"" + valid + " é\"}"));
        eventually(() -> messages.size() == 1);
        join(sockets.get(0).close((short) 4000, "bye " + valid));
        eventually(() -> recorded.size() == 2);

        assertThat(recorded).containsExactly("{\"hello\":\"*** é\"}", "closed-4000 (bye ***)");
    }

    /** Quoted messages are masked before they are cut: the cut would leave a part of a secret. */
    @Test
    void shouldHideSecretsInMessagesThatAreDropped() throws IOException {
        Files.createDirectories(folder.resolve("venues"));
        Files.writeString(
                folder.resolve("venues/mine.json"),
                """
                {"messages": {"stream": ["@/sub"], "ackId": "/id",
                              "ids": [{"when": ["/result"], "id": "/result", "stream": "request"}]}}
                """);
        Feed feed = feed(bearer(json("/").put("venue", "mine")));
        join(feed.start());
        String start = "{\"sub\":\"0x1\",\"t\":\"";
        join(sockets.get(0).writeTextMessage(start + "x".repeat(80 - HUSH.length() - start.length()) + valid + "\"}"));
        join(sockets.get(0).close());

        assertThat(awaitTold(FeedEvent.Type.PROTOCOL_DIFFERS).toJson().getString("reason"))
                .contains("is dropped: " + start + "xxx", "xxx***");
    }

    private static List<String> record(Feed feed) {
        List<String> recorded = new CopyOnWriteArrayList<>();
        feed.copyListener(new CopyListener() {
            @Override
            public void opened(String connectionId) {}

            @Override
            public void copy(String connectionId, Buffer payload, boolean text, long arrivalNanos) {
                recorded.add(payload.toString());
            }

            @Override
            public void closed(String connectionId, String why) {
                recorded.add(why);
            }
        });
        return recorded;
    }

    /** A server that no longer knows a key repeats it. */
    @Test
    void shouldHideTheKeyOfTheEndpointInARefusedUpgrade() throws IOException {
        HttpServer forgetful = join(vertx.createHttpServer()
                .requestHandler(request -> {
                    boolean asks = request.path().equals("/key");
                    request.response()
                            .setStatusCode(asks ? 200 : 400)
                            .end(asks ? "{\"key\":\"" + HUSH + "listen\"}" : "unknown key " + request.path());
                })
                .listen(0, "127.0.0.1"));
        String at = "127.0.0.1:" + forgetful.actualPort();
        Files.createDirectories(folder.resolve("venues"));
        Files.writeString(
                folder.resolve("venues/mine.json"),
                new JsonObject()
                        .put(
                                "endpoint",
                                new JsonObject()
                                        .put("url", "http://" + at + "/key")
                                        .put("target", "ws://" + at + "/${/key}"))
                        .encode());
        JsonObject json = json("/").put("venue", "mine");
        json.remove("url");
        json.remove("secrets");
        Feed feed = feed(json);
        feed.start();
        eventually(() -> !told(FeedEvent.Type.CONNECT_FAILED).isEmpty());

        assertThat(told(FeedEvent.Type.CONNECT_FAILED).get(0).toString()).contains("unknown key /***");
        FeedReport report = report(feed);
        assertThat(report.toString() + ReportJson.of(report)).doesNotContain(HUSH);
    }

    @Test
    void shouldKeepAListenKeyAliveAndUseItInRequests() throws IOException {
        Files.createDirectories(folder.resolve("venues"));
        String rest = "http://127.0.0.1:" + server.actualPort() + "/key";
        String target = "ws://127.0.0.1:" + server.actualPort() + "/?t=" + valid;
        Files.writeString(
                folder.resolve("venues/mine.json"),
                new JsonObject()
                        .put(
                                "endpoint",
                                new JsonObject()
                                        .put("url", rest)
                                        .put("method", "POST")
                                        .put("headers", new JsonObject().put("X-Key", "${secret.token}"))
                                        .put("target", target)
                                        .put(
                                                "keepAlive",
                                                new JsonObject()
                                                        .put("url", rest + "?listenKey=${/key}")
                                                        .put("everyMs", 1_000)))
                        .put("subscribe", "{\"streams\":${streams},\"token\":\"${endpoint/key}\"}")
                        .encode());
        JsonObject json = json("/").put("venue", "mine").put("streams", List.of("a"));
        json.remove("url");
        Feed feed = feed(json);
        join(feed.start());
        List<String> recorded = record(feed);
        join(sockets.get(0).writeTextMessage("200000 of " + HUSH + "listen"));
        eventually(() -> requests.size() == 2 && recorded.size() == 1);

        assertThat(recorded).containsExactly("200000 of ***");
        assertThat(requests).containsExactly("POST /key " + valid, "PUT /key?listenKey=" + HUSH + "listen " + valid);
        assertThat(received).containsExactly("{\"streams\":[\"a\"],\"token\":\"" + HUSH + "listen\"}");
    }
}
