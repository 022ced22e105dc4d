package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.deploy.node.ReportJson;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedFact;
import io.firstline.feed.report.FeedReport;
import io.firstline.feed.report.FeedState;
import io.firstline.testkit.Await;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Connections that lack some of the messages while the merged stream is complete. */
@Execution(ExecutionMode.CONCURRENT)
class CopiesMissingTest extends FeedTestBase {
    private static final int LINES = 3;
    private static final int AT_ONCE = 40;
    /** The feed's time runs this much faster. */
    private static final int TIMES = 4;

    private HandServer server;
    private WsPool pool;
    private int next;

    @BeforeEach
    void open() {
        server = HandServer.start(vertx);
        pool = started(watch(new WsPool(
                quick(TIMES),
                "f",
                poolOf(LINES, server.url()),
                SubscribeTemplates.NONE,
                formatOf(),
                new PoolTimes(60_000, 300_000, 1_000),
                0)));
        eventually(() -> server.sockets.size() == LINES && pool.state() == FeedState.CONNECTED);
    }

    /** Sends messages to all until a condition holds; the first line does not get those with these numbers. */
    private void until(Callable<Boolean> holds, IntPredicate dropped) {
        Await.attempt(Duration.ofSeconds(25), Duration.ofMillis(20), "what the test waits for", () -> {
            for (int i = 0; i < AT_ONCE; i++) {
                int number = next++;
                String text = "{\"s\":\"" + (number % 5 == 0 ? "book" : "trades") + "\",\"id\":" + number + "}";
                for (int line = 0; line < LINES; line++) {
                    if (line > 0 || !dropped.test(number)) {
                        server.sockets.get(line).writeTextMessage(text);
                    }
                }
            }
            return holds.call();
        });
    }

    private List<FeedFact.CopiesMissing> found() {
        return told(FeedEvent.Type.COPIES_MISSING).stream()
                .map(event -> (FeedFact.CopiesMissing) event.fact())
                .toList();
    }

    @Test
    void shouldNameTheConnectionThatLacksEveryTwentiethMessageUntilItNoLongerDoes() {
        until(() -> !found().isEmpty(), number -> number % 20 == 3);

        FeedFact.CopiesMissing found = found().get(0);
        String lossy = found.connection();
        assertThat(found.share()).isBetween(0.03, 0.07);
        assertThat(found.streams()).as("one of two").containsExactly("trades");
        assertThat(found.over()).isFalse();
        FeedReport report = report(pool);
        assertThat(report.problems()).singleElement().asString().contains(lossy + " lacks");
        assertThat(report.state()).as("nothing is lost").isEqualTo(FeedState.CONNECTED);
        JsonObject status = ReportJson.of(report);
        assertThat(status.getDouble("copiesPerMessage")).isBetween(2.9, 2.98);
        status.getJsonArray("connections").forEach(each -> {
            JsonObject connection = (JsonObject) each;
            String id = connection.getString("connection");
            assertThat(connection.getDouble("lackingShare"))
                    .as(id)
                    .satisfiesAnyOf(
                            share -> assertThat(share).isNull(), // it has just been replaced
                            share -> assertThat(share)
                                    .isBetween(id.equals(lossy) ? 0.03 : 0, id.equals(lossy) ? 0.07 : 0));
        });

        until(() -> found().size() == 2, number -> false);

        FeedFact.CopiesMissing over = found().get(1);
        assertThat(over.connection()).isEqualTo(lossy);
        assertThat(over.over()).isTrue();
        assertThat(report(pool).problems()).isEmpty();
        eventually(() -> report(pool).published() == next);
    }

    @Test
    void shouldNameTheStreamThatIsMissing() {
        until(() -> report(pool).published() > 200, number -> false);
        until(() -> !found().isEmpty(), number -> number % 15 == 0);

        FeedFact.CopiesMissing found = found().get(0);
        assertThat(found.streams()).containsExactly("book");
        String lossy = found.connection();
        join(pool.evict(lossy));
        until(() -> found().size() == 2, number -> false);
        assertThat(found().get(1).over()).as("it has been replaced").isTrue();
    }
}
