package io.firstline.feed.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.venue.Formats;
import io.firstline.config.venue.MessageContent;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.PayloadEncoding;
import io.firstline.config.venue.StreamNaming;
import io.firstline.config.venue.Venue;
import io.firstline.feed.clock.EventTimeReader;
import io.firstline.payload.Payload;
import io.vertx.core.buffer.Buffer;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KnownFramesTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final int ITEMS = 3;
    private static final MessageFormat USDM = Venue.find("binance-usdm", null).format();

    private final StreamTable streams = new StreamTable(List.of());
    private MessageReader reader = new MessageReader(USDM, streams, MessageReader.KNOWN_FRAMES);
    private ArrivingCopy copy = reader.newCopy((frame, items, item) -> frame);
    private long nowNanos = 7;

    private void use(MessageFormat format) {
        reader = new MessageReader(format, streams, MessageReader.KNOWN_FRAMES);
        copy = reader.newCopy((frame, items, item) -> frame);
    }

    /** Returns whether the frame was known. */
    private boolean arrives(String text, boolean isText) {
        copy.of("c", new Payload().over(Buffer.buffer(text), isText), nowNanos);
        if (reader.recalls(copy, Integer.MAX_VALUE)) {
            return true;
        }
        reader.read(copy, null);
        reader.remember(copy);
        return false;
    }

    private boolean arrives(String text) {
        return arrives(text, true);
    }

    private static String trade(long number) {
        return "{\"stream\":\"btcusdt@trade\",\"data\":{\"e\":\"trade\",\"t\":" + number + "}}";
    }

    @Test
    void shouldFillInWhatReadingFound() {
        assertThat(arrives(trade(5))).isFalse();
        long key = copy.key;
        long content = copy.content();
        StreamWatch stream = copy.streamWatch();
        arrives(trade(6));
        nowNanos += SECOND;

        assertThat(arrives(trade(5))).isTrue();
        assertThat(stream.lastNanos())
                .as("a late copy too shows that the stream is alive")
                .isEqualTo(nowNanos);
        assertThat(copy.streamWatch()).isSameAs(stream);
        assertThat(copy.key).isEqualTo(key).isNotZero();
        assertThat(copy.content()).isEqualTo(content).isNotZero();
        assertThat(copy.first).isEqualTo(5);
        assertThat(copy.last).isEqualTo(5);
        assertThat(copy.kind()).isEqualTo(ArrivingCopy.Kind.DATA);
        assertThat(copy.message().bytes()).asString().isEqualTo(trade(5));
        assertThat(reader.copies()).isEqualTo(3);
        assertThat(reader.reads()).isEqualTo(2);
    }

    @Test
    void shouldKeepTheIdentityOfMessagesWithoutAKey() {
        String text = "{\"stream\":\"btcusdt@kline_1m\",\"data\":{}}";
        arrives(text);
        long identity = copy.identity();

        assertThat(arrives(text)).isTrue();
        assertThat(copy.key).isZero();
        assertThat(copy.message().identity())
                .as("other processes compute the same")
                .isEqualTo(identity)
                .isEqualTo(NameHash.of(text));
    }

    @Test
    void shouldTellTextFromBinary() {
        use(Formats.with(Map.of(
                "naming",
                StreamNaming.at(List.of("/stream")),
                "content",
                new MessageContent(PayloadEncoding.MSGPACK, List.of(), List.of()))));
        arrives(trade(5));

        assertThat(arrives(trade(5), false)).isFalse();
    }

    /** The same pass finds it; a known frame is rarely published, and then read for it. */
    @Test
    void shouldReadTheTimeOfTheEventOnce() {
        String text = "{\"stream\":\"btcusdt@trade\",\"data\":{\"t\":5,\"E\":1700000000123}}";
        arrives(text);
        assertThat(copy.message().eventMicros()).isBetween(1_700_000_000_123_000L, 1_700_000_000_123_999L);
        arrives(trade(6));
        assertThat(copy.message().eventMicros()).isEqualTo(EventTimeReader.NO_TIME);

        assertThat(arrives(text)).isTrue();
        assertThat(copy.message().eventMicros()).isEqualTo(OutgoingCopy.NOT_READ);
    }

    /** Connections may have different limits. */
    @Test
    void shouldNotKnowAFrameWithATooLongMessage() {
        Payload frame = new Payload().over(Buffer.buffer("compressed"), false);
        int length = trade(5).length();
        copy.of("c", frame, nowNanos);
        assertThat(reader.recalls(copy, length)).isFalse();
        reader.read(copy.message(new Payload().over(Buffer.buffer(trade(5)), true)), null);
        reader.remember(copy);

        copy.of("c", frame, nowNanos);
        assertThat(reader.recalls(copy, length - 1)).isFalse();
        assertThat(reader.recalls(copy, length)).isTrue();
        assertThat(copy.bytes()).isEqualTo(length);
    }

    /** Reading them has other effects, or may have. */
    @ParameterizedTest
    @ValueSource(strings = {"{\"id\":1,\"result\":null}", "{\"code\":2,\"msg\":\"no\"}", "{\"x\":1}", "{", "pong"})
    void shouldReadWhatIsNoDataOfAStream(String text) {
        use(new MessageFormat(
                USDM.naming(),
                USDM.classes(),
                USDM.content(),
                USDM.control(),
                io.firstline.config.venue.Acks.NONE,
                io.firstline.config.venue.Notices.NONE,
                USDM.times(),
                USDM.protocol()));
        arrives(text);

        assertThat(arrives(text)).isFalse();
    }

    /** What such a message means depends on its connection. */
    @Test
    void shouldReadEachCopyWhereConnectionsDiffer() {
        for (MessageFormat format : List.of(
                Formats.with(Map.of(
                        "naming",
                        StreamNaming.at(List.of("/stream")),
                        "content",
                        new MessageContent(PayloadEncoding.NONE, List.of(), List.of("/data/n")))),
                MessageFormat.NONE)) {
            use(format);
            arrives(trade(5));

            assertThat(arrives(trade(5))).isFalse();
        }
    }

    /** A feed with few messages stays with few places, however long it lives. */
    @Test
    void shouldGrowOnlyWhileItForgetsYoungFrames() {
        KnownFrames known = new KnownFrames(streams, MessageReader.KNOWN_FRAMES);
        for (int i = 0; i < 100_000; i++) {
            keep(known, i, i * SECOND / 20);
        }
        assertThat(known.size()).isEqualTo(KnownFrames.FEWEST);

        for (int i = 0; i < 100_000; i++) {
            keep(known, i, 6_000 * SECOND + i * SECOND / 1_000);
        }
        assertThat(known.size()).isBetween(512, 2_048);

        for (int i = 0; i < 200_000; i++) {
            keep(known, i, 7_000 * SECOND + i * SECOND / 100_000);
        }
        assertThat(known.size()).isEqualTo(MessageReader.KNOWN_FRAMES);
    }

    @Test
    void shouldForgetNothingWhenItGrows() {
        arrives(trade(0)); // there is a stream
        KnownFrames known = new KnownFrames(streams, MessageReader.KNOWN_FRAMES);
        for (int number = 1; number <= 10_000; number++) {
            int before = known.size();
            keep(known, number, number);
            if (known.size() > before) {
                int held = 0;
                for (int each = 1; each <= number; each++) {
                    held += known.fill(framed(each, 0), Integer.MAX_VALUE) ? 1 : 0;
                }
                assertThat(held).isGreaterThan(before / 2);
            }
        }
        assertThat(known.fill(framed(10_000, 0), Integer.MAX_VALUE)).isTrue();
    }

    @Test
    void shouldFillInNothingButWhatWasKept() {
        long seed = System.nanoTime();
        System.out.println("KnownFramesTest seed " + seed);
        Random random = new Random(seed);
        KnownFrames known = new KnownFrames(streams, 256);
        Set<Integer> kept = new HashSet<>();
        int found = 0;
        int forgotten = 0;
        for (int i = 0; i < 20_000; i++) {
            int number = i / 20 + random.nextInt(20);
            if (random.nextInt(3) == 0) {
                keep(known, number, i);
                kept.add(number);
            } else if (known.fill(framed(number, i), Integer.MAX_VALUE)) {
                assertThat(kept).contains(number);
                assertThat(copy.key).isEqualTo(number);
                assertThat(copy.hashOfMessage()).isEqualTo(number + 1L);
                found++;
            } else if (kept.contains(number)) {
                forgotten++;
            }
        }
        assertThat(found).isGreaterThan(100 * forgotten).isGreaterThan(5_000);
    }

    /** It would find the frame, and then not its items. */
    @Test
    void shouldKnowTheItemsOfEachFrameThatItKnows() {
        long seed = System.nanoTime();
        System.out.println("KnownFramesTest seed " + seed);
        Random random = new Random(seed);
        arrives(trade(0)); // there is a stream
        KnownFrames known = new KnownFrames(streams, 64);
        int found = 0;
        for (int i = 0; i < 20_000; i++) {
            int number = i / 10 + random.nextInt(10);
            if (random.nextInt(3) == 0) {
                keepCut(known, number);
            } else if (known.fill(framed(number, i), Integer.MAX_VALUE)) {
                found++;
                long frame = copy.frameHash();
                for (int item = 0; item < ITEMS; item++) {
                    assertThat(known.fill(copy.itemOf(frame, item), Integer.MAX_VALUE))
                            .as("item %d", item)
                            .isTrue();
                    assertThat(copy.key).isEqualTo((long) ITEMS * number + item);
                }
            }
        }
        assertThat(found).isGreaterThan(2_000);
    }

    private void keepCut(KnownFrames known, int number) {
        framed(number, 0).in(streams.numbered(0));
        known.keep(copy, ITEMS);
        long frame = copy.frameHash();
        for (int item = 0; item < ITEMS; item++) {
            copy.itemOf(frame, item);
            copy.key = (long) ITEMS * number + item;
            known.keep(copy, 1);
        }
    }

    private void keep(KnownFrames known, int number, long nanos) {
        if (copy.streamWatch() == null) {
            arrives(trade(0));
        }
        StreamWatch stream = streams.numbered(0);
        ArrivingCopy kept = framed(number, nanos);
        kept.in(stream);
        kept.key = number;
        kept.hash = number + 1L;
        known.keep(kept, 1);
    }

    /** A frame of a hash that is spread as real ones are. */
    private ArrivingCopy framed(int number, long nanos) {
        copy.of("c", new Payload().over(Buffer.buffer(trade(1)), true), nanos);
        long mixed = (number + 1L) * 0x9E3779B97F4A7C15L;
        copy.frame(mixed ^ mixed >>> 32);
        return copy;
    }
}
