package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.Limit;
import io.firstline.config.RankBy;
import io.firstline.config.RetryConfig;
import io.firstline.config.WsPoolConfig;
import io.firstline.config.feed.FeedConfig;
import io.firstline.config.venue.MessageFormat;
import io.firstline.connection.FeedEnvironment;
import io.firstline.feed.HandServer.Door;
import io.firstline.feed.report.ConnectionReport;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedState;
import io.firstline.simulator.CutKind;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.simulator.LineBehaviour;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Replaces slow connections: which, why, and never before the replacement delivers. */
@Execution(ExecutionMode.CONCURRENT)
class EvictionTest extends FeedTestBase {
    private static final LineBehaviour FAST = LineBehaviour.perfect();
    private static final LineBehaviour SLOW = FAST.withDelayMs(40);
    private static final double BETWEEN_MS = 25;

    private final Queue<String> below = new ConcurrentLinkedQueue<>();
    private volatile boolean sampling;
    private Thread sampler;

    @AfterEach
    void stopSampling() throws InterruptedException {
        sampling = false;
        if (sampler != null) {
            sampler.join();
        }
    }

    /** A pool whose connections are open at both ends. */
    /** The market begins when all connections are open: what only one of them had at first could come out of order. */
    private WsPool live(ExchangeSimulator exchange, WsPoolConfig config) {
        exchange.pauseEmission();
        WsPool feed = started(pool(config));
        eventually(() -> exchange.lines().size() == config.connections() && feed.state() == FeedState.CONNECTED);
        exchange.resumeEmission();
        return feed;
    }

    /**
     * From now on the exchange must have at least this many open connections, and the feed as many live ones at each
     * event.
     */
    private void neverBelow(int target, ExchangeSimulator exchange, Feed feed) {
        feed.eventHandler(event -> {
            events.add(event);
            int live = feed.report().result().live();
            if (live < target) {
                below.add(event + " with " + live + " live");
            }
        });
        sampling = true;
        sampler = new Thread(() -> {
            while (sampling) {
                int open = exchange.lines().size();
                if (open < target) {
                    below.add(open + " open at the exchange");
                }
                LockSupport.parkNanos(100_000);
            }
        });
        sampler.start();
    }

    private List<String> storyOf(String connectionId) {
        List<String> story = new ArrayList<>();
        for (FeedEvent event : events) {
            if (connectionId.equals(event.toJson().getString("connection"))
                    || connectionId.equals(event.toJson().getString("replacement"))) {
                story.add(event.type().label());
            }
        }
        return story;
    }

    @ParameterizedTest
    @EnumSource(RankBy.class)
    void shouldReplaceTheSlowHalfOfFourAfterTheirReplacementsDeliver(RankBy rankBy) {
        // the 5th and 6th accepted connections, the replacements, are fast
        ExchangeSimulator exchange =
                exchange(market(500).withLines(List.of(FAST, SLOW, FAST, SLOW, FAST, FAST, FAST, FAST)));
        Ledger ledger = new Ledger(exchange);
        WsPool feed = live(
                exchange, poolOf(4, exchange.url(COMBINED)).withRankBy(rankBy).withEvictIntervalMs(1_000));
        neverBelow(4, exchange, feed);

        eventually(() -> told(FeedEvent.Type.EVICTED).size() >= 2);
        ledger.assertComplete(feed, messages);
        List<FeedEvent> evicted = told(FeedEvent.Type.EVICTED).subList(0, 2);
        for (FeedEvent event : evicted) {
            assertThat(event.toJson().getString("reason"))
                    .startsWith(rankBy == RankBy.LAG ? "slow: lag p99 " : "slow: latency ");
            assertThat(event.toJson().getDouble("latencyMs")).isGreaterThan(BETWEEN_MS);
            assertThat(event.toJson().getLong("lagP99Micros")).isGreaterThan(1_000L);
            String replacement = event.toJson().getString("replacement");
            assertThat(storyOf(replacement)).startsWith("connected", "in-step", "evicted");
        }
        assertThat(below).isEmpty();
        assertThat(told(FeedEvent.Type.DEGRADED)).isEmpty();
        assertThat(told(FeedEvent.Type.DISCONNECTED)).isEmpty();
        assertThat(report(feed).evictions()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void shouldReplaceOnlyTheSlowestOfThree() {
        ExchangeSimulator exchange =
                exchange(market(500).withLines(List.of(FAST, SLOW, FAST, FAST, FAST, FAST, FAST, FAST)));
        WsPool feed = live(exchange, poolOf(3, exchange.url(COMBINED)).withEvictIntervalMs(1_000));
        AtomicInteger most = new AtomicInteger();
        neverBelow(3, exchange, feed);

        eventually(() -> {
            most.accumulateAndGet(exchange.lines().size(), Math::max);
            return !told(FeedEvent.Type.EVICTED).isEmpty();
        });
        assertThat(told(FeedEvent.Type.EVICTED).get(0).toJson().getDouble("latencyMs"))
                .isGreaterThan(BETWEEN_MS);
        assertThat(most.get()).isLessThanOrEqualTo(4);
        assertThat(below).isEmpty();
    }

    @Test
    void shouldDropACandidateThatIsNotBetterAndSaySoWithNumbers() {
        ExchangeSimulator exchange = exchange(market(500).withLines(List.of(FAST, FAST, SLOW, SLOW.withDelayMs(80))));
        Ledger ledger = new Ledger(exchange);
        WsPool feed = live(exchange, poolOf(3, exchange.url(COMBINED)).withEvictIntervalMs(500));
        neverBelow(3, exchange, feed);

        FeedEvent dropped = awaitTold(FeedEvent.Type.EVICTION_ABANDONED);

        assertThat(dropped.toJson().getString("reason")).matches("not better: lag p99 .+ ms.* against lag p99 .+ ms.*");
        assertThat(ids(feed)).contains(dropped.toJson().getString("connection"));
        ledger.assertComplete(feed, messages);
        assertThat(below).isEmpty();
    }

    @Test
    void shouldChallengeOnlyOneAtATime() {
        ExchangeSimulator exchange =
                exchange(market(500).withLines(List.of(FAST, FAST, SLOW, SLOW, FAST, FAST, FAST, FAST)));
        WsPool feed = live(exchange, poolOf(4, exchange.url(COMBINED)).withEvictIntervalMs(500));
        AtomicInteger most = new AtomicInteger();

        eventually(() -> {
            long candidates = report(feed).connections().stream()
                    .filter(c -> c.role() == ConnectionReport.Role.CANDIDATE)
                    .count();
            most.accumulateAndGet((int) candidates, Math::max);
            return told(FeedEvent.Type.EVICTED).size() == 2;
        });

        assertThat(most.get()).isEqualTo(1);
    }

    @Test
    void shouldReplaceOnRequest() {
        ExchangeSimulator exchange = exchange(market(500));
        Ledger ledger = new Ledger(exchange);
        WsPool feed = live(exchange, poolOf(3, exchange.url(COMBINED)));
        neverBelow(3, exchange, feed);

        Future<Void> first = feed.evict("f-2");
        Future<Void> second =
                feed.evict("f-2"); // in the same turns of the loop, before anything can have been replaced
        join(first);
        assertThat(failureOf(second))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("already being replaced");
        assertThat(awaitTold(FeedEvent.Type.EVICTED).toJson().getString("reason"))
                .isEqualTo("requested");

        assertThat(ids(feed)).containsExactlyInAnyOrder("f-1", "f-3", "f-4");
        ledger.assertComplete(feed, messages);
        eventually(() -> exchange.lines().size() == 3);
        assertThat(below).isEmpty();
        eventually(() -> report(feed).connections().stream()
                .filter(c -> c.role() == ConnectionReport.Role.GONE)
                .anyMatch(c -> c.connection().end() != null));
        assertThat(report(feed).connections())
                .filteredOn(c -> c.role() == ConnectionReport.Role.GONE)
                .singleElement()
                .matches(c -> c.connection().end().label().equals("closed-by-us"));
    }

    @Test
    void shouldReplaceEveryConnectionAtTheSameTimeWithoutLosingAMessage() {
        ExchangeSimulator exchange = exchange(market(1_000));
        Ledger ledger = new Ledger(exchange);
        WsPool feed = live(exchange, poolOf(3, exchange.url(COMBINED)));
        neverBelow(3, exchange, feed);

        join(Future.all(feed.evict("f-1"), feed.evict("f-2"), feed.evict("f-3")));

        eventually(() -> told(FeedEvent.Type.EVICTED).size() == 3);
        ledger.awaitMore(100);
        ledger.assertComplete(feed, messages);
        assertThat(ids(feed)).containsExactlyInAnyOrder("f-4", "f-5", "f-6");
        assertThat(below).isEmpty();
    }

    @Test
    void shouldNotReplaceAConnectionItDoesNotKnow() {
        ExchangeSimulator exchange = exchange(quiet());
        WsPool feed = started(pool(poolOf(2, exchange.url(PATH))));
        eventually(() -> feed.state() == FeedState.CONNECTED);

        assertThat(failureOf(feed.evict("f-77")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("f-77")
                .hasMessageContaining("f-1");
    }

    @Test
    void shouldReplaceInAFeedThatBeginsToSpeakOnlyAfterwards() {
        ExchangeSimulator exchange = exchange(quiet());
        WsPool feed = started(pool(poolOf(2, exchange.url(PATH))));
        eventually(() -> feed.state() == FeedState.CONNECTED);
        join(feed.evict("f-1"));
        eventually(() -> told(FeedEvent.Type.CONNECTED).size() == 3);
        assertThat(told(FeedEvent.Type.EVICTED)).isEmpty(); // whether it delivers is not known yet

        exchange.emit(TRADE, "1");

        awaitTold(FeedEvent.Type.EVICTED);
        assertThat(ids(feed)).containsExactlyInAnyOrder("f-3", "f-2");
        assertThat(texts()).containsExactly("1");
    }

    // candidates that are not ready in time

    private static final long TRIAL_MS = 400;
    /** Ends while the candidate is still connecting, but not before the other connection is lost. */
    private static final long MEDIUM_TRIAL_MS = 2_000;
    /** Longer than any test, so that no trial ends by its time limit. */
    private static final long LONG_TRIAL_MS = 60_000;

    private WsPool onTrial(WsPoolConfig config, long trialMs) {
        return watch(new WsPool(FeedEnvironment.of(vertx), "f", config, BINANCE, MessageFormat.NONE, trialMs));
    }

    /** A pool of two connections in step, on a server that sends only what the test sends. */
    private WsPool pairOn(HandServer server) {
        return pairOn(server, TRIAL_MS);
    }

    private WsPool pairOn(HandServer server, long trialMs) {
        WsPool feed = started(onTrial(poolOf(2, server.url()), trialMs));
        eventually(() -> server.sockets.size() == 2 && feed.state() == FeedState.CONNECTED);
        server.send("first", 0, 1);
        eventually(() -> messages.size() == 1);
        return feed;
    }

    @Test
    void shouldKeepAConnectionWhoseReplacementCannotConnect() {
        HandServer server = HandServer.start(vertx);
        WsPool feed = pairOn(server, LONG_TRIAL_MS);
        server.door = Door.REJECTING;

        join(feed.evict("f-1"));

        FeedEvent abandoned = awaitTold(FeedEvent.Type.EVICTION_ABANDONED);
        assertThat(abandoned.toJson().getString("connection")).isEqualTo("f-1");
        assertThat(abandoned.toJson().getString("replacement")).isEqualTo("f-3");
        assertThat(abandoned.toJson().getString("reason")).isEqualTo("could not connect");
        assertThat(feed.state()).isEqualTo(FeedState.CONNECTED);
        assertThat(ids(feed)).containsExactlyInAnyOrder("f-1", "f-2");
        assertThat(told(FeedEvent.Type.DEGRADED)).isEmpty();

        server.door = Door.OPEN;
        join(feed.evict("f-1")); // and it can be evicted again
        eventually(() -> server.sockets.size() == 3);
    }

    @Test
    void shouldKeepAConnectionWhoseReplacementDoesNotDeliver() {
        HandServer server = HandServer.start(vertx);
        WsPool feed = pairOn(server);

        join(feed.evict("f-2"));

        assertThat(awaitTold(FeedEvent.Type.EVICTION_ABANDONED).toJson().getString("reason"))
                .isEqualTo("not delivering in step after 400 ms");
        assertThat(ids(feed)).containsExactlyInAnyOrder("f-1", "f-2");
        eventually(() -> server.sockets.get(2).isClosed());
        assertThat(told(FeedEvent.Type.DISCONNECTED)).isEmpty();
        assertThat(told(FeedEvent.Type.EVICTED)).isEmpty();
        assertThat(report(feed).evictions()).isZero();
    }

    @Test
    void shouldKeepAConnectionWhoseReplacementIsLostOnTrial() {
        HandServer server = HandServer.start(vertx);
        WsPool feed = pairOn(server, LONG_TRIAL_MS);
        join(feed.evict("f-2"));
        eventually(() -> told(FeedEvent.Type.CONNECTED).size() == 3);

        join(server.close(2));

        assertThat(awaitTold(FeedEvent.Type.EVICTION_ABANDONED).toJson().getString("reason"))
                .contains("1001");
        assertThat(ids(feed)).containsExactlyInAnyOrder("f-1", "f-2");
        assertThat(feed.state()).isEqualTo(FeedState.CONNECTED);
        assertThat(told(FeedEvent.Type.DEGRADED)).isEmpty();
    }

    @Test
    void shouldGiveTheSlotOfALostConnectionToItsCandidateAtOnce() {
        HandServer server = HandServer.start(vertx);
        WsPool feed = pairOn(server, LONG_TRIAL_MS);
        join(feed.evict("f-1"));
        eventually(() -> told(FeedEvent.Type.CONNECTED).size() == 3);

        join(closeConnection(server, feed, "f-1"));

        eventually(() -> ids(feed).contains("f-3"));
        assertThat(told(FeedEvent.Type.CONNECTED)).hasSize(3); // no other connection was opened
        assertThat(told(FeedEvent.Type.DEGRADED)).isEmpty();
        assertThat(told(FeedEvent.Type.EVICTED)).isEmpty();
        assertThat(feed.state()).isEqualTo(FeedState.CONNECTED);
    }

    private static Future<Void> closeConnection(HandServer server, Feed feed, String id) {
        return server.close(server.socketOf(feed, id));
    }

    @Test
    void shouldFillALostSlotWithTheCandidateThatIsStillConnecting() {
        HandServer server = HandServer.start(vertx);
        WsPool feed = pairOn(server, LONG_TRIAL_MS);
        server.door = Door.HELD;
        join(feed.evict("f-1"));
        eventually(() -> server.knocking() == 1);
        join(closeConnection(server, feed, "f-1"));
        eventually(() -> feed.state() == FeedState.DEGRADED);

        server.admitOne();

        eventually(() -> feed.state() == FeedState.CONNECTED);
        assertThat(ids(feed)).containsExactlyInAnyOrder("f-3", "f-2");
        awaitTold(FeedEvent.Type.RECOVERED);
    }

    @ParameterizedTest
    @EnumSource(
            value = Door.class,
            names = {"REJECTING", "HELD"})
    void shouldOpenALostSlotAgainWhenItsCandidateFails(Door failure) {
        HandServer server = HandServer.start(vertx);
        WsPool feed = pairOn(server, failure == Door.HELD ? MEDIUM_TRIAL_MS : LONG_TRIAL_MS);
        int old = server.socketOf(feed, "f-1");
        server.door = Door.HELD;
        join(feed.evict("f-1"));
        eventually(() -> server.knocking() == 1);
        join(server.close(old));
        eventually(() -> feed.state() == FeedState.DEGRADED);

        server.door = Door.OPEN;
        if (failure == Door.REJECTING) {
            server.rejectOne();
        } // otherwise the trial ends while the candidate is still connecting

        eventually(() -> feed.state() == FeedState.CONNECTED);
        assertThat(told(FeedEvent.Type.EVICTION_ABANDONED)).hasSize(1);
        assertThat(awaitTold(FeedEvent.Type.EVICTION_ABANDONED).toJson().getString("connection"))
                .isNull();
    }

    @Test
    void shouldNotEvictBelowItsFloor() {
        HandServer server = HandServer.start(vertx);
        WsPool feed = started(pool(poolOf(3, server.url())
                .withMinLive(3)
                .withJoinGuardMs(0)
                .withConnection(connection(server.url()).withLatencyPingIntervalMs(60_000))));
        eventually(() -> server.sockets.size() == 3 && feed.state() == FeedState.CONNECTED);
        server.send("first", 0, 1, 2);
        eventually(() -> messages.size() == 1);
        join(feed.evict("f-1"));
        eventually(() -> told(FeedEvent.Type.CONNECTED).size() == 4);
        server.door = Door.HELD;
        join(closeConnection(server, feed, "f-3"));
        eventually(() -> server.knocking() == 1); // one of three is missing, and the candidate is ready
        int missing = closed(server);
        Integer[] open = java.util.stream.IntStream.range(0, 4)
                .filter(i -> i != missing)
                .boxed()
                .toArray(Integer[]::new);
        server.send("second", open);
        awaitTold(FeedEvent.Type.IN_STEP);
        assertThat(told(FeedEvent.Type.EVICTED)).isEmpty();

        server.admitOne();
        eventually(() -> feed.state() == FeedState.CONNECTED);
        server.send("third", open);

        awaitTold(FeedEvent.Type.EVICTED);
        assertThat(report(feed).live()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldCloseADeadConnectionIfThereIsNoRoomBesideIt(boolean dead) {
        HandServer server = HandServer.start(vertx);
        FeedConfig config = FeedConfig.fromJson(new JsonObject()
                .put("name", "f")
                .put("url", server.url())
                .put("connections", 2)
                .put("latencyPingIntervalMs", dead ? 1_000 : 60_000));
        config = config.withConnection(config.pool()
                .connection()
                .withRetry(new RetryConfig(20, 100, 10_000, 0))
                .withLimits(List.of(new Limit(Limit.What.CONNECTIONS, 2, 0, Limit.Scope.HOST))));
        WsPool feed = watch(WsPool.create(quick(dead ? 20 : 1), config));
        feed.start();
        eventually(() -> feed.state() == FeedState.CONNECTED && server.sockets.size() == 2);

        if (dead) {
            server.deafen(0);
            server.deafen(1);
            eventually(() -> server.sockets.size() > 2);
            assertThat(awaitTold(FeedEvent.Type.DISCONNECTED).toString())
                    .contains("half-open", "the limit of 2 connections");
        } else {
            join(feed.evict("f-1")); // the user's wish: it is closed first
            eventually(() -> server.sockets.size() == 3 && feed.state() == FeedState.CONNECTED);
            assertThat(told(FeedEvent.Type.DISCONNECTED))
                    .singleElement()
                    .asString()
                    .contains("f-1", "closed-by-us");
        }
    }

    private static int closed(HandServer server) {
        eventually(() -> server.sockets.stream().anyMatch(io.vertx.core.http.ServerWebSocket::isClosed));
        for (int i = 0; i < server.sockets.size(); i++) {
            if (server.sockets.get(i).isClosed()) {
                return i;
            }
        }
        throw new AssertionError();
    }

    @Test
    void shouldNotReplaceASlotBecauseOfTheOneThatLeftIt() {
        HandServer server = HandServer.start(vertx);
        WsPool feed = started(pool(poolOf(2, server.url())
                .withJoinGuardMs(0)
                .withHashCapacity(16)
                .withConnection(connection(server.url()).withLatencyPingIntervalMs(60_000))));
        eventually(() -> server.sockets.size() == 2 && feed.state() == FeedState.CONNECTED);
        server.send("first", 0, 1);
        eventually(() -> messages.size() == 1);
        int old = server.socketOf(feed, "f-1");
        server.deafen(old); // it does not notice our close
        join(feed.evict("f-1"));
        eventually(() ->
                server.sockets.size() == 3 && told(FeedEvent.Type.CONNECTED).size() == 3);
        for (int i = 0; i < 40; i++) {
            server.send("n" + i, 1 - old, 2);
            int count = i + 2;
            eventually(() -> messages.size() == count);
        }
        awaitTold(FeedEvent.Type.EVICTED);

        server.send("n1", old); // long forgotten

        assertThat(awaitTold(FeedEvent.Type.OUT_OF_STEP).toJson().getString("connection"))
                .isEqualTo("f-1");
        heard(feed);
        assertThat(server.sockets).hasSize(3);
        assertThat(report(feed).connections()).noneMatch(c -> c.role() == ConnectionReport.Role.CANDIDATE);
        assertThat(failureOf(feed.evict("f-1"))).hasMessageContaining("no connection f-1"); // and f-3 can be replaced
        join(feed.evict("f-3"));
    }

    @Test
    void shouldCloseWithACandidateOnTrial() {
        ExchangeSimulator exchange = exchange(quiet());
        WsPool feed = started(pool(poolOf(2, exchange.url(PATH))));
        eventually(() -> feed.state() == FeedState.CONNECTED);
        join(feed.evict("f-1"));
        eventually(() -> exchange.lines().size() == 3);

        join(feed.close());

        eventually(() -> exchange.lines().isEmpty());
        assertThat(told(FeedEvent.Type.EVICTION_ABANDONED)).isEmpty();
    }

    @Test
    void shouldGoOnAfterTheOnlyConnectionInStepIsCutDuringAnEviction() {
        ExchangeSimulator exchange = exchange(market(500));
        WsPool feed = started(pool(poolOf(2, exchange.url(COMBINED)).withJoinGuardMs(600_000)));
        eventually(() -> feed.state() == FeedState.CONNECTED && messages.size() > 20);
        join(feed.evict("f-1"));
        eventually(() -> exchange.lines().size() == 3);

        join(Future.all(exchange.cut(1, CutKind.RESET), exchange.cut(2, CutKind.RESET)));

        int before = messages.size();
        eventually(() -> messages.size() > before + 100);
        eventually(() -> feed.state() == FeedState.CONNECTED);
    }
}
