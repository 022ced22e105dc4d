package io.firstline.errors;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.RetryConfig;
import io.firstline.config.WsConnectionConfig;
import io.firstline.connection.report.ConnectFailedException;
import io.firstline.connection.report.ConnectionState;
import io.firstline.connection.report.Disconnect;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedState;
import io.firstline.testkit.Await;
import io.firstline.testkit.ConnectionProbe;
import io.firstline.testkit.OnNativeLoops;
import io.firstline.testkit.Peer;
import io.firstline.testkit.ScriptedServer;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TCP is there, the WebSocket is refused. */
class UpgradeErrorsTest extends OnNativeLoops {
    /** Fails to connect once, on a socket that the server never closes by itself. */
    private static Disconnect failure(ScriptedServer server, int timeoutMs) {
        WsConnectionConfig config = WsConnectionConfig.of(server.url("/ws")).withConnectTimeoutMs(timeoutMs);
        try (ConnectionProbe probe = new ConnectionProbe(vertx, config)) {
            Disconnect end = probe.connectFails();
            assertThat(probe.state().state()).isEqualTo(ConnectionState.DISCONNECTED);
            assertThat(probe.state().end()).isEqualTo(end);
            assertThat(probe.calls()).as("it was never open").isEmpty();
            server.peers().get(0).awaitGone(); // no socket is left behind
            return end;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 301, 401, 403, 404, 429, 503})
    void shouldTellTheStatusOfARefusal(int status) {
        try (ScriptedServer server = ScriptedServer.start(
                peer -> peer.reject(status, "Retry-After: 7").read())) {
            Disconnect end = failure(server, 5_000);

            assertThat(end.label()).isEqualTo("http-" + status);
            assertThat(end.code()).isEqualTo(status);
            assertThat(end.reason()).contains("HTTP " + status + " Because: body");
            assertThat(server.peers()).hasSize(1);
        }
    }

    @Test
    void shouldGiveUpOnAnUpgradeThatIsNeverAnswered() {
        try (ScriptedServer server =
                ScriptedServer.start(peer -> peer.readRequest().read())) {
            Disconnect end = failure(server, 300);

            assertThat(end.label()).isEqualTo("upgrade-timeout");
            assertThat(end.reason()).contains("ms");
        }
    }

    @Test
    void shouldGiveUpOnAnUpgradeThatStopsInTheMiddle() {
        try (ScriptedServer server = ScriptedServer.start(peer -> peer.readRequest()
                .raw(Peer.ascii("HTTP/1.1 101 Switching Protocols\r\nUpgr"))
                .read())) {
            assertThat(failure(server, 300).label()).isEqualTo("upgrade-timeout");
        }
    }

    @Test
    void shouldRefuseAWrongAcceptHeader() {
        try (ScriptedServer server =
                ScriptedServer.start(peer -> peer.upgradeWithWrongAccept().read())) {
            Disconnect end = failure(server, 5_000);

            assertThat(end.label()).isEqualTo("upgrade");
            assertThat(end.reason()).contains("Invalid challenge");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1 101 Switching Pro"})
    void shouldTellAServerThatEndsInTheMiddleOfTheUpgrade(String answer) {
        try (ScriptedServer server = ScriptedServer.start(
                peer -> peer.readRequest().raw(Peer.ascii(answer)).fin().read())) {
            assertThat(failure(server, 5_000).label()).isEqualTo("upgrade");
        }
    }

    @Test
    void shouldRefuseWhatIsNoHttp() {
        try (ScriptedServer server = ScriptedServer.start(peer -> peer.readRequest()
                .raw(Peer.ascii("220 mail.example.com ESMTP\r\n\r\n"))
                .read())) {
            assertThat(failure(server, 1_000).reason()).isNotBlank().doesNotContain("null");
        }
    }

    // the feed's reaction

    private static final String SECRETS = "/ws?token=hush-hush&symbol=btc";

    private static WsConnectionConfig config(ScriptedServer server, RetryConfig retry) {
        return WsConnectionConfig.of(server.url(SECRETS))
                .withHeaders(Map.of("Authorization", "Bearer hush-hush"))
                .withRetry(retry);
    }

    @Test
    void shouldFailTheStartAtOnceAndComeUpWhenTheServerDoes() {
        try (ScriptedServer server =
                        ScriptedServer.start(peer -> peer.reject(503).end());
                FeedProbe probe = FeedProbe.pool(vertx, config(server, new RetryConfig(20, 100, 10_000)), 3)) {
            Throwable failure = Await.failure(probe.feed.start());
            assertThat(failure).isInstanceOf(ConnectFailedException.class).hasMessageContaining("http-503");
            Await.until("the state", () -> probe.feed.state() == FeedState.DISCONNECTED);
            Await.until("many more attempts", () -> probe.failures("http-503") >= 12);

            assertThat(probe.told(FeedEvent.Type.CONNECT_FAILED))
                    .as("told once")
                    .hasSize(1);
            JsonObject told = probe.told(FeedEvent.Type.CONNECT_FAILED).get(0);
            assertThat(told.getString("cause")).isEqualTo("http-503");
            assertThat(told.getString("url")).contains("symbol=btc", "token=***");
            assertThat(probe.told(FeedEvent.Type.DEGRADED)).as("told once").hasSize(1);

            server.script(peer -> peer.upgrade().text("up"));
            Await.until("the state", () -> probe.feed.state() == FeedState.CONNECTED);
            probe.awaitTexts("up");
            Await.until(
                    "the report", () -> !probe.told(FeedEvent.Type.RECOVERED).isEmpty());
            assertThat(probe.told(FeedEvent.Type.RECOVERED)).hasSize(1);
            assertThat(probe.told(FeedEvent.Type.CONNECT_FAILED)).hasSize(1);
            assertThat(probe.events().toString() + failure + probe.report()).doesNotContain("hush");
        }
    }

    @Test
    void shouldTellEachCauseOncePerOutage() {
        try (ScriptedServer server =
                        ScriptedServer.start(peer -> peer.reject(500).end());
                FeedProbe probe = FeedProbe.single(vertx, config(server, new RetryConfig(10, 40, 0)))) {
            assertThat(Await.failure(probe.feed.start())).hasMessageContaining("http-500");
            Await.until("attempts", () -> probe.failures("http-500") >= 4);
            server.script(peer -> peer.reject(401).end());
            Await.until("attempts", () -> probe.failures("http-401") >= 4);
            server.script(peer -> peer.reject(500).end());
            long before = probe.failures("http-500");
            Await.until("attempts", () -> probe.failures("http-500") >= before + 3);
            assertThat(causes(probe)).containsExactly("http-500", "http-401");

            server.script(Peer::upgrade);
            Await.until("the state", () -> probe.feed.state() == FeedState.CONNECTED);
            server.script(peer -> peer.reject(500).end());
            server.peers().get(server.peers().size() - 1).end();
            probe.awaitTold(FeedEvent.Type.CONNECT_FAILED, 3);
            assertThat(causes(probe)).as("a new outage").containsExactly("http-500", "http-401", "http-500");
            assertThat(probe.told(FeedEvent.Type.DISCONNECTED)).hasSize(1);
            assertThat(probe.report().lost()).isEqualTo(1);
        }
    }

    @Test
    void shouldLeaveAHostAloneForAsLongAsItAsks() {
        AtomicInteger upgrades = new AtomicInteger();
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    upgrades.incrementAndGet();
                    peer.reject(429, "Retry-After: 2").end();
                });
                FeedProbe probe = FeedProbe.single(vertx, config(server, new RetryConfig(1, 1, 0)))) {
            assertThat(Await.failure(probe.feed.start())).hasMessageContaining("http-429");
            probe.awaitTold(FeedEvent.Type.CONNECT_WAITING, 1);
            assertThat(upgrades).as("with pauses of a millisecond").hasValue(1);
            assertThat(probe.told(FeedEvent.Type.CONNECT_WAITING).get(0).getLong("waitMs"))
                    .isBetween(1L, 2_001L);

            server.script(Peer::upgrade);
            Await.until("the state", () -> probe.feed.state() == FeedState.CONNECTED);
        }
    }

    @Test
    void shouldNotExceedTheConnectBudgetOfAHost() {
        AtomicInteger upgrades = new AtomicInteger();
        Vertx other = Vertx.vertx(); // with a separate budget
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    upgrades.incrementAndGet();
                    peer.reject(500).end();
                });
                FeedProbe probe = FeedProbe.single(other, config(server, new RetryConfig(1, 1, 0, 7)))) {
            Await.failure(probe.feed.start());
            probe.awaitTold(FeedEvent.Type.CONNECT_WAITING, 1);

            assertThat(upgrades).hasValue(7);
            assertThat(probe.told(FeedEvent.Type.CONNECT_WAITING).get(0).getLong("waitMs"))
                    .isBetween(200_000L, 300_001L);
            try (FeedProbe second = FeedProbe.single(other, config(server, new RetryConfig(1, 1, 0, 7)))) {
                assertThat(Await.failure(second.feed.start())).hasMessageContaining("must wait");
                assertThat(second.feed.state()).isEqualTo(FeedState.DISCONNECTED);
            }
        } finally {
            Await.result(other.close());
        }
    }

    private static List<String> causes(FeedProbe probe) {
        return probe.told(FeedEvent.Type.CONNECT_FAILED).stream()
                .map(facts -> facts.getString("cause"))
                .toList();
    }

    @Test
    void shouldNotStormAServerThatRefuses() {
        RetryConfig retry = new RetryConfig(200, 2_000, 10_000);
        try (ScriptedServer server =
                        ScriptedServer.start(peer -> peer.reject(503).end());
                FeedProbe probe = FeedProbe.pool(vertx, config(server, retry), 2)) {
            assertNoStorm(server, probe);
        }
    }

    @Test
    void shouldNotStormAServerThatAcceptsAndClosesAtOnce() {
        RetryConfig retry = new RetryConfig(200, 2_000, 10_000);
        try (ScriptedServer server = ScriptedServer.start(
                        peer -> peer.upgrade().close(1008, "go away").end());
                FeedProbe probe = FeedProbe.pool(vertx, config(server, retry), 2)) {
            assertNoStorm(server, probe);
        }
    }

    /**
     * Attempts of two slots in 2.5 seconds. About 5 each are expected. Without growing pauses there would be 25, at a
     * mean of 100 ms, and without pauses hundreds. Less than one run in a million reaches the bound, and a slow machine
     * only makes the count smaller.
     */
    private static void assertNoStorm(ScriptedServer server, FeedProbe probe) {
        long begin = System.nanoTime();
        probe.feed.start().onFailure(e -> {});
        Await.until("2.5 s to pass", () -> System.nanoTime() - begin > 2_500_000_000L);

        assertThat(server.peers().size()).isBetween(2, 36);
    }

    @Test
    void shouldStopTryingWhenClosed() {
        try (ScriptedServer server =
                        ScriptedServer.start(peer -> peer.reject(503).end());
                FeedProbe probe = FeedProbe.single(vertx, config(server, new RetryConfig(5, 10, 0)))) {
            Await.failure(probe.feed.start());
            Await.until("attempts", () -> server.peers().size() > 5);
            Await.result(probe.feed.close());
            long attempts = probe.failures("http-503");
            int peers = server.peers().size();
            long begin = System.nanoTime();
            Await.until("fifty pauses to pass", () -> System.nanoTime() - begin > 500_000_000L);

            assertThat(probe.failures("http-503")).isEqualTo(attempts);
            assertThat(server.peers().size()).as("one may have been under way").isBetween(peers, peers + 1);
            assertThat(probe.feed.state()).isEqualTo(FeedState.CLOSED);
        }
    }

    @Test
    void shouldFailTheStartWhenClosedBeforeAnyAnswer() {
        try (ScriptedServer server = ScriptedServer.start(Peer::readRequest);
                FeedProbe probe = FeedProbe.pool(vertx, config(server, RetryConfig.DEFAULT), 2)) {
            io.vertx.core.Future<Void> starting = probe.feed.start();
            Await.until("the clients", () -> server.peers().size() == 2);
            Await.result(probe.feed.close());

            assertThat(Await.failure(starting)).hasMessageContaining("closed");
        }
    }
}
