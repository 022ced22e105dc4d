package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.RankBy;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedState;
import io.firstline.simulator.CutKind;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.simulator.LineBehaviour;
import io.firstline.simulator.SimulatedLine;
import io.firstline.stream.FeedMessage;
import io.firstline.stream.FeedStream;
import io.firstline.stream.Overflow;
import io.firstline.testkit.ConnectionProbe;
import io.firstline.testkit.Frame;
import io.firstline.testkit.Peer;
import io.firstline.testkit.ScriptedServer;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each failure of the reference implementation, by its number in the field notes; Firstline must have none of them. */
@Execution(ExecutionMode.CONCURRENT)
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

    @ParameterizedTest
    @ValueSource(ints = {64, 1 << 20}) // the history is indexed, so a million entries cost no more
    void d4ACopyThatComesTooLateIsNotDeliveredAgain(int remembered) {
        HandServer server = HandServer.start(vertx);
        WsPool feed = started(pool(poolOf(2, server.url()).withHashCapacity(remembered)));
        eventually(() -> server.sockets.size() == 2 && feed.state() == FeedState.CONNECTED);
        List<String> sent = new ArrayList<>(List.of("of another symbol"));
        IntStream.range(0, 3 * 64).forEach(i -> sent.add("burst " + i)); // evicts it from a small window

        sent.forEach(text -> server.send(text, 0));
        eventually(() -> messages.size() == sent.size());
        sent.forEach(text -> server.send(text, 1));
        eventually(() -> report(feed).copies() == 2L * sent.size());

        assertThat(texts()).isEqualTo(sent);
        boolean tooLate = remembered < sent.size();
        assertThat(told(FeedEvent.Type.OUT_OF_STEP)).hasSize(tooLate ? 1 : 0); // and it is being replaced
        eventually(() -> server.sockets.size() == (tooLate ? 3 : 2));
    }

    @Test
    void d5EqualMessagesAreKeptAndSubscriptionsAreRemembered() {
        ExchangeSimulator exchange = exchange(quiet());
        WsPool feed = started(watch(WsPool.create(
                vertx,
                "f",
                poolOf(3, exchange.url("/ws")),
                new SubscribeTemplates(List.of(), BINANCE.subscribe(), BINANCE.unsubscribe()),
                MessageFormat.NONE)));
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
    void d6ABurstLosesNothingAndWhatASlowConsumerLosesIsCounted() {
        ExchangeSimulator exchange = exchange(quiet());
        WsPool feed = started(pool(poolOf(5, exchange.url(PATH))));
        eventually(() -> feed.state() == FeedState.CONNECTED);
        Queue<String> read = new ConcurrentLinkedQueue<>();
        FeedStream ring = feed.stream(128, Overflow.DROP_OLDEST).handler(m -> read.add(m.asText()));

        ring.pause();
        heard(feed); // the ring is attached
        List<String> burst = emit(exchange, feed, 0, 60); // 300 copies that wait for the consumer's first request
        assertThat(ring.dropped()).isZero();
        ring.resume();
        eventually(() -> List.copyOf(read).equals(burst));

        read.clear();
        List<String> larger = emit(exchange, feed, 60, 2_060);
        eventually(() -> List.copyOf(read).equals(larger));
        assertThat(report(feed).dropped()).isEmpty();

        read.clear();
        ring.pause();
        heard(feed); // the ring has stopped
        List<String> tooMuch = emit(exchange, feed, 2_060, 4_060);
        assertThat(report(feed).dropped()).isEqualTo(Map.of("consumer-full", 2_000L - 128));
        ring.resume();
        eventually(() -> List.copyOf(read).equals(tooMuch.subList(2_000 - 128, 2_000)));
        awaitTold(FeedEvent.Type.DROPPED);
    }

    /** Publishes messages at once on all connections. */
    private List<String> emit(ExchangeSimulator exchange, Feed feed, int from, int to) {
        List<String> burst =
                IntStream.range(from, to).mapToObj(Integer::toString).toList();
        burst.forEach(text -> exchange.emit(TRADE, text));
        eventually(() -> report(feed).copies() == 5L * to);
        assertThat(messages).hasSize(to);
        return burst;
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
    void d9APeerThatFallsMuteIsFoundAndReplacedBeforeItIsClosed() {
        try (ScriptedServer server = ScriptedServer.start()) {
            WsSingle feed =
                    watch(new WsSingle(quick(4), "f", connection(server.url("/")), BINANCE, MessageFormat.NONE));
            Future<Void> start = feed.start();
            Peer peer = server.accept().upgrade();
            join(start);
            eventually(() -> peer.count(Frame.PING) > 3); // one after another: three were answered

            peer.ignorePings();

            Peer next = server.accept().upgrade(); // ten seconds of the feed later, beside it
            assertThat(told(FeedEvent.Type.DISCONNECTED)).isEmpty();
            assertThat(ids(feed)).as("it stays").containsExactly("f-1");
            next.text("1");
            FeedEvent evicted = awaitTold(FeedEvent.Type.EVICTED);
            assertThat(evicted.toJson().getString("reason")).isEqualTo("half-open");
            eventually(() -> ids(feed).equals(List.of("f-2")) && texts().equals(List.of("1")));
            assertThat(told(FeedEvent.Type.DEGRADED)) // if the next connection opens a little later
                    .allSatisfy(event ->
                            assertThat(event.toJson().getString("reason")).endsWith("delivers and answers nothing"));
        }
    }

    @Test
    void d9APongNobodyAskedForMeasuresNothing() {
        try (ScriptedServer server = ScriptedServer.start();
                ConnectionProbe probe = new ConnectionProbe(vertx, connection(server.url("/")))) {
            Future<Void> opening = probe.connect();
            Peer peer = server.accept().ignorePings().upgrade();
            join(opening);
            Frame own = peer.await(Frame.PING);
            join(probe.start(connection -> connection.sendPing(Buffer.buffer("a caller's"))));

            peer.pong(peer.await(Frame.PING).payload())
                    .pong(new byte[0])
                    .pong(new byte[16])
                    .text("after the pongs");
            probe.awaitMessages(1);
            assertThat(probe.state().latencyMs()).isNaN();

            peer.pong(own.payload());
            eventually(() -> !Double.isNaN(probe.state().latencyMs()));
        }
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
        assertThat(fast).isLessThan(80); // fractions of a millisecond, not rounded to 0 or 1
        assertThat(fast % 1).isNotZero();

        exchange.freeze(1); // one very late pong …
        eventually(() -> exchange.lines().get(0).frozen());
        long frozenNanos = System.nanoTime();
        eventually(() -> System.nanoTime() - frozenNanos > 300_000_000L);
        exchange.thaw(1);
        eventually(() -> members(feed).stream()
                .anyMatch(c -> c.connection().lastLatencyMs() < 80
                        && c.connection().latencyMs() > fast
                        && c.connection().latencyMs() < 80)); // … does not make the connection slow
    }

    private static double latencyOfFastest(Feed feed) {
        return members(feed).stream()
                .mapToDouble(c -> c.connection().latencyMs())
                .min()
                .orElseThrow();
    }

    @Test
    void d11PingsLeaveMostOfAVenuesFiveFramesASecond() {
        try (ScriptedServer server = ScriptedServer.start()) {
            WsSingle feed = single(WsConnectionConfig.of(server.url("/")).withConnectionId("f"));
            long startedNanos = System.nanoTime();
            Future<Void> start = feed.start();
            Peer peer = server.accept().upgrade();
            join(start);

            eventually(() -> peer.count(Frame.PING) == 3);

            // one at the beginning, the next after 0.5 to 1.5 s, then one a second
            assertThat((System.nanoTime() - startedNanos) / 1_000_000).isGreaterThan(1_400);
            assertThat(peer.received()).as("nothing else").allMatch(frame -> frame.opcode() == Frame.PING);
        }
    }

    @Test
    void d12AMessageThatIsTooLongIsDroppedAsAWhole() {
        try (ScriptedServer server = ScriptedServer.start()) {
            WsSingle feed = single(connection(server.url("/")).withMaxMessageBytes(1_000));
            Future<Void> start = feed.start();
            Peer peer = server.accept().upgrade();
            join(start);

            peer.fragments("a".repeat(600), "b".repeat(600), "c".repeat(100)).text("next");

            eventually(() -> !messages.isEmpty());
            assertThat(texts()).containsExactly("next");
            assertThat(report(feed).dropped()).isEqualTo(Map.of("oversize", 1L));
            assertThat(feed.state()).isEqualTo(FeedState.CONNECTED);
            assertThat(server.peers()).hasSize(1);
        }
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

        for (int i = 1; i <= 3; i++) { // whichever is the fastest: one of the three cuts hits it
            eventually(() -> feed.state() == FeedState.CONNECTED);
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
        Future<FeedMessage> two = feed.next(); // several requests at a time are allowed
        heard(feed);
        exchange.emit(TRADE, "1");
        exchange.emit(TRADE, "2");
        assertThat(List.of(join(one).asText(), join(two).asText())).containsExactly("1", "2");
        assertThat(new HashSet<>(ids(feed))).hasSize(2);
    }

    @Test
    void d16EqualConnectionsAreLeftAlone() {
        // so that the noise of a busy machine is small beside it
        LineBehaviour equal = LineBehaviour.perfect().withDelayMs(50);
        ExchangeSimulator exchange = exchange(market(200).withLines(List.of(equal)));
        int intervalMs = 300;
        WsPool feed = started(pool(
                poolOf(5, exchange.url(PATH)).withEvictIntervalMs(intervalMs).withRankBy(RankBy.LATENCY)));
        eventually(() -> feed.state() == FeedState.CONNECTED);
        long connectedNanos = System.nanoTime();

        eventually(() -> System.nanoTime() - connectedNanos > (5 * intervalMs + 300) * 1_000_000L);

        assertThat(members(feed)).noneMatch(c -> Double.isNaN(c.connection().latencyMs()));
        assertThat(report(feed).evictions()).isZero();
        assertThat(told(FeedEvent.Type.CONNECTED)).as("no candidates either").hasSize(5);
    }
}
