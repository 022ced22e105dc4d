package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.Limit;
import io.firstline.config.RetryConfig;
import io.firstline.config.feed.FeedConfig;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedState;
import io.vertx.core.Future;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Feeds whose connections log in with a message. */
class LoginTest extends FeedTestBase {
    private static final String KEY = "key-of-the-user";
    private static final String SECRET = "a-secret-that-nobody-sees";
    private static final String PROFILE =
            """
            { "subscribe": "{'op':'subscribe','args':${streams}}",
              "onConnect": ["{'op':'hello'}"],
              "sign": { "algorithm": "hmac-sha256", "secret": "secret", "text": "${time}GET/verify", "encoding": "base64" },
              "login": {
                "send": "{'op':'login','key':'${secret.key}','time':'${time}','sign':'${sign}'}",
                "ok": [{ "at": "/event", "is": ["login"] }],
                "refused": [{ "at": "/event", "is": ["error"] }, { "close": [4001] }], "waitMs": 2000 },
              "messages": { "stream": ["/s"], "control": [{ "at": "/event" }], "errorText": ["/code", "/msg"],
                "classes": { "all": { "match": "", "key": ["/n"], "sequence": { "link": "plus-one", "last": ["/n"] } } } } }
            """;

    @TempDir
    Path folder;

    private HandServer server;

    /** Accepts a login with the right signature. */
    private List<String> honest(String text) {
        JsonObject request = new JsonObject(text);
        if (!request.getString("op").equals("login")) {
            return List.of();
        }
        boolean right = request.getString("key").equals(KEY)
                && request.getString("sign").equals(signature(request.getString("time") + "GET/verify"));
        return List.of(right ? "{\"event\":\"login\",\"code\":\"0\"}" : refusal("60009", "Login failed."));
    }

    private static String refusal(String code, String words) {
        return new JsonObject()
                .put("event", "error")
                .put("code", code)
                .put("msg", words)
                .encode();
    }

    static String signature(String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private void write(String file, String text) {
        try {
            Path path = folder.resolve(file);
            Files.createDirectories(path.getParent());
            Files.writeString(path, text);
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private JsonObject feed(int connections) {
        server = HandServer.start(vertx);
        server.replies = (socket, text) -> honest(text);
        write("venues/mine.json", PROFILE.replace("'", "\\\""));
        write("key", KEY + "\n");
        write("secret", SECRET);
        return new JsonObject()
                .put("name", "f")
                .put("venue", "mine")
                .put("url", server.url())
                .put("connections", connections)
                .put("streams", new JsonArray().add("a"))
                .put("secrets", new JsonObject().put("key", "${file:key}").put("secret", "${file:secret}"));
    }

    private Feed open(JsonObject json) {
        return open(json, List.of(), 1);
    }

    /** Opens a feed with these limits that lives this many times as fast as its server. */
    private Feed open(JsonObject json, List<Limit> limits, int times) {
        if (json.getInteger("connections") > 1) {
            json.put("joinGuardMs", 50);
        }
        FeedConfig config = FeedConfig.fromJson(json, folder);
        FeedConfig quick = config.withConnection(config.pool()
                .connection()
                .withRetry(new RetryConfig(20, 100, 10_000, 0))
                .withLimits(limits));
        return watch(quick.connections() > 1 ? WsPool.create(quick(times), quick) : Feed.of(vertx, quick));
    }

    private List<String> sent(int socket) {
        return server.received.stream()
                .filter(text -> text.startsWith(socket + ":"))
                .map(text -> new JsonObject(text.substring(2)).getString("op"))
                .toList();
    }

    @Test
    void shouldLogInBeforeEverythingElse() {
        Feed feed = open(feed(3));
        join(feed.start());
        eventually(() -> feed.state() == FeedState.CONNECTED && server.received.size() == 9);

        for (int i = 0; i < 3; i++) {
            assertThat(sent(i)).containsExactly("login", "hello", "subscribe");
        }
        server.send("{\"s\":\"a\",\"n\":1}", 0, 1, 2);
        eventually(() -> messages.size() == 1);
        assertThat(report(feed).control()).isZero();
        assertThat(events).extracting(FeedEvent::type).doesNotContain(FeedEvent.Type.CONNECT_FAILED);
    }

    @Test
    void shouldTryARefusedLoginAgainWhenASecretChanges() {
        JsonObject json = feed(3);
        write("secret", "old");
        Feed feed = open(json);
        assertThat(failure(feed.start())).contains("login-refused", "60009: Login failed.");
        eventually(() -> report(feed).failures().getOrDefault("login-refused", 0L) == 3);

        assertThat(told(FeedEvent.Type.CONNECT_FAILED))
                .singleElement()
                .asString()
                .contains("60009: Login failed.", "the next attempt follows in 60 s, or as soon as a secret changes");
        assertThat(report(feed).problems()).singleElement().asString().contains("Login failed.");
        long logins = server.received.size();
        assertThat(logins).isEqualTo(3);
        write("secret", SECRET);
        eventually(() -> feed.state() == FeedState.CONNECTED);
        eventually(() -> server.received.size() == logins + 9);
        assertThat(report(feed).problems()).isEmpty();
    }

    @Test
    void shouldTryARefusedLoginAgainWhenTheUserSaysSo() {
        JsonObject json = feed(1);
        server.replies = (socket, text) -> server.sockets.size() == 1 ? List.of(refusal("1", "locked")) : honest(text);
        Feed feed = open(json);
        failure(feed.start());

        join(feed.renew());
        eventually(() -> feed.state() == FeedState.CONNECTED);
    }

    @Test
    void shouldReplaceConnectionsAgainAfterACandidateWasRefused() {
        JsonObject json = feed(2);
        profile("\"waitMs\": 2000", "\"waitMs\": 30000");
        Feed feed = open(json, List.of(), 30);
        feed.start();
        eventually(() -> feed.state() == FeedState.CONNECTED && server.sockets.size() == 2);
        server.replies = (socket, text) -> List.of(refusal("406", "too many connections"));
        join(feed.evict(ids(feed).get(0)));
        awaitTold(FeedEvent.Type.CONNECT_FAILED);
        server.replies = (socket, text) -> honest(text);
        server.deafen(0);
        server.deafen(1);

        eventually(() -> server.sockets.size() >= 4 && !sent(3).isEmpty());
    }

    @Test
    void shouldSayThatAStartFailedWhileConnectionsAreStillHeldBack() {
        JsonObject json = feed(5);
        write("secret", "old");
        Feed feed = open(json, List.of(new Limit(Limit.What.CONNECTS, 3, 1_000, Limit.Scope.HOST)), 1);

        assertThat(failure(feed.start())).contains("login-refused", "60009: Login failed.");
        eventually(() -> feed.state() == FeedState.DISCONNECTED);
        assertThat(server.received).hasSizeLessThanOrEqualTo(3);
    }

    @Test
    void shouldTryAtOnceWhenARefusedFeedIsStartedAgain() {
        JsonObject json = feed(2);
        server.replies = (socket, text) -> List.of(refusal("1", "locked"));
        Feed feed = open(json);
        assertThat(failure(feed.start())).contains("locked");
        join(feed.close());
        server.replies = (socket, text) -> honest(text);

        join(feed.start());
        eventually(() -> feed.state() == FeedState.CONNECTED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldUnderstandARefusalBeforeAClose(boolean byCode) {
        JsonObject json = feed(2);
        server.replies = (socket, text) -> {
            ServerWebSocket client = server.sockets.get(socket);
            if (!byCode) {
                client.writeTextMessage(refusal("7", "unknown key " + KEY + " or " + SECRET));
            }
            client.close((short) (byCode ? 4001 : 4000), "unknown key " + KEY);
            return List.of();
        };
        Feed feed = open(json);

        assertThat(failure(feed.start()))
                .contains("login-refused (the server refused the login: ", "unknown key ***")
                .doesNotContain(KEY, SECRET);
        assertThat(told(FeedEvent.Type.CONNECT_FAILED)).hasSize(1);
        assertThat(report(feed).toString()).doesNotContain(KEY, SECRET);
    }

    /** Another client uses the account: the server ends the older connection. */
    @Test
    void shouldPauseWhenTheServerEndsEachConnectionAfterAnError() {
        JsonObject json = feed(1);
        profile("\"errorText\"", "\"errors\": [{ \"at\": \"/event\", \"is\": [\"error\"] }], \"errorText\"");
        server.replies = (socket, text) -> {
            if (text.contains("subscribe")) {
                ServerWebSocket client = server.sockets.get(socket);
                client.writeTextMessage(refusal("1008", "max_connections for " + KEY));
                client.close((short) 1008, "bye");
            }
            return honest(text);
        };
        Feed feed = open(json, List.of(), 10);
        join(feed.start());
        awaitTold(FeedEvent.Type.CONNECT_FAILED);

        assertThat(server.sockets).hasSize(3);
        assertThat(told(FeedEvent.Type.CONNECT_FAILED))
                .singleElement()
                .asString()
                .contains(
                        "the server ended 3 connections in a row after the login: 1008: max_connections for ***",
                        "the next attempt follows in 60 s");
        eventually(() -> feed.state() == FeedState.DISCONNECTED);
        server.replies = (socket, text) -> honest(text);
        join(feed.renew());
        eventually(() -> feed.state() == FeedState.CONNECTED);
        assertThat(server.sockets).hasSize(4);
    }

    /** A wrong stream is an error on each connection; then the server restarts. */
    @Test
    void shouldNotTakeTheRestartOfAServerForARefusedLogin() {
        JsonObject json = feed(3);
        profile("\"errorText\"", "\"errors\": [{ \"at\": \"/event\", \"is\": [\"error\"] }], \"errorText\"");
        Feed feed = open(json);
        join(feed.start());
        eventually(() -> feed.state() == FeedState.CONNECTED && server.sockets.size() == 3);

        server.send(refusal("60018", "no such stream"), 0, 1, 2);
        server.sockets.forEach(socket -> socket.close((short) 1000, "bye"));
        eventually(() -> feed.state() == FeedState.CONNECTED && server.sockets.size() >= 6);

        assertThat(told(FeedEvent.Type.CONNECT_FAILED)).isEmpty();
    }

    @Test
    void shouldHideTheSignatureThatAServerRepeats() {
        JsonObject json = feed(1);
        String[] sign = {""};
        server.replies = (socket, text) -> {
            sign[0] = new JsonObject(text).getString("sign");
            return List.of(refusal("9", "bad signature " + sign[0]));
        };
        Feed feed = open(json);

        assertThat(failure(feed.start())).contains("9: bad signature ***").doesNotContain(sign[0]);
        assertThat(sign[0]).hasSize(44);
    }

    @Test
    void shouldFillInThePlaceholdersOfTheUsersMessages() {
        Feed feed = open(feed(2).put(
                        "onConnect", new JsonArray().add("{\"op\":\"mine\",\"id\":${id},\"key\":\"${secret.key}\"}")));
        join(feed.start());
        eventually(() -> feed.state() == FeedState.CONNECTED && server.received.size() == 8);

        for (int i = 0; i < 2; i++) {
            assertThat(sent(i)).containsExactly("login", "hello", "mine", "subscribe");
            assertThat(server.received).contains(i + ":{\"op\":\"mine\",\"id\":9001,\"key\":\"" + KEY + "\"}");
        }
        assertThat(join(feed.setOnConnect(List.of("{\"op\":\"again\",\"sign\":\"${sign}\",\"x\":\"${x}\"}"))))
                .isEqualTo(2);
        eventually(() -> server.received.size() == 10);
        assertThat(server.received.get(9)).contains("${x}").doesNotContain("${sign}");
    }

    @Test
    void shouldCloseAConnectionWhoseLoginIsNotAnswered() {
        JsonObject json = feed(1);
        profile("\"waitMs\": 2000", "\"waitMs\": 100");
        server.replies = (socket, text) -> socket == 0 ? List.of("{\"event\":\"busy\"}") : honest(text);
        Feed feed = open(json);

        assertThat(failure(feed.start())).contains("login-unanswered (no answer to the login within 100 ms)");
        eventually(() -> feed.state() == FeedState.CONNECTED);
        assertThat(sent(0)).containsExactly("login");
        eventually(() -> sent(1).equals(List.of("login", "hello", "subscribe")));
    }

    @Test
    void shouldLogInOnceHoweverOftenTheServerAsks() {
        JsonObject json = feed(1);
        profile("\"onConnect\"", "\"ready\": [{\"at\": \"/event\", \"is\": [\"welcome\"]}], \"onConnect\"");
        profile("\"waitMs\": 2000", "\"waitMs\": 60000"); // so that only their number ends the wait
        server.replies = (socket, text) -> {
            List<String> replies = new ArrayList<>(Collections.nCopies(1_500, "{\"event\":\"welcome\"}"));
            return text.contains("login") && socket > 0 ? honest(text) : replies;
        };
        Feed feed = open(json);
        Future<Void> started = feed.start();
        eventually(() -> server.sockets.size() == 1);
        server.send("{\"event\":\"welcome\"}", 0);

        assertThat(failure(started)).contains("more than 1000 messages, but no answer to the login");
        eventually(() -> server.sockets.size() == 2);
        server.send("{\"event\":\"welcome\"}", 1);
        eventually(() -> feed.state() == FeedState.CONNECTED);
        assertThat(sent(0)).containsExactly("login");
    }

    @Test
    void shouldLogInACandidateBeforeItReplacesAConnection() {
        Feed feed = open(feed(2));
        join(feed.start());
        eventually(() -> feed.state() == FeedState.CONNECTED);
        server.replies = (socket, text) -> text.contains("login") ? List.of() : honest(text); // no answer
        String first = ids(feed).get(0);
        join(feed.evict(first));
        eventually(() -> sent(2).equals(List.of("login")));
        server.send("{\"s\":\"a\",\"n\":1}", 0, 1);
        eventually(() -> messages.size() == 1);

        assertThat(report(feed).live()).isEqualTo(2);
        assertThat(feed.state()).isEqualTo(FeedState.CONNECTED);
        server.send("{\"event\":\"login\",\"code\":\"0\"}", 2);
        eventually(() -> sent(2).contains("subscribe"));
        AtomicInteger number = new AtomicInteger(1);
        eventually(() -> {
            String next = "{\"s\":\"a\",\"n\":" + number.incrementAndGet() + "}";
            server.sockets.forEach(each -> each.writeTextMessage(next).onFailure(closed -> {}));
            return !told(FeedEvent.Type.EVICTED).isEmpty();
        });
    }

    /** The text of a profile is replaced in its file. */
    private void profile(String from, String to) {
        try {
            Path file = folder.resolve("venues/mine.json");
            String text = Files.readString(file);
            assertThat(text).contains(from);
            Files.writeString(file, text.replace(from, to));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String failure(Future<Void> started) {
        try {
            join(started);
            return "started";
        } catch (RuntimeException | AssertionError e) {
            return String.valueOf(e);
        }
    }
}
