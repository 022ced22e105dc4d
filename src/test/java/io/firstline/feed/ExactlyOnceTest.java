package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedReport;
import io.firstline.feed.report.FeedState;
import io.firstline.simulator.CutKind;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.simulator.Jitter;
import io.firstline.simulator.LineBehaviour;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A pool's main promise: every message once, in the server's order per stream, whatever happens to a connection. */
class ExactlyOnceTest extends FeedTestBase {
    private static final LineBehaviour FAST = LineBehaviour.perfect();
    private static final LineBehaviour SLOW = FAST.withDelayMs(15);
    private static final LineBehaviour NERVOUS = FAST.withJitter(Jitter.EXPONENTIAL, 5);

    @Test
    void shouldPassEveryMessageOnceAndInOrder() {
        ExchangeSimulator exchange = exchange(market(2_000).withBurst(10).withLines(List.of(FAST, NERVOUS, SLOW)));
        Ledger ledger = new Ledger(exchange);
        WsPool feed = started(pool(poolOf(3, exchange.url(COMBINED))));

        ledger.awaitMore(2_000);
        eventuallyInStep(feed, 3);
        ledger.assertComplete(feed, messages);

        FeedReport report = report(feed);
        assertThat(report.late()).isZero();
        assertThat(members(feed)).allMatch(c -> c.line().losses() == 0);
    }

    @Test
    void shouldMakeOneWholeStreamOfConnectionsThatEachLoseMessages() {
        LineBehaviour leaky = NERVOUS.withLossPercent(20);
        ExchangeSimulator exchange = exchange(market(1_000).withLines(List.of(FAST, leaky, leaky)));
        // The complete line opens first: until it is open, a leaky line alone loses messages for good.
        Ledger ledger = new Ledger(exchange);
        WsPool feed = started(pool(poolOf(3, exchange.url(COMBINED))));
        eventuallyInStep(feed, 3);

        ledger.awaitMore(1_000);
        exchange.pauseEmission();
        eventually(() -> texts().size() == ledger.size());
        assertThat(texts()).containsExactlyInAnyOrderElementsOf(ledger.texts());
        assertThat(members(feed).stream().filter(c -> c.connection().sequenceId() < ledger.size()))
                .hasSizeGreaterThanOrEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(CutKind.class)
    void shouldLoseNothingWhenAnyOneConnectionIsKilled(CutKind kind) {
        ExchangeSimulator exchange = exchange(market(1_000).withLines(List.of(FAST, NERVOUS, FAST)));
        Ledger ledger = new Ledger(exchange);
        WsPool feed = started(pool(poolOf(3, exchange.url(COMBINED))));
        long seed = System.nanoTime();
        Random random = new Random(seed);
        System.out.println("ExactlyOnceTest " + kind + " seed " + seed);

        for (int killed = 1; killed <= 3; killed++) {
            eventuallyInStep(feed, 3);
            ledger.awaitMore(100);
            join(exchange.cut(
                    exchange.lines()
                            .get(random.nextInt(exchange.lines().size()))
                            .number(),
                    kind));
            int count = killed;
            eventually(() -> report(feed).lost() == count && feed.state() == FeedState.CONNECTED);
        }
        eventuallyInStep(feed, 3);
        ledger.awaitMore(100);
        ledger.assertComplete(feed, messages);
        assertThat(told(FeedEvent.Type.DISCONNECTED)).hasSize(3);
        assertThat(told(FeedEvent.Type.CONNECTED)).hasSize(6);
    }

    @Test
    void shouldLoseNothingWhileAConnectionIsFrozen() {
        ExchangeSimulator exchange = exchange(market(1_000));
        Ledger ledger = new Ledger(exchange);
        WsPool feed = started(pool(poolOf(3, exchange.url(COMBINED))));
        eventuallyInStep(feed, 3);

        exchange.freeze(1);
        ledger.awaitMore(500);
        exchange.thaw(1);
        ledger.assertComplete(feed, messages);
    }

    @Test
    void shouldPassARepeatedMessageAsOftenAsItWasSent() {
        ExchangeSimulator exchange = exchange(quiet());
        WsPool feed = started(pool(poolOf(3, exchange.url(PATH))));
        eventually(() -> feed.state() == FeedState.CONNECTED);

        for (String text : List.of("a", "a", "b", "a", "end")) {
            exchange.emit(TRADE, text);
        }

        eventually(() -> members(feed).stream().allMatch(c -> c.connection().sequenceId() == 5));
        assertThat(texts()).containsExactly("a", "a", "b", "a", "end");
    }

    @Test
    void shouldTellTextFromBinary() {
        ExchangeSimulator exchange = exchange(quiet());
        WsPool feed = started(pool(poolOf(2, exchange.url(PATH))));
        eventually(() -> feed.state() == FeedState.CONNECTED);
        Buffer bytes = Buffer.buffer("same bytes");
        Buffer notText = Buffer.buffer(new byte[] {(byte) 0xff, 0, (byte) 0xfe});

        exchange.broadcastRaw(bytes, true);
        exchange.broadcastRaw(bytes, false);
        exchange.broadcastRaw(notText, false);

        eventually(() -> members(feed).stream().allMatch(c -> c.connection().sequenceId() == 3));
        assertThat(messages.stream().map(m -> m.text())).containsExactly(true, false, false);
        assertThat(messages.stream().map(m -> m.payload())).containsExactly(bytes, bytes, notText);
    }

    @Test
    void shouldCountAndTellWhatIsTooLarge() {
        HandServer server = HandServer.start(vertx);
        WsPool feed = started(pool(
                poolOf(2, server.url()).withConnection(connection(server.url()).withMaxMessageBytes(1_000))));
        eventually(() -> server.sockets.size() == 2 && feed.state() == FeedState.CONNECTED);

        String part = "x".repeat(600);
        server.sockets.forEach(socket -> {
            join(socket.writeFrame(io.vertx.core.http.WebSocketFrame.textFrame(part, false)));
            join(socket.writeFrame(io.vertx.core.http.WebSocketFrame.continuationFrame(Buffer.buffer(part), true)));
        });
        server.send("fits", 0, 1);

        eventually(() -> texts().equals(List.of("fits")));
        FeedEvent dropped = awaitTold(FeedEvent.Type.DROPPED);
        assertThat(dropped.toJson().getString("cause")).isEqualTo("oversize");
        eventually(() -> report(feed).dropped().equals(java.util.Map.of("oversize", 2L)));
    }
}
