package io.firstline.errors;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.RetryConfig;
import io.firstline.config.WsConnectionConfig;
import io.firstline.connection.report.Disconnect;
import io.firstline.feed.report.FeedEvent;
import io.firstline.testkit.Await;
import io.firstline.testkit.ConnectionProbe;
import io.firstline.testkit.Loops;
import io.firstline.testkit.Peer;
import io.firstline.testkit.ScriptedServer;
import io.firstline.testkit.Tls;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsErrorsTest {
    @TempDir
    static Path directory;

    private static Vertx vertx;
    private static Tls local;
    private static Tls other;

    @BeforeAll
    static void prepare() throws IOException {
        vertx = Loops.NATIVE.vertx();
        local = Tls.selfSigned(Files.createDirectory(directory.resolve("local")), "dns:localhost,ip:127.0.0.1");
        other = Tls.selfSigned(Files.createDirectory(directory.resolve("other")), "dns:feed.example.com");
    }

    @AfterAll
    static void stopLoops() {
        Await.result(vertx.close());
    }

    private static Disconnect failure(WsConnectionConfig config) {
        try (ConnectionProbe probe = new ConnectionProbe(vertx, config)) {
            Disconnect end = probe.connectFails();
            assertThat(probe.calls()).isEmpty();
            return end;
        }
    }

    private static WsConnectionConfig config(ScriptedServer server, Tls trusted) {
        WsConnectionConfig config = WsConnectionConfig.of(server.url("/ws?token=hush"));
        return trusted == null ? config : config.withTrustedCertificates(trusted.certificate());
    }

    @Test
    void shouldConnectToWhoIsTrusted() {
        try (ScriptedServer server =
                        ScriptedServer.startTls(local, peer -> peer.upgrade().text("safe"));
                ConnectionProbe probe = new ConnectionProbe(vertx, config(server, local)).opened();
                ConnectionProbe byAddress = new ConnectionProbe(
                                vertx, config(server, local).withUrl("wss://127.0.0.1:" + server.port() + "/"))
                        .opened()) {
            probe.awaitMessages(1);
            byAddress.awaitMessages(1);

            assertThat(server.peers().get(0).headers()).containsEntry("host", "localhost:" + server.port());
        }
    }

    @Test
    void shouldRefuseAnUnknownAuthority() {
        try (ScriptedServer server = ScriptedServer.startTls(local, Peer::upgrade)) {
            Disconnect end = failure(config(server, null));

            assertThat(end.label()).isEqualTo("tls");
            assertThat(end.reason()).contains("certification path");
        }
    }

    @Test
    void shouldRefuseACertificateForAnotherHost() {
        try (ScriptedServer server = ScriptedServer.startTls(other, Peer::upgrade)) {
            Disconnect end = failure(config(server, other));

            assertThat(end.label()).isEqualTo("tls");
            assertThat(end.reason()).contains("localhost");
        }
    }

    @Test
    void shouldTellAPortThatDoesNotSpeakTls() {
        try (ScriptedServer server = ScriptedServer.start(
                peer -> peer.raw(Peer.ascii("HTTP/1.1 400 Bad Request\r\n\r\n" + "x".repeat(2_000))))) {
            Disconnect end = failure(WsConnectionConfig.of("wss://127.0.0.1:" + server.port() + "/"));

            assertThat(end.label()).isEqualTo("tls");
            assertThat(end.reason()).contains("not an SSL/TLS record").hasSizeLessThan(300);
        }
    }

    @Test
    void shouldTellAServerThatEndsInTheHandshake() {
        try (ScriptedServer server = ScriptedServer.start(Peer::fin)) {
            Disconnect end = failure(WsConnectionConfig.of("wss://127.0.0.1:" + server.port() + "/"));

            assertThat(end.label()).isEqualTo("tls");
            assertThat(end.reason()).isNotBlank().doesNotContain("null");
        }
    }

    @Test
    void shouldGiveUpOnAHandshakeThatIsNeverAnswered() {
        try (ScriptedServer server = ScriptedServer.start()) {
            Disconnect end = failure(WsConnectionConfig.of("wss://127.0.0.1:" + server.port() + "/")
                    .withConnectTimeoutMs(300));

            assertThat(end.label()).isEqualTo("tls");
            assertThat(end.reason()).containsIgnoringCase("timed out");
        }
    }

    @Test
    void shouldTellATlsPortSpokenToWithoutTls() {
        try (ScriptedServer server = ScriptedServer.startTls(local, Peer::upgrade)) {
            WsConnectionConfig config = WsConnectionConfig.of("ws://127.0.0.1:" + server.port() + "/")
                    .withConnectTimeoutMs(1_000);

            assertThat(failure(config).label()).isIn("upgrade", "reset", "error");
        }
    }

    @Test
    void shouldFailTheStartOfAFeedAndTellItOnce() {
        try (ScriptedServer server = ScriptedServer.startTls(local, Peer::upgrade);
                FeedProbe probe =
                        FeedProbe.pool(vertx, config(server, null).withRetry(new RetryConfig(20, 50, 0)), 2)) {
            Future<Void> start = probe.feed.start();
            assertThat(Await.failure(start)).hasMessageContaining("tls").hasMessageNotContainingAny("hush");
            Await.until("more attempts", () -> probe.failures("tls") >= 6);

            assertThat(probe.told(FeedEvent.Type.CONNECT_FAILED)).hasSize(1);
            assertThat(probe.told(FeedEvent.Type.CONNECT_FAILED).get(0).encode())
                    .contains("certification path", "token=***")
                    .doesNotContain("hush");
        }
    }
}
