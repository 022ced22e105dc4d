package io.firstline.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.feed.report.ConnectionReport.Role;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedState;
import io.firstline.integration.Quiet;
import io.firstline.testkit.Await;
import io.firstline.testkit.FaultLink;
import io.firstline.testkit.FaultProxy;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A pool behind one path that stalls and continues, over real sockets: a plain client on it loses nothing, and neither
 * may the pool. All lengths run at the same time, each with a separate pool.
 */
class StallTest {
    /** All rows begin together, so the longest one takes the time of all. */
    private static final int[] STALLS_MS = {900, 1_500, 2_000, 3_000, 5_000};

    private static final int LONG_STALL_MS = 30_000;
    private static final int VANISHED_MS = 10_000;
    /** A pool whose connections all answer nothing for this long is degraded. */
    private static final int UNANSWERED_MS = 10_000;

    private static final String UNANSWERED = "none of the 5 open connections delivers or answers anything";

    private static Vertx exchange;
    private static ExecutorService beside;

    @BeforeAll
    static void prepare() {
        Quiet.logs();
        exchange = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        beside = Executors.newCachedThreadPool();
    }

    @AfterAll
    static void close() {
        beside.shutdownNow();
        Await.result(exchange.close());
    }

    private static Scene scene() {
        return new Scene(
                exchange,
                5,
                List.of(0, 2, 4),
                config -> config.withConnection(config.connection().withLatencyPingIntervalMs(1_000)));
    }

    @Test
    void shouldLoseNothingToAPathThatStandsStill() throws Exception {
        List<Future<?>> rows = new ArrayList<>();
        for (int ms : STALLS_MS) {
            rows.add(beside.submit(() -> stall(ms)));
        }
        rows.add(beside.submit(StallTest::vanish));
        for (Future<?> row : rows) {
            row.get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    @Tag("stress")
    void shouldLoseNothingToAPathThatStandsStillForHalfAMinute() {
        stall(LONG_STALL_MS);
    }

    private static void stall(int ms) {
        try (Scene scene = scene()) {
            scene.strike(first -> {
                scene.proxy.greet(link -> {
                    link.freeze(); // new connections use the same path
                    FaultProxy.pass().greet(link);
                });
                scene.proxy.links().forEach(FaultLink::freeze);
            });
            Scene.pass(ms);
            scene.proxy.greet(FaultProxy.pass());
            scene.proxy.links().forEach(FaultLink::thaw);
            scene.more();
            scene.recover();
            assertThat(scene.events(FeedEvent.Type.EVICTED))
                    .as("evicted after " + ms + " ms")
                    .isEmpty();
            scene.assertLostConnections(0);
            assertThat(scene.events(FeedEvent.Type.DEGRADED))
                    .as("told degraded after " + ms + " ms")
                    .hasSize(ms < UNANSWERED_MS ? 0 : 1);
            assertThat(scene.pool.state()).isEqualTo(FeedState.CONNECTED);
            Tally.Verdict verdict = scene.end();
            System.out.println("[stall] " + ms + " ms: " + verdict);
            assertThat(verdict)
                    .as("after %d ms", ms)
                    .isEqualTo(new Tally.Verdict(verdict.owed(), 0, 0, verdict.late(), 0));
        }
    }

    /** The server disappears without closing. Another one answers at its address, but not before the pool has told it. */
    private static void vanish() {
        try (Scene scene = scene()) {
            long struck = System.nanoTime();
            List<FaultLink> early = new CopyOnWriteArrayList<>();
            scene.strike(first -> {
                scene.proxy.greet(link -> {
                    early.add(link);
                    link.freeze();
                    FaultProxy.pass().greet(link);
                });
                scene.proxy.links().forEach(FaultLink::lose);
            });
            scene.detect("nothing comes", () -> !scene.events(FeedEvent.Type.DEGRADED)
                    .isEmpty());
            scene.proxy.greet(FaultProxy.pass());
            early.forEach(FaultLink::thaw);
            scene.detect(
                    "a new one beside the old ones", () -> scene.proxy.links().size() > 5);
            assertThat(elapsedMs(struck)).isGreaterThanOrEqualTo(VANISHED_MS);
            scene.detect(
                    "all replaced",
                    () -> scene.report().connections().stream()
                                    .filter(c -> c.role() == Role.MEMBER
                                            && c.line().inStep()
                                            && number(c.connection().connectionId()) > 5)
                                    .count()
                            == 5);
            scene.detect("whole again", () -> scene.pool.state() == FeedState.CONNECTED);
            assertThat(scene.events(FeedEvent.Type.DEGRADED))
                    .as("it is told once that nothing came: %s", scene.events())
                    .filteredOn(e -> e.toJson().getString("reason", "").equals(UNANSWERED))
                    .hasSize(1);
            assertThat(scene.events(FeedEvent.Type.DEGRADED))
                    .allMatch(e -> e.toJson().getInteger("live") > 0);
            assertThat(scene.report().problems()).doesNotContain(UNANSWERED);
            Map<String, Integer> reasons = new LinkedHashMap<>();
            scene.events(FeedEvent.Type.EVICTED)
                    .forEach(e -> reasons.merge(e.toJson().getString("reason"), 1, Integer::sum));
            System.out.println("[stall] vanished: all replaced after " + elapsedMs(struck) + " ms, evicted " + reasons);
        }
    }

    private static int number(String connectionId) {
        return Integer.parseInt(connectionId.substring(connectionId.lastIndexOf('-') + 1));
    }

    private static long elapsedMs(long sinceNanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sinceNanos);
    }
}
