package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firstline.config.RetryConfig;
import io.firstline.config.venue.MessageFormat;
import io.firstline.connection.report.ConnectFailedException;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedState;
import io.firstline.simulator.ClientFrame;
import io.firstline.simulator.CutKind;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.stream.FeedMessage;
import io.firstline.stream.FeedStream;
import io.firstline.stream.Overflow;
import io.firstline.testkit.Await;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A single connection: how it is consumed, how it stays open, what it reports. */
class WsSingleTest extends FeedTestBase {

    @Test
    void shouldHandEveryMessageToTheHandlerInOrder() {
        ExchangeSimulator exchange = exchange(market(1_000));
        Ledger ledger = new Ledger(exchange);
        WsSingle feed = started(single(connection(exchange.url(COMBINED))));

        ledger.awaitMore(300);
        ledger.assertComplete(feed, messages);
        FeedMessage first = messages.element();
        assertThat(first.feed()).isEqualTo("f");
        assertThat(first.connectionId()).isEqualTo("f-1");
        assertThat(first.text()).isTrue();
        assertThat(first.late()).isFalse();
        assertThat(first.receivedMicros() / 1_000_000).isCloseTo(System.currentTimeMillis() / 1_000, within(60));
    }

    private static org.assertj.core.data.Offset<Long> within(long seconds) {
        return org.assertj.core.data.Offset.offset(seconds);
    }

    @Test
    void shouldAnswerNextInTheOrderOfAsking() {
        ExchangeSimulator exchange = exchange(quiet());
        WsSingle feed = started(single(connection(exchange.url(PATH))));
        Future<FeedMessage> first = feed.next();
        Future<FeedMessage> second = feed.next();
        heard(feed);

        exchange.emit(TRADE, "1");
        exchange.emit(TRADE, "2");
        exchange.emit(TRADE, "3");

        assertThat(join(first).asText()).isEqualTo("1");
        assertThat(join(second).asText()).isEqualTo("2");
        assertThat(join(feed.next()).asText()).isEqualTo("3");
    }

    @Test
    void shouldReleaseAPendingNextWhenItCloses() {
        ExchangeSimulator exchange = exchange(quiet());
        WsSingle feed = started(single(connection(exchange.url(PATH))));
        Future<FeedMessage> pending = feed.next();

        join(feed.close());

        assertThat(failureOf(pending)).hasMessageContaining("closed");
        assertThat(failureOf(feed.next())).hasMessageContaining("f is closed");
    }

    @Test
    void shouldServeAReadStreamThatPausesAndFetches() {
        ExchangeSimulator exchange = exchange(quiet());
        WsSingle feed = single(connection(exchange.url(PATH)));
        List<String> taken = new CopyOnWriteArrayList<>();
        AtomicBoolean ended = new AtomicBoolean();
        FeedStream stream = feed.stream(10, Overflow.DROP_OLDEST)
                .pause()
                .handler(m -> taken.add(m.asText()))
                .endHandler(v -> ended.set(true));
        started(feed);

        for (int i = 0; i < 6; i++) {
            exchange.emit(TRADE, Integer.toString(i));
        }
        eventually(() -> stream.buffered() == 6);
        assertThat(taken).isEmpty();
        stream.fetch(2);
        eventually(() -> taken.size() == 2);
        assertThat(stream.buffered()).isEqualTo(4);
        stream.resume();
        eventually(() -> taken.size() == 6);
        assertThat(taken).containsExactly("0", "1", "2", "3", "4", "5");
        join(feed.close());
        eventually(ended::get);
    }

    @Test
    void shouldNotSendAnythingToADetachedStream() {
        ExchangeSimulator exchange = exchange(quiet());
        WsSingle feed = started(single(connection(exchange.url(PATH))));
        List<String> taken = new CopyOnWriteArrayList<>();
        FeedStream stream = feed.stream().handler(m -> taken.add(m.asText()));
        heard(feed);
        exchange.emit(TRADE, "1");
        eventually(() -> taken.size() == 1);

        feed.detach(stream);
        heard(feed);
        exchange.emit(TRADE, "2");

        eventually(() -> messages.size() == 2);
        assertThat(taken).containsExactly("1");
    }

    @Test
    void shouldStartAndCloseOnlyOnce() {
        ExchangeSimulator exchange = exchange(quiet());
        WsSingle feed = single(connection(exchange.url(PATH)));
        join(Future.all(feed.start(), feed.start(), feed.start()));
        join(feed.start());
        eventually(() -> exchange.lines().size() == 1);
        assertThat(told(FeedEvent.Type.CONNECTED)).hasSize(1);

        join(Future.all(feed.close(), feed.close()));
        join(feed.close());
        eventually(() -> exchange.lines().isEmpty());
        assertThat(feed.state()).isEqualTo(FeedState.CLOSED);
        assertThat(told(FeedEvent.Type.DISCONNECTED)).isEmpty(); // we closed it
    }

    @Test
    void shouldBeClosedBeforeItsFirstStart() {
        WsSingle feed = single(connection("ws://127.0.0.1:1/"));

        join(feed.close());

        assertThat(feed.state()).isEqualTo(FeedState.CLOSED);
        assertThat(failureOf(feed.send("x", Route.FASTEST))).hasMessageContaining("no live connection");
    }

    @Test
    void shouldFailToStartAtOnceWhileItGoesOnTryingUntilTheServerIsThere() throws Exception {
        int port = freePort();
        WsSingle feed = single(connection("ws://127.0.0.1:" + port + PATH));

        Throwable failure = failureOf(feed.start());
        assertThat(failure).isInstanceOf(ConnectFailedException.class);
        assertThat(((ConnectFailedException) failure).end().label()).isEqualTo("refused");
        assertThat(feed.state()).isEqualTo(FeedState.DISCONNECTED);
        assertThat(failureOf(feed.start())).isSameAs(failure); // it is started, and this is its result
        eventually(() -> report(feed).failures().get("refused") > 2);
        assertThat(told(FeedEvent.Type.CONNECT_FAILED)).hasSize(1); // an outage is reported once

        ExchangeSimulator exchange = exchange(quiet().withPort(port));
        eventually(() -> feed.state() == FeedState.CONNECTED && exchange.lines().size() == 1);
        exchange.emit(TRADE, "1");
        eventually(() -> texts().equals(List.of("1")));
        assertThat(told(FeedEvent.Type.DEGRADED)).hasSize(1);
        assertThat(told(FeedEvent.Type.RECOVERED)).hasSize(1);
    }

    @Test
    void shouldReconnectForEverAndRepeatWhatItSendsOnConnect() {
        ExchangeSimulator exchange = exchange(quiet());
        String hello = "{\"method\":\"SUBSCRIBE\",\"params\":[\"" + BOOK + "\"],\"id\":7}";
        WsSingle feed = started(single(connection(exchange.url("/ws")).withOnConnect(List.of(hello))));

        int number = 1;
        for (CutKind kind : List.of(
                CutKind.CLOSE, CutKind.RESET, CutKind.FIN, CutKind.RESET, CutKind.FIN, CutKind.CLOSE, CutKind.CLOSE)) {
            int current = number;
            eventually(() -> exchange.lines().stream()
                    .anyMatch(l -> l.number() == current && l.streams().equals(List.of(BOOK))));
            exchange.emit(BOOK, "{\"n\":" + number + "}");
            eventually(() -> texts().contains("{\"n\":" + current + "}"));
            join(exchange.cut(number, kind));
            number++;
            eventually(() -> told(FeedEvent.Type.CONNECTED).size() == current + 1);
            assertThat(told(FeedEvent.Type.DISCONNECTED)
                            .get(current - 1)
                            .toJson()
                            .getInteger("code"))
                    .as("%s", kind)
                    .isEqualTo(kind == CutKind.CLOSE ? 1000 : 1006);
        }
        assertThat(report(feed).lost()).isEqualTo(7);
        eventually(() -> report(feed).published() == 7 + 8); // and one ack for each of eight connections
    }

    @Test
    void shouldStartAgainAfterItWasClosed() {
        ExchangeSimulator exchange = exchange(quiet());
        WsSingle feed = started(single(connection(exchange.url(PATH))));
        exchange.emit(TRADE, "1");
        eventually(() -> messages.size() == 1);
        join(feed.close());
        eventually(() -> exchange.lines().isEmpty());

        join(feed.start());
        Future<FeedMessage> next = feed.next();
        heard(feed);
        eventually(() -> exchange.lines().size() == 1);
        exchange.emit(TRADE, "2");

        assertThat(join(next).sequence()).isEqualTo(2);
        eventually(() -> texts().equals(List.of("1", "2")));
        assertThat(feed.state()).isEqualTo(FeedState.CONNECTED);
    }

    @Test
    void shouldStayDisconnectedWithoutAutoReconnect() {
        ExchangeSimulator exchange = exchange(quiet());
        WsSingle feed = started(
                single(connection(exchange.url(PATH)).withAutoReconnect(false).withRetry(new RetryConfig(1, 1, 0))));
        join(exchange.cut(1, CutKind.RESET));

        eventually(() -> feed.state() == FeedState.DISCONNECTED);
        Await.throughout(
                Duration.ofMillis(300),
                () -> feed.state() == FeedState.DISCONNECTED && exchange.lines().isEmpty());
        assertThat(told(FeedEvent.Type.CONNECTED)).hasSize(1);
        assertThat(awaitTold(FeedEvent.Type.DEGRADED).toJson().getInteger("live"))
                .isZero();

        join(feed.close());
        join(feed.start());
        assertThat(feed.state()).isEqualTo(FeedState.CONNECTED);
    }

    @Test
    void shouldKeepTryingToOpenEvenWithoutAutoReconnect() throws Exception {
        int port = freePort();
        WsSingle feed = single(connection("ws://127.0.0.1:" + port + PATH).withAutoReconnect(false));
        assertThat(failureOf(feed.start())).hasMessageContaining("refused");

        exchange(quiet().withPort(port));

        eventually(() -> feed.state() == FeedState.CONNECTED);
    }

    @Test
    void shouldSendTextAndBinaryOverItsConnection() {
        ExchangeSimulator exchange = exchange(quiet());
        Queue<ClientFrame> frames = new ConcurrentLinkedQueue<>();
        exchange.onClientFrame(frame -> {
            if (frame.kind() == ClientFrame.Kind.DATA) {
                frames.add(frame);
            }
        });
        WsSingle feed = started(single(connection(exchange.url(PATH))));

        assertThat(join(feed.send("hello", Route.FASTEST))).isEqualTo(1);
        assertThat(join(feed.send(Buffer.buffer(new byte[] {1, 2}), Route.ALL))).isEqualTo(1);
        assertThat(join(feed.send("you", Route.parse("f-1")))).isEqualTo(1);

        eventually(() -> frames.size() == 3);
        assertThat(frames.stream().map(f -> f.payload().length()).toList()).containsExactly(5, 2, 3);
        assertThat(failureOf(feed.send("nobody", Route.parse("f-9")))).hasMessageContaining("f-9");
    }

    @Test
    void shouldFailToSendWhileItIsDisconnected() {
        ExchangeSimulator exchange = exchange(quiet());
        WsSingle feed = started(single(connection(exchange.url(PATH)).withAutoReconnect(false)));
        join(exchange.cut(1, CutKind.FIN));
        eventually(() -> feed.state() == FeedState.DISCONNECTED);

        for (Route route : List.of(Route.FASTEST, Route.ALL, Route.parse("f-1"))) {
            assertThat(failureOf(feed.send("x", route))).hasMessageContaining("no live connection");
        }
    }

    @Test
    void shouldBeStartingUntilTheFirstAttemptIsDecided() {
        NetServer mute = vertx.createNetServer().connectHandler(socket -> {});
        join(mute.listen(0, "127.0.0.1"));
        WsSingle feed =
                single(connection("ws://127.0.0.1:" + mute.actualPort() + "/").withConnectTimeoutMs(300));
        Future<Void> start = feed.start();

        eventually(() -> feed.state() == FeedState.STARTING);
        assertThat(report(feed).live()).isZero();
        assertThat(failureOf(start)).hasMessageContaining("upgrade");
        assertThat(feed.state()).isEqualTo(FeedState.DISCONNECTED);
    }

    @Test
    void shouldTellTheTruthAboutItsState() {
        ExchangeSimulator exchange = exchange(quiet());
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        WsSingle feed = single(connection(exchange.url(PATH)));
        feed.eventHandler(event -> seen.add(event.type().label() + " " + feed.state() + " "
                + feed.report().result().live()));
        started(feed);
        join(exchange.cut(1, CutKind.CLOSE));
        eventually(() -> seen.size() >= 5);

        assertThat(seen)
                .containsExactly(
                        "connected STARTING 1",
                        "disconnected CONNECTED 0", // reported on the way
                        "degraded DISCONNECTED 0",
                        "connected DISCONNECTED 1",
                        "recovered CONNECTED 1");
    }

    @Test
    void shouldReplaceItsConnectionOnRequestWithoutLosingAMessage() {
        ExchangeSimulator exchange = exchange(market(1_000));
        WsSingle feed = started(single(connection(exchange.url(PATH))));
        eventually(() -> messages.size() > 100);

        join(feed.evict("f-1"));

        eventually(() -> ids(feed).equals(List.of("f-2")));
        assertThat(awaitTold(FeedEvent.Type.EVICTED).toJson().getString("replacement"))
                .isEqualTo("f-2");
        eventually(() -> exchange.lines().size() == 1);
        assertThat(feed.state()).isEqualTo(FeedState.CONNECTED);
        assertThat(told(FeedEvent.Type.DEGRADED)).isEmpty();
    }

    @Test
    void shouldNeedAName() {
        assertThatThrownBy(() ->
                        WsSingle.create(vertx, null, connection("ws://127.0.0.1:1/"), BINANCE, MessageFormat.NONE))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("name");
        assertThat(WsSingle.create(vertx, connection("ws://127.0.0.1:1/")).name())
                .isEqualTo("c");
    }
}
