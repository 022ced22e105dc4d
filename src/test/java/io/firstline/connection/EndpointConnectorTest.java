package io.firstline.connection;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.firstline.config.Endpoint;
import io.firstline.config.Limit.What;
import io.firstline.config.RetryConfig;
import io.firstline.config.WsConnectionConfig;
import io.firstline.testkit.HandClock;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.http.UpgradeRejectedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tests the decisions alone: the test controls the endpoint, the sockets and the time. */
class EndpointConnectorTest {
    private static final int CAP_MS = 8_000;
    private static final int LIMIT = 4;
    private static final WsConnectionConfig CONFIG = WsConnectionConfig.of("wss://stand.in")
            .withRetry(new RetryConfig(1_000, CAP_MS, 10_000, LIMIT))
            .withEndpoint(new Endpoint(
                    "https://api.example.com/", Endpoint.Method.GET, Map.of(), "${/url}?token=${/token}&id=${id}"));

    private final HandClock clock = new HandClock();
    private final ConnectBudget budget = new ConnectBudget();
    private final List<Promise<JsonNode>> questions = new ArrayList<>();
    private final List<String> opened = new ArrayList<>();
    private Future<Socket> sockets = Future.succeededFuture();
    private boolean closed;

    private final Connector connector = new EndpointConnector(
            new Connector() {
                @Override
                public Future<Socket> connect(WsConnectionConfig config) {
                    opened.add(config.url());
                    return sockets;
                }

                @Override
                public Future<Void> close() {
                    closed = true;
                    return Future.succeededFuture();
                }
            },
            CONFIG,
            endpoint -> {
                Promise<JsonNode> question = Promise.promise();
                questions.add(question);
                return question.future();
            },
            clock,
            budget);

    @Test
    void shouldAskForEveryAttemptAndOpenEachUrlOnce() {
        List<Future<Socket>> attempts = List.of(connect(), connect());
        assertThat(questions).hasSize(2);

        answer(1, "b");
        answer(0, "a");
        answer(connectAt(2), "c");

        assertThat(attempts).allMatch(Future::succeeded);
        assertThat(opened.stream().map(url -> url.substring(0, url.indexOf("&id="))))
                .containsExactly(
                        "wss://ws.example.com/?token=b",
                        "wss://ws.example.com/?token=a",
                        "wss://ws.example.com/?token=c");
        assertThat(opened.stream()
                        .map(url -> url.substring(url.indexOf("&id=")))
                        .distinct())
                .as("ids")
                .hasSize(3);
    }

    @Test
    void shouldAskAgainAfterTheTokenWasRefused() {
        sockets =
                Future.failedFuture(new UpgradeRejectedException("no", 401, MultiMap.caseInsensitiveMultiMap(), null));
        answer(connectAt(0), "a");
        answer(connectAt(1), "b");

        assertThat(opened).hasSize(2).doesNotHaveDuplicates();
    }

    @Test
    void shouldLeaveAFailedEndpointAloneForAllAndThenAskItOnce() {
        List<Future<Socket>> first = List.of(connect(), connect(), connect());
        questions.forEach(question -> question.fail(new RestFailedException("HTTP 500", 0)));
        long restMs = pauseMs(first.get(0));
        assertThat(restMs).as("one failure, not three").isBetween(1L, 1_001L);
        assertThat(first).allSatisfy(failed -> assertThat(pauseMs(failed)).isBetween(1L, restMs));

        assertThat(pauseMs(connect())).isBetween(1L, restMs);
        assertThat(questions).as("asked during the pause").hasSize(3);

        clock.passMs(restMs);
        List<Future<Socket>> second = List.of(connect(), connect(), connect());
        assertThat(questions).as("one asks, the others wait").hasSize(4);
        questions.get(3).fail(new RestFailedException("HTTP 500", 0));
        assertThat(second).allMatch(Future::failed);
        assertThat(questions).hasSize(4);

        clock.passMs(pauseMs(second.get(2)));
        List<Future<Socket>> third = List.of(connect(), connect());
        answer(4, "a");
        assertThat(questions).as("the others ask for themselves").hasSize(6);
        answer(5, "b");
        assertThat(third).allMatch(Future::succeeded);
        connect();
        connect();
        assertThat(questions).as("asked freely again").hasSize(8);
    }

    @Test
    void shouldLeaveItAloneForLongerTheOftenerItFailsButNotForEver() {
        long longestMs = 0;
        for (int i = 0; i < 200; i++) {
            Future<Socket> attempt = connect();
            questions.get(i).fail(new RestFailedException("HTTP 500", 0));
            long restMs = pauseMs(attempt);
            assertThat(restMs).isBetween(1L, Math.min(CAP_MS, 1_000L << Math.min(i, 10)) + 1);
            longestMs = Math.max(longestMs, restMs);
            clock.passMs(restMs);
        }
        assertThat(longestMs).isGreaterThan(CAP_MS / 2);
    }

    @Test
    void shouldLeaveItAloneForAsLongAsItAsks() {
        Future<Socket> attempt = connect();
        questions.get(0).fail(new RestFailedException("HTTP 429", 60_000));
        assertThat(pauseMs(attempt)).isBetween(60_000L, 60_001L);

        clock.passMs(59_000);
        connect();
        assertThat(questions).hasSize(1);
        clock.passMs(1_000);
        connect();
        assertThat(questions).hasSize(2);
    }

    @Test
    void shouldTakeAnAnswerThatMakesNoUrlForAFailureAndNotTellIt() {
        for (String url :
                List.of("ws://secret.example.com/", "https://secret.example.com/", "secret", "wss://se cret")) {
            Future<Socket> attempt = connect();
            answer(questions.size() - 1, url, "secret");
            assertThat(attempt.cause()).isInstanceOf(RestFailedException.class).hasNoCause();
            assertThat(attempt.cause().getMessage())
                    .contains("gives no wss:// URL")
                    .doesNotContain("secret");
            clock.passMs(pauseMs(attempt));
        }
        Future<Socket> attempt = connect();
        answer(4, "wss://x.com/", null);
        assertThat(attempt.cause()).hasMessage("the endpoint: an answer with no value at /token");
        assertThat(ConnectionEnd.of(attempt.cause(), 0).label()).isEqualTo("endpoint");
        assertThat(opened).isEmpty();
    }

    @Test
    void shouldCountTheHostThatTheEndpointNames() {
        for (int i = 0; i < LIMIT; i++) {
            answer(connectAt(i), "t");
        }
        Future<Socket> tooMany = connect();
        answer(LIMIT, "t");

        assertThat(pauseMs(tooMany)).isBetween(299_000L, 300_001L);
        assertThat(opened).hasSize(LIMIT);
        assertThat(budget.take(
                        ConnectBudget.Target.of("wss://api.example.com/", CONFIG.limitsOf(What.CONNECTS)),
                        clock.nowNanos()))
                .as("the endpoint's own host is counted by the feed")
                .isZero();
    }

    @Test
    void shouldNotCountAnAttemptTwiceWhereBothHostsAreOne() {
        for (int i = 0; i <= LIMIT; i++) {
            answer(connectAt(i), "wss://api.example.com/", "t");
        }
        assertThat(opened).hasSize(LIMIT + 1);
    }

    @Test
    void shouldLeaveTheHostAloneThatRefusesTooManyAttempts() {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap().add("Retry-After", "30");
        sockets = Future.failedFuture(new UpgradeRejectedException("no", 429, headers, null));
        answer(connectAt(0), "t");
        sockets = Future.succeededFuture();

        Future<Socket> next = connect();
        answer(1, "t");
        assertThat(pauseMs(next)).isBetween(30_000L, 30_001L);
    }

    @Test
    void shouldCloseItsSockets() {
        connector.close();

        assertThat(closed).isTrue();
    }

    private Future<Socket> connect() {
        return connector.connect(CONFIG);
    }

    private int connectAt(int question) {
        connect();
        return question;
    }

    private void answer(int question, String token) {
        answer(question, "wss://ws.example.com/", token);
    }

    private void answer(int question, String url, String token) {
        questions
                .get(question)
                .complete(JsonNodeFactory.instance.objectNode().put("url", url).put("token", token));
    }

    private static long pauseMs(Future<Socket> attempt) {
        return ((RestFailedException) attempt.cause()).pauseMs();
    }
}
