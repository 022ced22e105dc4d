package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedState;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.stream.FeedMessage;
import io.firstline.stream.FeedStream;
import io.firstline.stream.Overflow;
import io.firstline.stream.SlowConsumerException;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The consumers of a pool, and how little one of them affects another. */
class PoolConsumersTest extends FeedTestBase {

    private static void emit(ExchangeSimulator exchange, int from, int to) {
        IntStream.range(from, to).forEach(n -> exchange.emit(TRADE, Integer.toString(n)));
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    private WsPool openPool(ExchangeSimulator exchange) {
        WsPool feed = started(pool(poolOf(2, exchange.url(PATH))));
        eventually(() -> feed.state() == FeedState.CONNECTED);
        return feed;
    }

    @Test
    void shouldGiveEachConsumerEveryMessage() {
        ExchangeSimulator exchange = exchange(quiet());
        WsPool feed = openPool(exchange);
        List<Queue<String>> all = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Queue<String> taken = new ConcurrentLinkedQueue<>();
            all.add(taken);
            feed.stream().handler(m -> taken.add(m.asText()));
        }
        List<Future<FeedMessage>> asked =
                IntStream.range(0, 50).mapToObj(i -> feed.next()).toList();

        heard(feed);
        emit(exchange, 0, 50);

        assertThat(asked.stream().map(f -> join(f).asText()).toList()).isEqualTo(numbers(0, 50));
        all.forEach(taken -> assertThat(taken).containsExactlyElementsOf(numbers(0, 50)));
        assertThat(texts()).isEqualTo(numbers(0, 50));
    }

    @Test
    void shouldNotLetOneConsumerThatThrowsHarmTheOthers() {
        ExchangeSimulator exchange = exchange(quiet());
        WsPool feed = pool(poolOf(2, exchange.url(PATH)));
        Queue<Throwable> unhandled = new ConcurrentLinkedQueue<>();
        vertx.exceptionHandler(unhandled::add);
        feed.handler(m -> {
            messages.add(m);
            throw new IllegalStateException("handler");
        });
        feed.eventHandler(e -> {
            events.add(e);
            throw new AssertionError("event handler");
        });
        feed.stream().handler(m -> {
            throw new IllegalStateException("stream");
        });
        feed.stream()
                .exceptionHandler(e -> {
                    throw new IllegalStateException("exception handler", e);
                })
                .handler(m -> {
                    throw new AssertionError("stream with an exception handler");
                })
                .endHandler(v -> {
                    throw new IllegalStateException("end handler");
                });
        Queue<String> good = new ConcurrentLinkedQueue<>();
        feed.stream().handler(m -> good.add(m.asText()));
        started(feed);
        eventually(() -> feed.state() == FeedState.CONNECTED);

        heard(feed);
        emit(exchange, 0, 20);

        eventually(() -> good.size() == 20);
        assertThat(good).containsExactlyElementsOf(numbers(0, 20));
        assertThat(texts()).isEqualTo(numbers(0, 20));
        assertThat(events).hasSize(2);
        join(feed.close());
        eventually(() -> exchange.lines().isEmpty());
    }

    @ParameterizedTest
    @EnumSource(names = {"DROP_OLDEST", "DROP_NEWEST"})
    void shouldDropForASlowConsumerByItsPolicyAndTell(Overflow overflow) {
        ExchangeSimulator exchange = exchange(quiet());
        WsPool feed = openPool(exchange);
        FeedStream slow = feed.stream(10, overflow).pause();
        Queue<String> taken = new ConcurrentLinkedQueue<>();
        slow.handler(m -> taken.add(m.asText()));

        heard(feed);
        emit(exchange, 0, 25);
        eventually(() -> messages.size() == 25); // the socket and the other consumers continue
        eventually(() -> report(feed).dropped().equals(java.util.Map.of("consumer-full", 15L)));
        FeedEvent told = awaitTold(FeedEvent.Type.DROPPED);
        assertThat(told.toJson().getString("cause")).isEqualTo("consumer-full");
        eventually(() -> told(FeedEvent.Type.DROPPED).stream()
                        .mapToLong(e -> e.toJson().getLong("count"))
                        .sum()
                == 15);
        assertThat(slow.dropped()).isEqualTo(15);

        slow.resume();
        eventually(() -> taken.size() == 10);
        assertThat(taken)
                .containsExactlyElementsOf(overflow == Overflow.DROP_OLDEST ? numbers(15, 25) : numbers(0, 10));
    }

    @Test
    void shouldKeepTheLatestOfEachStreamForAConsumerThatConflates() {
        ExchangeSimulator exchange = exchange(quiet());
        WsPool feed = openPool(exchange);
        // "0" … "24" belong to five streams, by number modulo 5
        FeedStream slow = feed.stream(10, Overflow.CONFLATE, m -> "s" + Integer.parseInt(m.asText()) % 5);
        Queue<String> taken = new ConcurrentLinkedQueue<>();
        Queue<Long> losses = new ConcurrentLinkedQueue<>();
        slow.pause().dropHandler(loss -> losses.add(loss.count())).handler(m -> taken.add(m.asText()));

        heard(feed);
        emit(exchange, 0, 25);
        eventually(() -> report(feed).dropped().equals(java.util.Map.of("conflated", 20L)));
        assertThat(slow.buffered()).isEqualTo(5);
        assertThat(awaitTold(FeedEvent.Type.DROPPED).toJson().getString("cause"))
                .isEqualTo("conflated");
        slow.resume();

        eventually(() -> taken.size() == 5);
        assertThat(taken).containsExactlyElementsOf(numbers(20, 25));
        assertThat(losses).containsExactly(4L, 4L, 4L, 4L, 4L);
        assertThat(texts()).isEqualTo(numbers(0, 25));
    }

    @Test
    void shouldEndAStreamThatClosesOnOverflowAndNoOther() {
        ExchangeSimulator exchange = exchange(quiet());
        WsPool feed = openPool(exchange);
        Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        Queue<String> taken = new ConcurrentLinkedQueue<>();
        Queue<String> other = new ConcurrentLinkedQueue<>();
        Queue<String> ends = new ConcurrentLinkedQueue<>();
        FeedStream strict = feed.stream(10, Overflow.CLOSE).pause();
        strict.exceptionHandler(failures::add).endHandler(v -> ends.add("end")).handler(m -> taken.add(m.asText()));
        feed.stream().handler(m -> other.add(m.asText()));

        heard(feed);
        emit(exchange, 0, 25);

        eventually(() -> other.size() == 25);
        assertThat(failures).singleElement().isInstanceOfSatisfying(SlowConsumerException.class, e -> assertThat(
                        e.firstLost())
                .isEqualTo(11));
        assertThat(report(feed).dropped())
                .as("what came after it had left is no loss")
                .isEqualTo(java.util.Map.of("consumer-full", 1L));
        strict.resume();
        eventually(() -> !ends.isEmpty());
        assertThat(taken).containsExactlyElementsOf(numbers(0, 10));
        assertThat(other).containsExactlyElementsOf(numbers(0, 25));
        assertThat(texts()).isEqualTo(numbers(0, 25));
        assertThat(feed.state()).isEqualTo(FeedState.CONNECTED);
    }

    @Test
    void shouldTellWhatWasDroppedWhenItCloses() {
        ExchangeSimulator exchange = exchange(quiet());
        WsPool feed = openPool(exchange);
        feed.stream(1, Overflow.DROP_OLDEST).pause();
        heard(feed);
        emit(exchange, 0, 3);
        eventually(() -> messages.size() == 3);

        join(feed.close());

        assertThat(told(FeedEvent.Type.DROPPED).stream()
                        .mapToLong(e -> e.toJson().getLong("count"))
                        .sum())
                .isEqualTo(2);
    }

    @Test
    void shouldMissNothingWhenAConsumerLeavesOrJoinsInTheMiddleOfAMessage() {
        ExchangeSimulator exchange = exchange(quiet());
        WsPool feed = openPool(exchange);
        Queue<String> left = new ConcurrentLinkedQueue<>();
        Queue<String> stayed = new ConcurrentLinkedQueue<>();
        Queue<String> came = new ConcurrentLinkedQueue<>();
        FeedStream leaving = feed.stream();
        leaving.handler(m -> {
            left.add(m.asText());
            feed.detach(leaving);
            feed.stream().handler(later -> came.add(later.asText()));
        });
        feed.stream().handler(m -> stayed.add(m.asText()));

        heard(feed);
        emit(exchange, 0, 3);

        eventually(() -> stayed.size() == 3);
        assertThat(stayed).containsExactly("0", "1", "2");
        assertThat(left).containsExactly("0");
        eventually(() -> came.size() == 2);
        assertThat(came).containsExactly("1", "2");
    }

    @Test
    void shouldLetAHandlerCloseTheFeed() {
        ExchangeSimulator exchange = exchange(quiet());
        WsPool feed = openPool(exchange);
        feed.handler(m -> {
            messages.add(m);
            feed.close();
        });

        heard(feed);
        emit(exchange, 0, 10);

        eventually(() -> feed.state() == FeedState.CLOSED && exchange.lines().isEmpty());
        assertThat(texts()).containsExactly("0");
    }

    @Test
    void shouldTakeEveryHandlerAwayAgain() {
        ExchangeSimulator exchange = exchange(quiet());
        WsPool feed = openPool(exchange);
        Queue<String> taken = new ConcurrentLinkedQueue<>();
        feed.stream().handler(m -> taken.add(m.asText()));
        int before = events.size();
        feed.handler(null).eventHandler(null);

        heard(feed);
        emit(exchange, 0, 1);
        eventually(() -> taken.size() == 1);
        join(feed.close());

        assertThat(messages).isEmpty();
        assertThat(events).hasSize(before);
    }
}
