package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.feed.report.ConnectionReport;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedFact;
import io.firstline.feed.report.FeedReport;
import io.firstline.feed.report.FeedState;
import io.firstline.testkit.Await;
import io.vertx.core.http.ServerWebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Pools whose number of connections is not fixed, over real sockets. */
@Execution(ExecutionMode.CONCURRENT)
class PoolResizingTest extends FeedTestBase {
    private static final int AT_ONCE = 20;

    private HandServer server;
    private int next;
    private List<Runnable> late = List.of();

    private WsPool pool(int min, int max, long trialMs) {
        server = HandServer.start(vertx);
        WsPool pool = watch(new WsPool(
                quick(4),
                "f",
                poolOf(max, server.url()).withMinConnections(min),
                SubscribeTemplates.NONE,
                formatOf(),
                new PoolTimes(trialMs, 1_000, 10_000),
                0));
        pool.sampleArrivals(0, 1_000);
        started(pool);
        eventually(() -> pool.state() == FeedState.CONNECTED && server.sockets.size() == min);
        return pool;
    }

    /**
     * Sends messages to all until a condition holds.
     *
     * @param varies each message is in time on one connection and late on the others, in turn
     */
    private void until(Callable<Boolean> holds, boolean varies) {
        Await.attempt(Duration.ofSeconds(25), Duration.ofMillis(20), "what the test waits for", () -> {
            List<Runnable> later = new ArrayList<>();
            List<ServerWebSocket> open =
                    server.sockets.stream().filter(socket -> !socket.isClosed()).toList();
            for (int i = 0; i < AT_ONCE; i++) {
                int number = next++;
                String text = "{\"s\":\"trades\",\"id\":" + number + "}";
                for (int line = 0; line < open.size(); line++) {
                    ServerWebSocket socket = open.get(line);
                    if (varies && next / AT_ONCE % open.size() != line) {
                        later.add(() -> socket.writeTextMessage(text));
                    } else {
                        socket.writeTextMessage(text);
                    }
                }
            }
            late.forEach(Runnable::run);
            late = later;
            return holds.call();
        });
    }

    private List<FeedFact.Resized> resized() {
        return told(FeedEvent.Type.RESIZED).stream()
                .map(event -> (FeedFact.Resized) event.fact())
                .toList();
    }

    @Test
    void shouldGrowWhileConnectionsAreWorthItAndShrinkWithoutALoss() {
        WsPool pool = pool(2, 3, 60_000);
        assertThat(report(pool).target()).isEqualTo(2);
        assertThat(report(pool).places()).isEqualTo(3);

        until(() -> members(pool).size() == 3, true);
        assertThat(resized()).first().satisfies(grown -> {
            assertThat(grown.connections()).isEqualTo(3);
            assertThat(grown.connection()).isNull();
            assertThat(grown.reason()).startsWith("without one of 2, p99 + ");
        });
        until(() -> members(pool).stream().filter(c -> c.line().inStep()).count() == 3, true);

        until(() -> members(pool).size() == 2, false);
        FeedFact.Resized shrunk = resized().get(1);
        assertThat(shrunk.connections()).isEqualTo(2);
        FeedReport report = report(pool);
        assertThat(report.target()).isEqualTo(2);
        assertThat(report.state()).isEqualTo(FeedState.CONNECTED);
        assertThat(report.connections())
                .filteredOn(c -> c.role() == ConnectionReport.Role.GONE)
                .extracting(gone -> gone.connection().connectionId())
                .contains(shrunk.connection());

        late.forEach(Runnable::run);
        eventually(() -> report(pool).published() == next);
        assertThat(new HashSet<>(texts())).as("nothing twice").hasSize(next);
        join(pool.bestSubsets())
                .forEach(subset -> assertThat(subset.connections()).isNotEmpty());
        assertThat(join(pool.bestSubsets())).as("only of open ones").hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void shouldGiveUpAFurtherConnectionThatDoesNotOpen() {
        WsPool pool = pool(2, 4, 2_000);
        server.door = HandServer.Door.HELD;

        until(() -> resized().size() == 1, true);
        assertThat(report(pool).target()).isEqualTo(3);
        server.door = HandServer.Door.REJECTING;
        until(() -> resized().size() >= 2, true);

        assertThat(resized().get(1).connections()).isEqualTo(2);
        assertThat(resized().get(1).reason()).isEqualTo("it did not deliver in step after 2000 ms");
        eventually(() -> pool.state() == FeedState.CONNECTED);
    }
}
