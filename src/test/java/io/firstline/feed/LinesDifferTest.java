package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.StreamClass;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.deploy.node.ReportJson;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedReport;
import io.firstline.feed.report.FeedState;
import io.firstline.testkit.Await;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Connections whose messages differ although they mean the same. */
@Execution(ExecutionMode.CONCURRENT)
class LinesDifferTest extends FeedTestBase {
    private static final int LINES = 3;

    private HandServer server;
    private int next;

    private WsPool pool(MessageFormat format) {
        server = HandServer.start(vertx);
        WsPool pool = started(watch(WsPool.create(
                vertx, "f", poolOf(LINES, server.url()).withEvictIntervalMs(1_000), SubscribeTemplates.NONE, format)));
        eventually(() -> server.sockets.size() == LINES && pool.state() == FeedState.CONNECTED);
        return pool;
    }

    /** Sends a message to all every 25 ms until a condition holds. */
    private void until(BiFunction<Integer, Integer, String> message, Callable<Boolean> holds) {
        Await.attempt(Duration.ofSeconds(25), Duration.ofMillis(25), "what the test waits for", () -> {
            int number = next++;
            IntStream.range(0, LINES).forEach(line -> server.send(message.apply(number, line), line));
            return holds.call();
        });
    }

    @Test
    void shouldTellThatEachConnectionBringsItsOwnAndRecover() {
        WsPool pool = pool(MessageFormat.NONE);

        until(
                (n, line) -> "{\"time_ms\":" + (1_000 * line + n) + ",\"id\":" + n + ",\"s\":\"x\"}",
                () -> !told(FeedEvent.Type.LINES_DIFFER).isEmpty());

        JsonObject facts = told(FeedEvent.Type.LINES_DIFFER).get(0).toJson();
        assertThat(facts.getJsonArray("members")).isEqualTo(new JsonArray().add("/time_ms"));
        assertThat(facts.getJsonArray("keyCandidates")).isEqualTo(new JsonArray().add("/id"));
        assertThat(facts.getJsonArray("connections")).hasSize(LINES);
        assertThat(pool.state()).isEqualTo(FeedState.DEGRADED);
        FeedEvent degraded = awaitTold(FeedEvent.Type.DEGRADED);
        assertThat(degraded.toJson().getString("reason"))
                .isEqualTo(facts.getString("reason"))
                .contains("/time_ms");
        FeedReport report = report(pool);
        assertThat(report.problems()).containsExactly(facts.getString("reason"));
        assertThat(ReportJson.of(report).getJsonArray("problems")).hasSize(1);
        assertThat(report.connections())
                .allMatch(c -> c.line().saves() == 0 && c.line().losses() == 0);
        assertThat(report.evictions()).isZero();

        until((n, line) -> "{\"id\":" + n + "}", () -> pool.state() == FeedState.CONNECTED);
        assertThat(awaitTold(FeedEvent.Type.RECOVERED)).isNotNull();
        assertThat(report(pool).problems()).isEmpty();
        assertThat(told(FeedEvent.Type.LINES_DIFFER)).hasSize(1);
    }

    @Test
    void shouldTellWhichClassHasAWrongKey() {
        StreamClass wrong = new StreamClass("wrong", "^w", List.of("/t"), StreamClass.Sequence.NONE);
        StreamClass right = new StreamClass("right", "^r", List.of("/n"), StreamClass.Sequence.NONE);
        WsPool pool = pool(formatOf(wrong, right));

        until(
                (n, line) -> "{\"s\":\"" + (n % 4 == 0 ? "w" : "r") + "\",\"t\":" + (1_000_000 * line + n) + ",\"n\":"
                        + n + "}",
                () -> !told(FeedEvent.Type.LINES_DIFFER).isEmpty());

        JsonObject facts = told(FeedEvent.Type.LINES_DIFFER).get(0).toJson();
        assertThat(facts.getString("class")).isEqualTo("wrong");
        assertThat(facts.getJsonArray("members")).isEqualTo(new JsonArray().add("/t"));
        assertThat(pool.state()).isEqualTo(FeedState.DEGRADED);
    }
}
