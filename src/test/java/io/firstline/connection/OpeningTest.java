package io.firstline.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.WsConnectionConfig;
import io.firstline.connection.report.ConnectionState;
import io.firstline.connection.report.Disconnect;
import io.firstline.testkit.Await;
import io.firstline.testkit.ConnectionProbe;
import io.firstline.testkit.OnNativeLoops;
import io.firstline.testkit.Peer;
import io.firstline.testkit.ScriptedServer;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The upgrade request, and the answers that a server may give. */
class OpeningTest extends OnNativeLoops {
    private static final String TOKEN = "hush-hush-hush";

    private static WsConnectionConfig config(ScriptedServer server) {
        return WsConnectionConfig.of(server.url("/ws"))
                .withHeaders(Map.of("Authorization", "Bearer " + TOKEN))
                .withLatencyPingIntervalMs(60_000);
    }

    /** Fails to connect once and leaves no socket open. */
    private static Disconnect failure(ScriptedServer server, WsConnectionConfig config) {
        try (ConnectionProbe probe = new ConnectionProbe(vertx, config)) {
            Disconnect end = probe.connectFails();
            server.peers().forEach(Peer::awaitGone);
            return end;
        }
    }

    private static ScriptedServer answering(String... answer) {
        return ScriptedServer.start(peer ->
                peer.readRequest().raw(Peer.ascii(String.join("", answer))).read());
    }

    // request

    @Test
    void shouldSayWhoWeAre() {
        try (ScriptedServer server = ScriptedServer.start(Peer::upgrade)) {
            try (ConnectionProbe probe = new ConnectionProbe(vertx, config(server)).opened()) {
                assertThat(probe.state().state()).isEqualTo(ConnectionState.CONNECTED);
            }
            WsConnectionConfig own = config(server).withHeaders(Map.of("user-agent", "mine"));
            try (ConnectionProbe probe = new ConnectionProbe(vertx, own).opened()) {
                assertThat(probe.state().state()).isEqualTo(ConnectionState.CONNECTED);
            }
            assertThat(server.peers().get(0).headers().get("user-agent")).startsWith("Firstline/");
            assertThat(server.peers().get(1).headers()).containsEntry("user-agent", "mine");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/ws/币安btc@trade?s=é%20&t=%2F, /ws/%E5%B8%81%E5%AE%89btc@trade?s=%C3%A9%20&t=%2F",
        "/ws/\uD83D\uDE80usdt, /ws/%F0%9F%9A%80usdt"
    })
    void shouldEncodeWhatIsNotAscii(String path, String asked) {
        try (ScriptedServer server = ScriptedServer.start(Peer::upgrade);
                ConnectionProbe probe =
                        new ConnectionProbe(vertx, config(server).withUrl(server.url(path))).opened()) {
            assertThat(probe.state().state()).isEqualTo(ConnectionState.CONNECTED);
            assertThat(server.peers().get(0).requestLine()).isEqualTo("GET " + asked + " HTTP/1.1");
        }
    }

    @Test
    void shouldWriteForeignHostNamesAsIdnaHasThem() {
        assertThat(WsConnectionConfig.of("wss://börse.example:443/ä").url())
                .isEqualTo("wss://xn--brse-5qa.example:443/%C3%A4");
    }

    // sub-protocols

    @Test
    void shouldOfferSubProtocols() {
        try (ScriptedServer server =
                answering("HTTP/1.1 400 Bad Request\r\nSec-WebSocket-Protocol: v9.json\r\nContent-Length: 0\r\n\r\n")) {
            assertThat(failure(server, config(server)).reason()).contains("the server wants the sub-protocol v9.json");
            assertThat(failure(server, config(server).withSubProtocols(List.of("a", "b")))
                            .reason())
                    .contains("subProtocols is [a, b]");
            assertThat(server.peers().get(1).headers()).containsEntry("sec-websocket-protocol", "a, b");
        }
    }

    @Test
    void shouldSayWhichSubProtocolAServerInsistsOn() {
        try (ScriptedServer server = ScriptedServer.start(peer ->
                peer.upgradeWithHeaders("Sec-WebSocket-Protocol: v9.json").read())) {
            Disconnect end = failure(server, config(server));
            assertThat(end.label()).isEqualTo("upgrade");
            assertThat(end.reason()).contains("the server wants the sub-protocol v9.json", "subProtocols");

            try (ConnectionProbe probe =
                    new ConnectionProbe(vertx, config(server).withSubProtocols(List.of("v8", "v9.json"))).opened()) {
                assertThat(probe.state().state()).isEqualTo(ConnectionState.CONNECTED);
            }
        }
    }

    @Test
    void shouldTakeAServerThatChoosesNoSubProtocol() {
        try (ScriptedServer server = ScriptedServer.start(Peer::upgrade);
                ConnectionProbe probe =
                        new ConnectionProbe(vertx, config(server).withSubProtocols(List.of("v8"))).opened()) {
            assertThat(probe.state().state()).isEqualTo(ConnectionState.CONNECTED);
        }
    }

    // redirects

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 307, 308})
    void shouldFollowARedirectWithoutCredentials(int status) {
        try (ScriptedServer there = ScriptedServer.start(peer -> peer.upgrade().text("there"));
                ScriptedServer here = ScriptedServer.start(
                        peer -> peer.reject(status, "Location: http://127.0.0.1:" + there.port() + "/new?a=b")
                                .read());
                ConnectionProbe probe = new ConnectionProbe(vertx, config(here)).opened()) {
            probe.awaitMessages(1);

            Peer peer = there.peers().get(0);
            assertThat(peer.requestLine()).isEqualTo("GET /new?a=b HTTP/1.1");
            assertThat(peer.headers()).doesNotContainKey("authorization").containsKey("user-agent");
        }
    }

    @Test
    void shouldFollowARedirectOnTheSameHostWithItsHeaders() {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    if (peer.requestLine().contains("/ws")) {
                        peer.reject(308, "Location: /moved").end();
                    } else {
                        peer.upgradeWith();
                    }
                });
                ConnectionProbe probe = new ConnectionProbe(vertx, config(server)).opened()) {
            assertThat(probe.state().state()).isEqualTo(ConnectionState.CONNECTED);
            assertThat(server.peers().get(1).headers()).containsEntry("authorization", "Bearer " + TOKEN);
        }
    }

    @Test
    void shouldFollowNoMoreThanThreeRedirects() {
        try (ScriptedServer server = ScriptedServer.start(
                peer -> peer.reject(302, "Location: /round?token=secret").read())) {
            Disconnect end = failure(server, config(server));

            assertThat(end.label()).isEqualTo("http-302");
            assertThat(end.reason())
                    .contains(
                            "to /round?token=***", "not followed: more than 3 redirects; set \"url\" to where they end")
                    .doesNotContain("secret");
            assertThat(server.peers()).hasSize(1 + WsClient.MAX_REDIRECTS);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ws://feed.example.com/ws, it is not encrypted; set \"url\" to a wss:// URL",
        "http://192.0.2.1/, it is not encrypted; set \"url\" to a wss:// URL",
        "ftp://127.0.0.1/, that is no wss:// URL; check \"url\"",
        "ws://[, that is no wss:// URL; check \"url\"",
        "mailto:me, that is no wss:// URL; check \"url\""
    })
    void shouldNotFollowARedirectToWhereItMayNotConnect(String location, String why) {
        try (ScriptedServer server = ScriptedServer.start(
                peer -> peer.reject(301, "Location: " + location).read())) {
            Disconnect end = failure(server, config(server));

            assertThat(end.label()).isEqualTo("http-301");
            assertThat(end.reason()).contains("HTTP 301", ", to " + location, "(not followed: " + why);
            assertThat(server.peers()).hasSize(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"300, ', to /ws', only HTTP 301", "305, ', to /ws', only HTTP 301", "302, '', it does not say where to"
    })
    void shouldSayWhatToDoAboutARedirectThatLeadsNowhere(int status, String to, String why) {
        String[] headers = to.isEmpty() ? new String[0] : new String[] {"Location: /ws"};
        try (ScriptedServer server =
                ScriptedServer.start(peer -> peer.reject(status, headers).read())) {
            Disconnect end = failure(server, config(server));

            assertThat(end.label()).isEqualTo("http-" + status);
            assertThat(end.reason()).contains(to, " (not followed: " + why, "\"url\"");
            assertThat(server.peers()).hasSize(1);
        }
    }

    @Test
    void shouldSayWhereARedirectLedToNothing() {
        int nobody = ScriptedServer.refusingPort();
        try (ScriptedServer server = ScriptedServer.start(peer ->
                peer.reject(307, "Location: ws://127.0.0.1:" + nobody + "/x").read())) {
            Disconnect end = failure(server, config(server));

            assertThat(end.label()).isEqualTo("refused");
            assertThat(end.reason()).contains("redirected to ws://127.0.0.1:" + nobody + "/x");
        }
    }

    // text of a refusal

    @Test
    void shouldShowWhatTheServerSays() {
        String body = "{\"error\":\"one session\u001b[31m per account\",\r\n\"token\":\"" + TOKEN + "\"}";
        try (ScriptedServer server = answering(
                "HTTP/1.1 406 Only One Please\r\nContent-Length: ",
                Integer.toString(body.length()),
                "\r\n\r\n",
                body)) {
            Disconnect end = failure(server, config(server));

            assertThat(end.label()).isEqualTo("http-406");
            assertThat(end.reason())
                    .contains("HTTP 406 Only One Please", "one session\\u001b[31m per account", "\\r\\n", "\"***\"")
                    .doesNotContain(TOKEN, "\u001b", "\n");
        }
    }

    @Test
    void shouldShowNoMoreThanTheBeginningOfABody() {
        try (ScriptedServer server =
                answering("HTTP/1.1 503 Down\r\nContent-Length: 100000\r\n\r\n", "x".repeat(100_000))) {
            assertThat(failure(server, config(server)).reason()).endsWith("x…").hasSizeLessThan(300);
        }
    }

    // endless answers

    /** Sends a piece repeatedly. No attempt exceeds its timeout, and nothing of the answer is kept. */
    private static Disconnect endless(String head, String piece) {
        AtomicBoolean cut = new AtomicBoolean();
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest().raw(Peer.ascii(head));
                    byte[] pieces = Peer.ascii(piece.repeat(Math.max(1, 65_536 / piece.length())));
                    try {
                        for (long sent = 0; sent < 1L << 32; sent += pieces.length) {
                            peer.raw(pieces);
                        }
                    } catch (UncheckedIOException theClientHasGone) {
                        cut.set(true);
                    }
                });
                ConnectionProbe probe = new ConnectionProbe(vertx, config(server))) {
            Disconnect end = probe.connectFails();
            Await.until("the client cuts it", cut::get);
            return end;
        }
    }

    @Test
    void shouldKeepNothingOfAnEndlessBody() {
        assertThat(endless(
                                "HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n",
                                "400\r\n" + "y".repeat(1_024) + "\r\n")
                        .label())
                .isEqualTo("http-403");
        assertThat(endless("HTTP/1.1 403 No\r\n\r\n", "z").label()).isEqualTo("http-403");
    }

    @Test
    void shouldRefuseEndlessHeaders() {
        assertThat(endless("HTTP/1.1 101 Switching Protocols\r\n", "X-A: " + "b".repeat(100) + "\r\n")
                        .label())
                .isEqualTo("upgrade");
        assertThat(endless("HTTP/1.1 101 ", "c").label()).isEqualTo("upgrade");
    }

    @Test
    void shouldRefuseAFloodOfInterimAnswers() {
        assertThat(endless("", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n").reason())
                .contains("interim answers");
    }

    @Test
    void shouldNotWaitForTheRestOfABody() {
        try (ScriptedServer server =
                answering("HTTP/1.1 429 Slow\r\nRetry-After: 9\r\nContent-Length: 50\r\n\r\nwait")) {
            Disconnect end = failure(server, config(server).withConnectTimeoutMs(600_000));

            assertThat(end.label()).isEqualTo("http-429");
            assertThat(end.reason()).endsWith("Slow: wait");
        }
    }

    @Test
    void shouldTakeAnUpgradeAfterInterimAnswers() {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest().raw(Peer.ascii("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n"));
                    peer.upgradeWith();
                });
                ConnectionProbe probe = new ConnectionProbe(vertx, config(server)).opened()) {
            assertThat(probe.state().state()).isEqualTo(ConnectionState.CONNECTED);
        }
    }
}
