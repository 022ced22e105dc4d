package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import io.firstline.config.Endpoint;
import io.firstline.config.RetryConfig;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.WsPoolConfig;
import io.firstline.deploy.node.ReportJson;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedReport;
import io.firstline.feed.report.FeedState;
import io.firstline.testkit.Loggers;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Feeds whose venue returns the URL of each connection over HTTP, with a token that is valid once. */
class TokenTest extends FeedTestBase {
    private static final String TARGET = "${/data/instanceServers/0/endpoint}?token=${/data/token}&connectId=${id}";
    private static final int CAP_MS = 200;

    private final List<String> logged = new CopyOnWriteArrayList<>();
    private final Logger log = Loggers.of("io.firstline");
    private final Logger root = Loggers.root();
    private Level before;
    private final AppenderBase<ILoggingEvent> listening = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            logged.add(event.getFormattedMessage() + ThrowableProxyUtil.asString(event.getThrowableProxy()));
        }
    };

    @BeforeEach
    void listenToEveryLog() {
        before = log.getLevel();
        log.setLevel(Level.DEBUG);
        listening.start();
        root.addAppender(listening);
    }

    @AfterEach
    void seeThatNoTokenWasTold() {
        root.detachAppender(listening);
        log.setLevel(before);
        assertThat(logged).noneMatch(line -> line.contains(TokenServer.SECRET));
        assertThat(events).noneMatch(event -> event.toString().contains(TokenServer.SECRET));
        assertThat(events).noneMatch(event -> String.valueOf(event.toJson()).contains(TokenServer.SECRET));
    }

    @Test
    void shouldBringAFreshTokenWithEveryConnection() {
        TokenServer server = TokenServer.start(vertx, 0);
        WsPool feed = pool(poolAt(server.port(), 3));
        join(feed.start());
        eventually(() -> members(feed).size() == 3);
        server.sockets.get(0).close();
        eventually(() -> server.sockets.size() == 4 && members(feed).size() == 3);

        assertThat(server.asked).hasSize(4);
        assertThat(server.brought).hasSize(4).doesNotHaveDuplicates();
        FeedReport report = report(feed);
        assertThat(report.url()).isEqualTo("ws://127.0.0.1:" + server.port() + "/token");
        assertThat(report.toString() + ReportJson.of(report)).doesNotContain(TokenServer.SECRET);
    }

    @Test
    void shouldAskForAnotherTokenWhenOneWasRefused() {
        TokenServer server = TokenServer.start(vertx, 0);
        server.refusing = true;
        WsSingle feed = single(connectionAt(server.port()));
        assertThat(failureOf(feed.start()))
                .hasMessageStartingWith("http-401")
                .hasMessageNotContaining(TokenServer.SECRET);
        eventually(() -> server.brought.size() >= 3);
        server.refusing = false;
        eventually(() -> feed.state() == FeedState.CONNECTED);

        assertThat(server.brought).doesNotHaveDuplicates().hasSameSizeAs(server.asked);
        assertThat(report(feed).toString()).doesNotContain(TokenServer.SECRET);
    }

    @Test
    void shouldLeaveADeadEndpointAloneAsOneAndComeUpWithIt() throws IOException {
        int port = freePort();
        WsPool feed = pool(poolAt(port, 5));
        assertThat(failureOf(feed.start())).hasMessageContaining("endpoint");
        assertThat(awaitTold(FeedEvent.Type.CONNECT_FAILED).toJson().getString("cause"))
                .isEqualTo("endpoint");

        TokenServer server = TokenServer.start(vertx, port);
        eventually(() -> feed.state() == FeedState.CONNECTED && members(feed).size() == 5);
        assertThat(report(feed).failures()).containsKey("endpoint");
        assertThat(server.brought).hasSize(5).doesNotHaveDuplicates();
    }

    @Test
    void shouldNotAskAFailingEndpointOncePerSlot() {
        TokenServer server = TokenServer.start(vertx, 0);
        server.status = 500;
        WsPool feed = pool(poolAt(server.port(), 5));
        assertThat(failureOf(feed.start())).hasMessageContaining("HTTP 500");
        eventually(() -> server.asked.size() >= 15);

        List<Long> asked = List.copyOf(server.asked).subList(5, 15);
        // on average every 100 ms for all slots together; five independent slots would ask five times as often
        assertThat(asked.get(9) - asked.get(0)).isGreaterThan(9L * CAP_MS / 2 * 1_000_000 * 2 / 5);
        server.status = 200;
        eventually(() -> members(feed).size() == 5);
    }

    @Test
    void shouldLeaveTheEndpointAloneForAsLongAsItAsks() {
        TokenServer server = TokenServer.start(vertx, 0);
        server.status = 429;
        server.retryAfter = "1";
        WsPool feed = pool(poolAt(server.port(), 2));
        assertThat(failureOf(feed.start())).hasMessageContaining("HTTP 429");
        server.status = 200;
        eventually(() -> members(feed).size() == 2);

        assertThat(server.asked).hasSize(4);
        assertThat(server.asked.get(2) - server.asked.get(1)).isGreaterThan(950_000_000L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "not JSON s3cr3t",
                "{\"data\":{\"token\":\"s3cr3t\"}}",
                "{\"data\":{\"token\":\"s3cr3t\",\"instanceServers\":[{\"endpoint\":\"ws://example.com/s3cr3t\"}]}}",
                "HUGE"
            })
    void shouldOutliveABadAnswerWithoutTellingIt(String answer) {
        TokenServer server = TokenServer.start(vertx, 0);
        server.answer = answer.equals("HUGE") ? TokenServer.SECRET.repeat(1_000_000) : answer;
        WsPool feed = pool(poolAt(server.port(), 2));
        assertThat(failureOf(feed.start()))
                .hasMessageStartingWith("endpoint (the endpoint: an answer ")
                .hasMessageNotContaining(TokenServer.SECRET);
        server.answer = null;
        eventually(() -> members(feed).size() == 2);
    }

    private static WsPoolConfig poolAt(int port, int connections) {
        return WsPoolConfig.of(connectionAt(port))
                .withConnections(connections)
                .withJoinGuardMs(50)
                .withEvictIntervalMs(600_000);
    }

    private static WsConnectionConfig connectionAt(int port) {
        return WsConnectionConfig.of("wss://stand.in")
                .withConnectionId("c")
                .withRetry(new RetryConfig(20, CAP_MS, 10_000, 0))
                .withEndpoint(new Endpoint(
                        "http://127.0.0.1:" + port + "/token", Endpoint.Method.POST, Map.of("X-Key", "k"), TARGET));
    }
}
