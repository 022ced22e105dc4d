package io.firstline.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.bus.Addresses;
import io.firstline.bus.FeedSink;
import io.firstline.config.feed.FeedConfig;
import io.firstline.feed.report.FeedEvent;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.stream.FeedMessage;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A second place, beside the event bus, to which a feed publishes. */
class FeedSinkTest extends BusTestBase {
    private final Queue<FeedMessage> sunk = new ConcurrentLinkedQueue<>();
    private final List<FeedEvent> reported = new CopyOnWriteArrayList<>();

    private final FeedSink sink = new FeedSink() {
        @Override
        public void publish(FeedMessage message) {
            sunk.add(message);
        }

        @Override
        public void publish(FeedEvent event) {
            reported.add(event);
        }
    };

    private static void emit(ExchangeSimulator exchange, int from, int to) {
        IntStream.range(from, to).forEach(n -> exchange.emit(TRADE, Integer.toString(n)));
    }

    private FeedVerticle deployed(ExchangeSimulator exchange, FeedSink... sinks) {
        FeedVerticle feed = new PoolVerticle(FeedConfig.fromJson(config("btc", exchange.url(PATH))));
        for (FeedSink each : sinks) {
            feed.publishTo(each);
        }
        join(vertx.deployVerticle(feed));
        eventuallyConnected("btc");
        return feed;
    }

    @Test
    void shouldGetWhatTheBusGets() {
        ExchangeSimulator exchange = exchange(quiet());
        Queue<FeedMessage> bus = heard(Addresses.feed("btc"));
        deployed(exchange, sink);

        emit(exchange, 0, 5);
        eventually(() -> bus.size() == 5 && sunk.size() == 5);

        assertThat(sunk).containsExactlyElementsOf(bus);
        assertThat(reported).extracting(FeedEvent::type).contains(FeedEvent.Type.CONNECTED);
    }

    @Test
    void shouldContinueThroughAnotherConfiguration() {
        ExchangeSimulator exchange = exchange(quiet());
        FeedVerticle feed = deployed(exchange, sink);
        emit(exchange, 0, 2);
        eventually(() -> sunk.size() == 2);

        join(feed.change(FeedConfig.fromJson(config("btc", exchange.url(PATH)).put("connections", 2))));
        emit(exchange, 2, 4);

        eventually(() -> sunk.size() == 4);
        assertThat(sunk).extracting(FeedMessage::sequence).containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void shouldHarmNeitherTheBusNorOtherSinksWhenItFails() {
        ExchangeSimulator exchange = exchange(quiet());
        Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        vertx.exceptionHandler(failures::add);
        Queue<FeedMessage> bus = heard(Addresses.feed("btc"));
        FeedSink broken = new FeedSink() {
            @Override
            public void publish(FeedMessage message) {
                throw new IllegalStateException("disk full");
            }

            @Override
            public void publish(FeedEvent event) {
                throw new IllegalStateException("disk full");
            }
        };
        deployed(exchange, broken, sink);

        emit(exchange, 0, 3);

        eventually(() -> bus.size() == 3 && sunk.size() == 3);
        assertThat(failures).hasSizeGreaterThanOrEqualTo(3).allMatch(e -> e.getMessage()
                .equals("disk full"));
    }
}
