package io.firstline.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.FeedConfig.Subscribing;
import io.firstline.simulator.CutKind;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.simulator.LineBehaviour;
import io.firstline.simulator.SimulatedLine;
import io.firstline.stream.FeedMessage;
import io.vertx.core.Future;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** Each failure of the implementation that served as the reference, by its number in the field notes: none of them may be here. */
class ReferenceFailuresTest extends FeedTestBase {

    @Test
    void d1DeadConnectionsAreReplacedAndNeverCountedAsLive() {
        ExchangeSimulator exchange = exchange(quiet());
        WsPool feed = started(pool(poolOf(3, exchange.url(PATH))));
        eventually(() -> feed.state() == FeedState.CONNECTED);

        join(Future.all(exchange.lines().stream()
                .map(line -> exchange.cut(line.number(), CutKind.CLOSE))
                .toList()));

        eventually(() ->
                told(FeedEvent.Type.RECOVERED).size() == 1 && exchange.lines().size() == 3);
        assertThat(exchange.lines().stream().map(SimulatedLine::number)).containsExactly(4, 5, 6);
        assertThat(told(FeedEvent.Type.DEGRADED)).isNotEmpty();
        assertThat(ids(feed)).containsExactlyInAnyOrder("f-4", "f-5", "f-6");
    }

    @Test
    void d2FailedReplacementsDoNotShrinkThePool() throws Exception {
        int port = freePort();
        ExchangeSimulator first = exchange(market(500).withPort(port));
        WsPool feed = started(pool(poolOf(4, first.url(COMBINED)).withEvictIntervalMs(100)));
        eventually(() -> feed.state() == FeedState.CONNECTED);
        join(first.close()); // an outage in which every replacement fails
        eventually(() -> feed.state() == FeedState.DISCONNECTED);
        eventually(() -> report(feed).failures().getOrDefault("refused", 0L) > 8);
        assertThat(report(feed).live()).isZero();

        exchange(market(500).withPort(port));

        eventually(() -> report(feed).live() == 4 && feed.state() == FeedState.CONNECTED);
    }

    @Test
    void d3EvictionOpensBeforeItCloses() {
        LineBehaviour fast = LineBehaviour.perfect();
        LineBehaviour slow = fast.withDelayMs(40);
        ExchangeSimulator exchange =
                exchange(market(500).withLines(List.of(slow, fast, fast, slow, fast, fast, fast, fast, fast)));
        WsPool feed = pool(poolOf(5, exchange.url(COMBINED)).withEvictIntervalMs(300));
        Queue<String> below = new ConcurrentLinkedQueue<>();
        feed.eventHandler(event -> {
            events.add(event);
            int live = feed.report().result().live();
            if (told(FeedEvent.Type.CONNECTED).size() > 5
                    && (live < 5 || exchange.lines().size() < 5)) {
                below.add(event + " with " + live);
            }
        });
        started(feed);

        eventually(() -> told(FeedEvent.Type.EVICTED).size() == 2);

        assertThat(below).isEmpty();
        assertThat(told(FeedEvent.Type.DEGRADED)).isEmpty();
    }

    @Test
    void d5EqualMessagesAreKeptAndSubscriptionsAreRemembered() {
        ExchangeSimulator exchange = exchange(quiet());
        WsPool feed = started(watch(WsPool.create(
                vertx,
                "f",
                poolOf(3, exchange.url("/ws")),
                new Subscribing(List.of(), BINANCE.subscribe(), BINANCE.unsubscribe()))));
        eventually(() -> feed.state() == FeedState.CONNECTED);
        join(feed.subscribe(List.of(TRADE)));
        eventually(() -> exchange.lines().stream().allMatch(l -> l.streams().equals(List.of(TRADE))));

        for (int i = 0; i < 3; i++) {
            exchange.emit(TRADE, "pong");
        }
        eventually(() -> texts().stream().filter("pong"::equals).count() == 3);

        join(exchange.cut(1, CutKind.FIN));
        eventually(() -> exchange.lines().size() == 3
                && exchange.lines().get(2).number() == 4
                && exchange.lines().get(2).streams().equals(List.of(TRADE)));
    }

    @Test
    void d7TheHandlerOfAPoolIsCalledAndStartOpensIt() {
        ExchangeSimulator exchange = exchange(quiet());
        WsPool feed = started(pool(poolOf(2, exchange.url(PATH))));
        eventually(() -> exchange.lines().size() == 2 && feed.state() == FeedState.CONNECTED);

        exchange.emit(TRADE, "1");

        eventually(() -> texts().equals(List.of("1")));
    }

    @Test
    void d8ASingleConnectionReconnectsWithoutAnybodyCallingClose() {
        ExchangeSimulator exchange = exchange(quiet());
        WsSingle feed = started(single(connection(exchange.url(PATH))));
        for (int number = 1; number <= 3; number++) {
            join(exchange.cut(number, CutKind.RESET));
            int next = number + 1;
            eventually(() -> exchange.lines().stream().anyMatch(l -> l.number() == next));
        }

        Future<FeedMessage> message = feed.next();
        heard(feed);
        exchange.emit(TRADE, "1");

        assertThat(join(message).asText()).isEqualTo("1");
    }

    @Test
    void d10RankingUsesTheAverageAndKeepsWhoWasNotMeasured() {
        ExchangeSimulator exchange = exchange(quiet().withLines(
                        List.of(LineBehaviour.perfect(), LineBehaviour.perfect().withDelayMs(80))));
        WsPool feed = started(pool(poolOf(2, exchange.url(PATH))));
        eventually(() -> feed.state() == FeedState.CONNECTED);
        eventually(() -> members(feed).stream()
                .noneMatch(c -> Double.isNaN(c.connection().latencyMs())));
        double fast = latencyOfFastest(feed);
        assertThat(fast).isLessThan(80); // in fractions of a millisecond, not rounded to 0 or 1
        assertThat(fast % 1).isNotZero();

        exchange.freeze(1); // one pong that is very late …
        eventually(() -> exchange.lines().get(0).frozen());
        long frozenNanos = System.nanoTime();
        eventually(() -> System.nanoTime() - frozenNanos > 300_000_000L);
        exchange.thaw(1);
        eventually(() -> members(feed).stream()
                .anyMatch(c -> c.connection().lastLatencyMs() < 80
                        && c.connection().latencyMs() > fast
                        && c.connection().latencyMs() < 80)); // … does not make it the slow one
    }

    private static double latencyOfFastest(Feed feed) {
        return members(feed).stream()
                .mapToDouble(c -> c.connection().latencyMs())
                .min()
                .orElseThrow();
    }

    @Test
    void d13ASendIsNeverSilentlyLost() {
        ExchangeSimulator exchange = exchange(quiet());
        Queue<String> orders = new ConcurrentLinkedQueue<>();
        exchange.onClientFrame(frame -> {
            if (frame.payload().toString().startsWith("order")) {
                orders.add(frame.payload().toString());
            }
        });
        WsPool feed = started(pool(poolOf(3, exchange.url(PATH))));
        eventually(() -> feed.state() == FeedState.CONNECTED);

        for (int i = 1; i <= 3; i++) { // whichever was the fastest, at the latest the third cut hits it
            join(exchange.cut(i, CutKind.RESET));
            int lost = i;
            eventually(() -> report(feed).lost() == lost);
            assertThat(join(feed.send("order " + i, Route.FASTEST))).isEqualTo(1);
            eventually(() -> orders.size() == lost);
        }
    }

    @Test
    void d14EachConnectionCountsItsOwnMessages() {
        ExchangeSimulator exchange = exchange(quiet());
        WsPool feed = started(pool(poolOf(2, exchange.url(PATH))));
        eventually(() -> feed.state() == FeedState.CONNECTED);
        assertThat(members(feed)).allMatch(c -> c.connection().recentMessage() == null);

        exchange.emit(TRADE, "1");
        exchange.emit(TRADE, "22");

        eventually(() -> members(feed).stream()
                .allMatch(c -> c.connection().sequenceId() == 2
                        && c.connection().bytes() == 3
                        && c.connection().recentMessage().toString().equals("22")));
        assertThat(messages).allMatch(m -> ids(feed).contains(m.connectionId()));
    }

    @Test
    void d15APoolCanBeUsedAgainAndReleasesWhoWaits() {
        ExchangeSimulator exchange = exchange(quiet());
        WsPool feed = started(pool(poolOf(2, exchange.url(PATH))));
        Future<FeedMessage> waiting = feed.next();
        join(feed.close());
        assertThat(failureOf(waiting)).hasMessageContaining("closed");
        eventually(() -> exchange.lines().isEmpty());

        join(feed.start());
        eventually(() -> feed.state() == FeedState.CONNECTED && exchange.lines().size() == 2);
        Future<FeedMessage> one = feed.next();
        Future<FeedMessage> two = feed.next(); // as many at a time as anybody likes
        heard(feed);
        exchange.emit(TRADE, "1");
        exchange.emit(TRADE, "2");
        assertThat(List.of(join(one).asText(), join(two).asText())).containsExactly("1", "2");
        assertThat(new HashSet<>(ids(feed))).hasSize(2);
    }
}
