package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.WsConnectionConfig;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.feed.report.EvictionReason;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedFact;
import io.firstline.feed.report.FeedState;
import io.firstline.testkit.Await;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.ServerWebSocketHandshake;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One host with two origins, distinguished by a header or by the URL, of which one fails and recovers. */
@Execution(ExecutionMode.CONCURRENT)
class RecoveredTurnsTest extends FeedTestBase {
    private static final int TIMES = 40;

    private record Accepted(String origin, ServerWebSocket socket) {}

    private final List<Accepted> accepted = new CopyOnWriteArrayList<>();
    private volatile String failing = "";
    private HttpServer server;
    private int next;
    private int fewestLive = Integer.MAX_VALUE;
    private WsPool pool;

    @BeforeEach
    void serve() {
        server = vertx.createHttpServer().webSocketHandshakeHandler(this::knocked);
        join(server.listen(0, "127.0.0.1"));
    }

    private void knocked(ServerWebSocketHandshake handshake) {
        String origin = handshake.headers().contains("X-Origin")
                ? handshake.headers().get("X-Origin")
                : handshake.path().substring(1);
        if (origin.equals(failing)) {
            handshake.reject(503);
        } else {
            handshake.accept().onSuccess(socket -> {
                socket.exceptionHandler(e -> {});
                accepted.add(new Accepted(origin, socket));
            });
        }
    }

    private String url(String path) {
        return "ws://127.0.0.1:" + server.actualPort() + "/" + path;
    }

    private WsConnectionConfig byHeader() {
        return connection(url(""))
                .withHeaders(Map.of("X-Origin", "one"))
                .withFurtherHeaders(List.of(Map.of("X-Origin", "two")));
    }

    private WsConnectionConfig byUrl() {
        return connection(url("one")).withFurtherUrls(List.of(url("two")));
    }

    private void open(WsConnectionConfig config) {
        pool = watch(new WsPool(
                quick(TIMES),
                "f",
                poolOf(4, config.url()).withConnection(config),
                SubscribeTemplates.NONE,
                formatOf(),
                PoolTimes.of(30_000),
                0));
        join(pool.start());
        until(() -> open("one") == 2 && open("two") == 2 && pool.state() == FeedState.CONNECTED);
    }

    private long open(String origin) {
        return accepted.stream()
                .filter(each -> each.origin().equals(origin) && !each.socket().isClosed())
                .count();
    }

    /** Sends messages on all connections until a condition holds. */
    private void until(Callable<Boolean> holds) {
        Await.attempt(Duration.ofSeconds(20), Duration.ofMillis(10), "what the test waits for", () -> {
            String text = "{\"id\":" + next++ + "}";
            accepted.stream().filter(each -> !each.socket().isClosed()).forEach(each -> each.socket()
                    .writeTextMessage(text));
            fewestLive = Math.min(fewestLive, report(pool).live());
            return holds.call();
        });
    }

    private void failTwo() {
        failing = "two";
        accepted.stream().filter(each -> each.origin().equals("two")).forEach(each -> each.socket()
                .close((short) 1011, "failing"));
        until(() -> open("two") == 0 && open("one") == 4 && pool.state() == FeedState.CONNECTED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldReturnToAnOriginThatHasRecovered(boolean told) {
        open(told ? byHeader() : byUrl());
        failTwo();
        failing = "";
        fewestLive = Integer.MAX_VALUE;

        until(() -> open("one") == 2 && open("two") == 2);

        assertThat(fewestLive).as("make before break").isEqualTo(4);
        assertThat(moves()).hasSize(2);
        assertThat(moves().get(0).reason().toString())
                .isEqualTo("spread again, " + (told ? "headers 2 of 2" : "URL 2 of 2"));
        eventually(() -> report(pool).published() == next);
        assertThat(texts())
                .containsExactlyElementsOf(IntStream.range(0, next)
                        .mapToObj(i -> "{\"id\":" + i + "}")
                        .toList());
    }

    private List<FeedFact.Evicted> moves() {
        return told(FeedEvent.Type.EVICTED).stream()
                .map(event -> (FeedFact.Evicted) event.fact())
                .filter(fact -> fact.reason().cause() == EvictionReason.Cause.SPREAD)
                .toList();
    }

    @Test
    void shouldTryAnOriginThatStillFailsLessAndLessOften() {
        open(byHeader());
        failTwo();
        int before = told(FeedEvent.Type.EVICTION_ABANDONED).size();
        fewestLive = Integer.MAX_VALUE;

        until(() -> told(FeedEvent.Type.EVICTION_ABANDONED).size() >= before + 2);

        assertThat(fewestLive).isEqualTo(4);
        assertThat(moves()).isEmpty();
        assertThat(open("one")).isEqualTo(4);
    }
}
