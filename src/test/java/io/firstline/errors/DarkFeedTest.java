package io.firstline.errors;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.RetryConfig;
import io.firstline.config.WsConnectionConfig;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedState;
import io.firstline.testkit.Await;
import io.firstline.testkit.Peer;
import io.firstline.testkit.ScriptedServer;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A feed without any connection is not left dark, and says why it is. */
@Execution(ExecutionMode.CONCURRENT)
class DarkFeedTest {
    private static final RetryConfig LONG_PAUSES = new RetryConfig(60_000, 3_600_000, 10_000);

    private Vertx vertx; // with a separate budget

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
    }

    @AfterEach
    void stop() {
        Await.result(vertx.close());
    }

    @Test
    void shouldTryEveryTwoSecondsWhateverTheBackOff() {
        try (ScriptedServer server =
                        ScriptedServer.start(peer -> peer.reject(502).end());
                FeedProbe probe = FeedProbe.pool(
                        vertx, WsConnectionConfig.of(server.url("/ws")).withRetry(LONG_PAUSES), 3)) {
            Await.failure(probe.feed.start());
            // by the back-off alone, with pauses of 30 s on average, nearly never
            Await.until("attempts of three, and four more", () -> server.peers().size() >= 7);
            server.script(Peer::upgrade);
            Await.until("the first connection", () -> probe.feed.state() == FeedState.DEGRADED);
        }
    }

    @Test
    void shouldCapWhatAServerAsksForAndObeyARenewal() {
        AtomicBoolean up = new AtomicBoolean();
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    if (up.get()) {
                        peer.upgrade();
                    } else {
                        peer.reject(429, "Retry-After: 86400").end();
                    }
                });
                FeedProbe probe = FeedProbe.single(
                        vertx, WsConnectionConfig.of(server.url("/ws")).withRetry(new RetryConfig(1, 1, 0)))) {
            Await.failure(probe.feed.start());
            Await.until("the pause", () -> probe.report().pausedMs() > 0);

            assertThat(probe.report().pausedMs()).isBetween(200_000L, 300_001L);
            assertThat(probe.report().lastFailure()).contains("http-429", "HTTP 429 Because: body");
            assertThat(probe.told(FeedEvent.Type.CONNECT_FAILED).get(0).getString("reason"))
                    .contains("HTTP 429 Because: body");
            assertThat(server.peers()).hasSize(1);

            up.set(true);
            Await.result(probe.feed.renew());

            Await.until("the connection", () -> probe.feed.state() == FeedState.CONNECTED);
            assertThat(probe.report().pausedMs()).isZero();
            assertThat(probe.report().lastFailure()).isEmpty();
        }
    }

    @Test
    void shouldAdviseOneConnectionWhereTheNewestKicksTheOldest() {
        AtomicReference<Peer> placed = new AtomicReference<>();
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.upgrade();
                    Peer older = placed.getAndSet(peer);
                    if (older != null) {
                        older.close(4_001, "replaced by a newer session");
                    }
                });
                FeedProbe probe = FeedProbe.pool(
                        vertx, WsConnectionConfig.of(server.url("/ws")).withRetry(new RetryConfig(300, 300, 0)), 2)) {
            Await.result(probe.feed.start());
            probe.awaitTold(FeedEvent.Type.ADVICE, 1);

            JsonObject advice = probe.told(FeedEvent.Type.ADVICE).get(0);
            assertThat(advice.getString("advice")).isEqualTo("connections: 1");
            assertThat(advice.getString("reason")).contains("closed-4001", "replaced by a newer session");
        }
    }

    @Test
    void shouldAdviseOneConnectionWhereASecondIsRefused() {
        AtomicBoolean taken = new AtomicBoolean();
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    if (taken.compareAndSet(false, true)) {
                        peer.upgrade();
                    } else {
                        peer.reject(406).end();
                    }
                });
                FeedProbe probe = FeedProbe.pool(
                        vertx, WsConnectionConfig.of(server.url("/ws")).withRetry(new RetryConfig(20, 50, 0)), 2)) {
            Await.result(probe.feed.start());
            probe.awaitTold(FeedEvent.Type.ADVICE, 1);
            assertThat(probe.told(FeedEvent.Type.ADVICE).get(0).getString("reason"))
                    .contains("HTTP 406 Because: body");
        }
    }
}
