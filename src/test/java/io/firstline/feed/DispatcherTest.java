package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.connection.Scheduler;
import io.firstline.connection.report.DropCause;
import io.firstline.feed.message.Dispatcher;
import io.firstline.feed.message.KeptCopy;
import io.firstline.feed.message.OutgoingCopy;
import io.firstline.feed.message.StreamWatch;
import io.firstline.stream.Overflow;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DispatcherTest extends FeedTestBase {
    private Dispatcher dispatcher;

    @BeforeEach
    void open() {
        dispatcher = new Dispatcher("f", (ContextInternal) vertx.getOrCreateContext(), Scheduler.of(vertx));
        dispatcher.handler(messages::add);
    }

    @AfterEach
    void end() {
        dispatcher.end();
    }

    private void publish(String text) {
        dispatcher.publish(copy("c", text, true, System.nanoTime()), false);
    }

    @Test
    void shouldNumberFromOneWithoutHoles() {
        publish("a");
        dispatcher.publish(copy("d", "b", false, System.nanoTime()), true);

        assertThat(messages).extracting(m -> m.sequence()).containsExactly(1L, 2L);
        assertThat(messages).extracting(m -> m.late()).containsExactly(false, true);
        assertThat(messages).extracting(m -> m.connectionId()).containsExactly("c", "d");
        assertThat(dispatcher.published()).isEqualTo(2);
    }

    @Test
    void shouldStampWithTheTimeOfArrival() {
        long arrival = System.nanoTime() - TimeUnit.SECONDS.toNanos(5);
        dispatcher.publish(copy("c", "late to be told", true, arrival), false);

        long micros = messages.element().receivedMicros();
        assertThat(Scheduler.of(vertx).epochMicros() - micros).isBetween(4_900_000L, 60_000_000L);
    }

    @Test
    void shouldPublishWhatWasReadOfTheCopy() {
        StreamWatch stream = new StreamWatch("btcusdt@trade", 1, false, null, 0);
        dispatcher.publish(copyOf(stream, 42, "{\"s\":\"BTC\"}"), false);
        dispatcher.nameStreamsAt("/s");
        dispatcher.publish(copyOf(stream, 43, "{\"s\":\"BTC\"}"), false);
        dispatcher.publish(copyOf(stream, 44, "{}"), false);
        dispatcher.nameStreamsAt("");
        dispatcher.publish(copyOf(null, 45, "{}"), false);

        assertThat(messages).extracting(m -> m.stream()).containsExactly("btcusdt@trade", "BTC", null, null);
        assertThat(messages).extracting(m -> m.identity()).containsExactly(42L, 43L, 44L, 45L);
        assertThat(messages.element().stream()).isSameAs(stream.name);
    }

    private static OutgoingCopy copyOf(StreamWatch stream, long identity, String text) {
        return new KeptCopy(
                "c",
                identity,
                text.getBytes(StandardCharsets.UTF_8),
                true,
                stream,
                OutgoingCopy.NO_NUMBER,
                OutgoingCopy.NO_NUMBER,
                false,
                false,
                0,
                OutgoingCopy.NOT_READ);
    }

    @Test
    void shouldTellDropsOnceByCause() {
        dispatcher.drop(DropCause.OVERSIZE, 1);
        dispatcher.drop(DropCause.OVERSIZE, 2);
        dispatcher.drop(DropCause.NOT_UTF8, 1);

        assertThat(dispatcher.droppedSinceReport()).isEqualTo(Map.of(DropCause.OVERSIZE, 3L, DropCause.NOT_UTF8, 1L));
        assertThat(dispatcher.droppedSinceReport()).isEmpty();
        dispatcher.drop(DropCause.NOT_UTF8, 4);
        assertThat(dispatcher.droppedSinceReport()).isEqualTo(Map.of(DropCause.NOT_UTF8, 4L));
        assertThat(dispatcher.dropped()).isEqualTo(Map.of("oversize", 3L, "not-utf8", 5L));
    }

    @Test
    void shouldTellWhatIsDroppedElsewhere() {
        AtomicLong elsewhere = new AtomicLong();
        dispatcher.countDrops(DropCause.BUS_CONSUMER_SLOW, elsewhere::get);
        assertThat(dispatcher.dropped()).isEmpty();

        elsewhere.set(5);
        assertThat(dispatcher.droppedSinceReport()).isEqualTo(Map.of(DropCause.BUS_CONSUMER_SLOW, 5L));
        elsewhere.set(7);

        assertThat(dispatcher.droppedSinceReport()).isEqualTo(Map.of(DropCause.BUS_CONSUMER_SLOW, 2L));
        assertThat(dispatcher.droppedSinceReport()).isEmpty();
        assertThat(dispatcher.dropped()).isEqualTo(Map.of("bus-consumer-slow", 7L));
    }

    @Test
    void shouldCountWhatItsStreamsDrop() {
        dispatcher.attach(dispatcher.stream(1, Overflow.DROP_NEWEST));
        publish("a");
        publish("b");

        assertThat(dispatcher.dropped()).isEqualTo(Map.of("consumer-full", 1L));
        assertThat(Vertx.currentContext()).isNull();
    }

    private static OutgoingCopy copy(String by, String text, boolean isText, long arrivalNanos) {
        return new KeptCopy(
                by,
                0,
                text.getBytes(StandardCharsets.UTF_8),
                isText,
                null,
                OutgoingCopy.NO_NUMBER,
                OutgoingCopy.NO_NUMBER,
                false,
                false,
                arrivalNanos,
                OutgoingCopy.NOT_READ);
    }
}
