package io.firstline.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.Limit;
import io.firstline.config.Limit.Scope;
import io.firstline.config.Limit.What;
import io.firstline.config.WsConnectionConfig;
import io.firstline.testkit.HandClock;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Connections that share limits, in simulated time. */
class SharedLimitsTest {
    private static final String URL = "wss://a.example.com/";

    private final HandClock clock = new HandClock();
    private final SharedLimits shared = new SharedLimits();
    private final List<Long> sentNanos = new ArrayList<>();
    private final Map<String, Integer> sent = new HashMap<>();

    private SendThrottle throttle(String feed, Limit... limits) {
        WsConnectionConfig config = WsConnectionConfig.of(URL).withLimits(List.of(limits));
        return new SendThrottle(clock, new SendBudget(config, shared, feed));
    }

    private Future<Void> write(String feed) {
        sentNanos.add(clock.nowNanos());
        sent.merge(feed, 1, Integer::sum);
        return Future.succeededFuture();
    }

    private void send(SendThrottle throttle, String feed, int count) {
        for (int i = 0; i < count; i++) {
            assertThat(throttle.send(() -> write(feed)).failed()).isFalse();
        }
    }

    private void shouldNeverHaveSentMoreThan(int max, int perMs) {
        for (int i = max; i < sentNanos.size(); i++) {
            assertThat(sentNanos.get(i) - sentNanos.get(i - max)).isGreaterThan(perMs * 1_000_000L);
        }
    }

    @Test
    void shouldServeFeedsInTurn() {
        Limit limit = new Limit(What.REQUESTS, 10, 1_000, Scope.HOST);
        List<SendThrottle> greedy =
                List.of(throttle("greedy", limit), throttle("greedy", limit), throttle("greedy", limit));
        greedy.forEach(each -> send(each, "greedy", 100));
        send(throttle("modest", limit), "modest", 20);

        clock.passMs(5_500);
        assertThat(sent.get("modest")).as("half of the limit").isEqualTo(20);
        assertThat(sent.get("greedy")).isBetween(30, 40);
        clock.passMs(40_000);
        assertThat(sentNanos).as("nothing of the limit is wasted").hasSize(320);
        shouldNeverHaveSentMoreThan(10, 1_000);
        assertThat(clock.timers()).isZero();
    }

    @Test
    void shouldSendHeartbeatsAndAnswersWhileRequestsWait() {
        Limit limit = new Limit(What.FRAMES, 8, 1_000, Scope.HOST);
        SendThrottle busy = throttle("busy", limit);
        SendThrottle other = throttle("other", limit);
        send(busy, "busy", 60);
        send(other, "other", 60);

        for (int second = 0; second < 10; second++) {
            List<String> answered = new ArrayList<>();
            busy.sendFirst(() -> {
                answered.add("now");
                return write("heartbeat");
            });
            clock.passMs(100);
            assertThat(answered).as("second %d", second).hasSize(1);
            clock.passMs(900);
        }
        shouldNeverHaveSentMoreThan(8, 1_000);
    }

    /** Neither do the pings of many connections keep requests from being sent. */
    @Test
    void shouldSendPingsOfConnectionsWhoseFeedsWaitForNothing() {
        Limit limit = new Limit(What.FRAMES, 8, 1_000, Scope.HOST);
        send(throttle("busy", limit), "busy", 500);
        List<SendThrottle> quiet = IntStream.range(0, 10)
                .mapToObj(i -> throttle("quiet" + i, limit))
                .toList();

        for (int second = 0; second < 60; second++) {
            clock.passMs(1_000);
            quiet.forEach(each -> each.sendUnlessBusy(() -> write("ping")));
        }
        assertThat(sent.get("ping")).isBetween(30, 60);
        assertThat(sent.get("busy")).isGreaterThan(250);
        shouldNeverHaveSentMoreThan(8, 1_000);
    }

    /** WhiteBIT: 200 frames in a minute on one connection, a heartbeat each 50 s. */
    @Test
    void shouldSendAHeartbeatInTimeAfterManyRequestsOfItsConnection() {
        SendThrottle throttle = throttle("f", new Limit(What.FRAMES, 200, 60_000, Scope.CONNECTION));
        send(throttle, "f", 300);
        clock.passMs(50_000);

        assertThat(throttle.sendFirst(() -> write("heartbeat")).succeeded()).isTrue();
        assertThat(sent.get("f")).isEqualTo(179);
        clock.passMs(120_000);
        assertThat(sent.get("f")).isEqualTo(300);
        shouldNeverHaveSentMoreThan(199, 60_000);
    }

    /** Feeds on two event loops. */
    @Test
    void shouldGiveTheLastFrameToOneOfTwoThreads() throws Exception {
        int rounds = 3_000;
        List<SharedLimits> limits =
                Stream.generate(SharedLimits::new).limit(rounds).toList();
        AtomicIntegerArray written = new AtomicIntegerArray(rounds);
        WsConnectionConfig config = WsConnectionConfig.of(URL)
                .withLimits(List.of(
                        new Limit(What.REQUESTS, 1, 1_000, Scope.HOST),
                        new Limit(What.REQUESTS, 2, 1_000, Scope.VENUE)));
        CyclicBarrier both = new CyclicBarrier(2);
        AtomicInteger arrived = new AtomicInteger();
        Callable<Void> loop = () -> {
            List<SendThrottle> throttles = limits.stream()
                    .map(each -> new SendThrottle(new HandClock(), new SendBudget(config, each, "f")))
                    .toList();
            both.await(20, TimeUnit.SECONDS);
            for (int i = 0; i < rounds; i++) {
                int round = i;
                arrived.incrementAndGet();
                for (int spins = 0; spins < 2_000 && arrived.get() < 2 * (i + 1); spins++) {
                    Thread.onSpinWait(); // the closer together, the better; not for ever on a busy machine
                }
                throttles.get(i).send(() -> {
                    written.incrementAndGet(round);
                    return Future.succeededFuture();
                });
            }
            return null;
        };
        ExecutorService loops = Executors.newFixedThreadPool(2);
        try {
            for (java.util.concurrent.Future<Void> each : loops.invokeAll(List.of(loop, loop), 30, TimeUnit.SECONDS)) {
                each.get();
            }
        } finally {
            loops.shutdownNow();
        }
        assertThat(IntStream.range(0, rounds).filter(each -> written.get(each) != 1))
                .as("rounds with another number of frames than one")
                .isEmpty();
    }

    @Test
    void shouldNeverExceedAnyOfSeveralLimits() {
        long seed = Long.getLong("firstline.seed", System.nanoTime());
        Random random = new Random(seed);
        Limit perSecond = new Limit(What.FRAMES, 7, 1_000, Scope.VENUE);
        Limit perMinute = new Limit(What.FRAMES, 60, 60_000, Scope.HOST);
        List<SendThrottle> throttles = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            throttles.add(throttle("f" + i % 3, perSecond, perMinute));
        }
        for (int i = 0; i < 400; i++) {
            int chosen = random.nextInt(6);
            if (random.nextInt(4) == 0) {
                throttles.get(chosen).sendUnlessBusy(() -> write("ping"));
            } else if (random.nextInt(100) == 0) {
                throttles.get(chosen).end("closed");
            } else {
                throttles.get(chosen).send(() -> write("f" + chosen % 3));
            }
            clock.passMs(random.nextInt(1_500));
        }
        clock.passMs(3_600_000);

        assertThat(clock.timers()).as("seed %d", seed).isZero();
        shouldNeverHaveSentMoreThan(7, 1_000);
        shouldNeverHaveSentMoreThan(60, 60_000);
    }

    @Test
    void shouldNotWaitForAConnectionThatHasEnded() {
        Limit limit = new Limit(What.REQUESTS, 1, 1_000, Scope.HOST);
        SendThrottle ended = throttle("a", limit);
        send(ended, "a", 5);
        SendThrottle other = throttle("b", limit);
        send(other, "b", 2);
        ended.end("closed");

        clock.passMs(2_200);
        assertThat(sent).containsEntry("b", 2);
    }

    @Test
    void shouldCountHostsOfADomainTogether() {
        Limit venue = new Limit(What.CONNECTIONS, 3, 0, Scope.VENUE);
        assertThat(venue.place("wss://fstream.binance.com/ws"))
                .isEqualTo(venue.place("wss://dstream.binance.com:443/"));
        assertThat(venue.place("ws://127.0.0.1:80/")).isEqualTo("127.0.0.1");
        assertThat(venue.place("ws://[::1]:80/")).isEqualTo("[::1]");
        assertThat(venue.place("ws://localhost/")).isEqualTo("localhost");

        Object one = new Object();
        Object other = new Object();
        String place = venue.place("wss://a.b.com/");
        assertThat(shared.tryHold(venue, place, one, 2)).isTrue();
        assertThat(shared.tryHold(venue, place, other, 2)).isFalse();
        assertThat(shared.tryHold(venue, place, other, 1)).isTrue();
        assertThat(shared.tryHold(venue, place, one, 3)).isFalse();
        shared.release(venue, place, other);
        assertThat(shared.tryHold(venue, place, one, 3)).isTrue();
        assertThat(shared.tryHold(venue, "*.c.com", other, 3)).isTrue();
    }
}
