package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedState;
import io.firstline.simulator.ClientFrame;
import io.firstline.simulator.CutKind;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.simulator.LineBehaviour;
import io.firstline.simulator.SimulatedLine;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Messages that a pool sends by route, and subscriptions of every present and future connection. */
class PoolSendTest extends FeedTestBase {
    private final Queue<ClientFrame> sent = new ConcurrentLinkedQueue<>();

    private ExchangeSimulator listening(LineBehaviour... lines) {
        ExchangeSimulator exchange = exchange(quiet().withLines(List.of(lines)));
        exchange.onClientFrame(frame -> {
            if (frame.kind() == ClientFrame.Kind.DATA) {
                sent.add(frame);
            }
        });
        return exchange;
    }

    private WsPool openPool(int connections, String url) {
        WsPool feed = started(pool(poolOf(connections, url)));
        eventually(() -> feed.state() == FeedState.CONNECTED);
        return feed;
    }

    private List<Integer> linesThatGot(String text) {
        return sent.stream()
                .filter(f -> f.payload().toString().equals(text))
                .map(ClientFrame::line)
                .sorted()
                .toList();
    }

    private int lineOf(Feed feed, String id) {
        assertThat(join(feed.send("over " + id, Route.parse(id)))).isEqualTo(1);
        eventually(() -> linesThatGot("over " + id).size() == 1);
        return linesThatGot("over " + id).get(0);
    }

    @Test
    void shouldSendToAllOrToOne() {
        ExchangeSimulator exchange = listening();
        WsPool feed = openPool(3, exchange.url(PATH));

        assertThat(join(feed.send("to all", Route.ALL))).isEqualTo(3);
        assertThat(join(feed.send(Buffer.buffer("bytes"), Route.ALL))).isEqualTo(3);
        assertThat(join(feed.send("to one", Route.FASTEST))).isEqualTo(1);

        eventually(() -> sent.size() == 7);
        assertThat(linesThatGot("to all")).containsExactly(1, 2, 3);
        assertThat(linesThatGot("bytes")).containsExactly(1, 2, 3);
        assertThat(linesThatGot("to one")).hasSize(1);
        assertThat(List.of(lineOf(feed, "f-1"), lineOf(feed, "f-2"), lineOf(feed, "f-3")))
                .containsExactlyInAnyOrder(1, 2, 3);
    }

    @Test
    void shouldSendOverTheFastestAndFollowIt() {
        ExchangeSimulator exchange = listening(
                LineBehaviour.perfect().withDelayMs(60),
                LineBehaviour.perfect().withDelayMs(90),
                LineBehaviour.perfect(),
                LineBehaviour.perfect().withDelayMs(200));
        WsPool feed = openPool(3, exchange.url(PATH));
        eventually(() -> members(feed).stream()
                .noneMatch(c -> Double.isNaN(c.connection().latencyMs())));

        join(feed.send("first", Route.FASTEST));
        eventually(() -> linesThatGot("first").equals(List.of(3)));

        join(exchange.cut(3, CutKind.FIN)); // its replacement is the slowest
        eventually(() -> ids(feed).size() == 3 && ids(feed).contains("f-4"));
        join(feed.send("second", Route.FASTEST));
        eventually(() -> linesThatGot("second").equals(List.of(1)));
    }

    @Test
    void shouldPreferAMeasuredConnectionToAnUnmeasuredOne() {
        ExchangeSimulator exchange = listening(LineBehaviour.perfect().withDelayMs(30));
        WsPool feed = openPool(2, exchange.url(PATH));
        eventually(() -> members(feed).stream()
                .noneMatch(c -> Double.isNaN(c.connection().latencyMs())));
        exchange.freeze(2);
        join(exchange.cut(2, CutKind.RESET));
        eventually(() -> ids(feed).size() == 2 && ids(feed).contains("f-3"));

        join(feed.send("safe", Route.FASTEST));
        eventually(() -> linesThatGot("safe").size() == 1);
    }

    @Test
    void shouldFailWhatGoesNowhere() {
        ExchangeSimulator exchange = listening();
        WsPool feed = openPool(2, exchange.url(PATH));

        assertThat(failureOf(feed.send("x", Route.parse("f-9"))))
                .hasMessageContaining("no live connection f-9")
                .hasMessageContaining("f-1");
        join(feed.close());
        assertThat(failureOf(feed.send("x", Route.ALL))).hasMessage("f has no live connection");
        assertThat(failureOf(feed.send("x", Route.FASTEST))).hasMessage("f has no live connection");
        assertThat(sent).isEmpty();
    }

    // subscriptions of every connection

    private static void eventuallyAllSubscribed(ExchangeSimulator exchange, int lines, String... streams) {
        eventually(() -> exchange.lines().size() == lines
                && exchange.lines().stream().allMatch(l -> l.streams().equals(List.of(streams))));
    }

    @Test
    void shouldSubscribeOnPresentAndFutureConnections() {
        ExchangeSimulator exchange = listening();
        WsPool feed = started(watch(WsPool.create(
                vertx,
                "f",
                poolOf(3, exchange.url("/stream")),
                new SubscribeTemplates(List.of(TRADE), BINANCE.subscribe(), BINANCE.unsubscribe()),
                MessageFormat.NONE)));
        eventuallyAllSubscribed(exchange, 3, TRADE);

        assertThat(join(feed.subscribe(List.of(BOOK, "ethusdt@trade")))).isEqualTo(3);
        assertThat(join(feed.subscribe(List.of(BOOK)))).isZero(); // already subscribed
        eventuallyAllSubscribed(exchange, 3, TRADE, BOOK, "ethusdt@trade");
        assertThat(report(feed).streams()).containsExactly(TRADE, BOOK, "ethusdt@trade");

        join(exchange.cut(2, CutKind.RESET));
        eventually(() -> report(feed).lost() == 1);
        eventuallyAllSubscribed(exchange, 3, TRADE, BOOK, "ethusdt@trade");

        assertThat(join(feed.unsubscribe(List.of(TRADE)))).isEqualTo(3);
        eventuallyAllSubscribed(exchange, 3, BOOK, "ethusdt@trade");

        // after an eviction, too; lining up needs messages, and the time of the guard
        join(feed.evict(ids(feed).get(0)));
        eventuallyAllSubscribed(exchange, 4, BOOK, "ethusdt@trade");
        AtomicInteger n = new AtomicInteger();
        eventually(() -> {
            exchange.emit(BOOK, "{\"n\":" + n.getAndIncrement() + "}");
            return told(FeedEvent.Type.EVICTED).size() == 1;
        });
        eventuallyAllSubscribed(exchange, 3, BOOK, "ethusdt@trade");
        join(feed.send("{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":99}", Route.ALL));
        eventually(() -> !replies(99).isEmpty());
        assertThat(replies(99)).containsOnly(new JsonArray(List.of(BOOK, "ethusdt@trade")));
    }

    private List<JsonArray> replies(int id) {
        return texts().stream()
                .map(JsonObject::new)
                .filter(json -> Integer.valueOf(id).equals(json.getInteger("id")))
                .map(json -> json.getJsonArray("result"))
                .toList();
    }

    @Test
    void shouldSubscribeOnACandidateToo() {
        ExchangeSimulator exchange = listening();
        WsPool feed = openPool(2, exchange.url("/stream"));
        join(feed.evict("f-1"));
        eventually(() -> told(FeedEvent.Type.CONNECTED).size() == 3);

        assertThat(join(feed.subscribe(List.of(TRADE)))).isEqualTo(3);

        // the acks are its first messages, so it takes over at once
        eventually(() -> linesThatGot("{\"method\":\"SUBSCRIBE\",\"params\":[\"" + TRADE + "\"],\"id\":10001}")
                        .size()
                == 3);
        awaitTold(FeedEvent.Type.EVICTED);
        eventuallyAllSubscribed(exchange, 2, TRADE);
    }

    @Test
    void shouldSetWhatPresentAndFutureConnectionsSend() {
        ExchangeSimulator exchange = listening();
        WsPool feed = openPool(3, exchange.url("/ws"));
        String one = "{\"method\":\"SUBSCRIBE\",\"params\":[\"a@trade\"],\"id\":1}";
        String two = "{\"method\":\"SUBSCRIBE\",\"params\":[\"b@trade\"],\"id\":2}";

        assertThat(join(feed.setOnConnect(List.of(one, two)))).isEqualTo(3);
        eventuallyAllSubscribed(exchange, 3, "a@trade", "b@trade");

        join(exchange.cut(1, CutKind.CLOSE));
        eventually(() -> exchange.lines().stream().noneMatch(l -> l.number() == 1));
        eventuallyAllSubscribed(exchange, 3, "a@trade", "b@trade");

        assertThat(join(feed.setOnConnect(List.of()))).isZero();
        join(exchange.cut(2, CutKind.CLOSE));
        eventually(() -> exchange.lines().size() == 3
                && exchange.lines().stream()
                                .mapToInt(SimulatedLine::number)
                                .max()
                                .orElse(0)
                        == 5);
        assertThat(exchange.lines().get(2).streams()).isEmpty();
    }

    @Test
    void shouldRememberWhatWasAskedWhileNothingWasOpen() throws Exception {
        int port = freePort();
        WsPool feed = pool(poolOf(2, "ws://127.0.0.1:" + port + "/stream"));
        failureOf(feed.start());

        assertThat(join(feed.subscribe(List.of(TRADE)))).isZero();

        ExchangeSimulator exchange = exchange(quiet().withPort(port));
        eventuallyAllSubscribed(exchange, 2, TRADE);
    }
}
