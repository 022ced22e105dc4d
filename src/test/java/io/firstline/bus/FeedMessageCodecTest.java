package io.firstline.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firstline.stream.FeedMessage;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The form of a message on the way to other nodes. */
class FeedMessageCodecTest {
    private final FeedMessageCodec codec = new FeedMessageCodec();

    private FeedMessage roundTrip(FeedMessage message, int offset) {
        Buffer wire = Buffer.buffer(new byte[offset]);
        codec.encodeToWire(wire, message);
        wire.appendString("what follows on the wire");
        return codec.decodeFromWire(offset, wire);
    }

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void shouldComeBackAsItWas(boolean text, boolean late) {
        FeedMessage message = new FeedMessage(
                "btc", Long.MAX_VALUE, "btc-7", 1_700_000_000_123_456L, Buffer.buffer("{\"p\":1}"), text, late);

        assertThat(roundTrip(message, 0)).isEqualTo(message);
        assertThat(roundTrip(message, 17)).isEqualTo(message); // in the middle of a larger buffer
    }

    @Test
    void shouldCarryAnEmptyPayloadAndNamesInAnyScript() {
        FeedMessage message = new FeedMessage("börse-東京-🚀", 1, "ß", 0, Buffer.buffer(), true, false);

        assertThat(roundTrip(message, 3)).isEqualTo(message);
    }

    @Test
    void shouldCarryAnyMessage() {
        long seed = System.nanoTime();
        System.out.println("FeedMessageCodecTest seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            byte[] payload = new byte[random.nextInt(random.nextInt(20) == 0 ? 100_000 : 300)];
            random.nextBytes(payload);
            FeedMessage message = new FeedMessage(
                    anyText(random),
                    random.nextInt(),
                    random.nextLong(),
                    anyText(random),
                    random.nextLong(),
                    random.nextBoolean() ? null : anyText(random),
                    random.nextLong(),
                    Buffer.buffer(payload),
                    random.nextBoolean(),
                    random.nextBoolean());
            assertThat(roundTrip(message, random.nextInt(50)))
                    .as("seed %d, message %d", seed, i)
                    .isEqualTo(message);
        }
    }

    private static String anyText(Random random) {
        return random.ints(random.nextInt(64), 1, 0x10_000)
                .filter(c -> !Character.isSurrogate((char) c))
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    @Test
    void shouldHaveTheFormItsDocumentationTells() {
        Buffer wire = Buffer.buffer();
        codec.encodeToWire(wire, new FeedMessage("f", 5, 2, "c-1", 3, "s@t", 7, Buffer.buffer("xyz"), true, true));

        assertThat(wire).isEqualTo(form(0b111, 7).appendInt(3).appendString("s@t"));
    }

    private static Buffer form(int flags, long identity) {
        return Buffer.buffer()
                .appendByte((byte) 2)
                .appendByte((byte) flags)
                .appendInt(5)
                .appendLong(2)
                .appendLong(3)
                .appendLong(identity)
                .appendInt(1)
                .appendString("f")
                .appendInt(3)
                .appendString("c-1")
                .appendInt(3)
                .appendString("xyz");
    }

    @Test
    void shouldUnderstandANodeThatWritesNeitherStreamNorTheIdentityOfBytes() {
        FeedMessage message = codec.decodeFromWire(0, form(0b11, 0));

        assertThat(message).isEqualTo(new FeedMessage("f", 5, 2, "c-1", 3, null, 0, Buffer.buffer("xyz"), true, true));
        assertThat(message.identity()).isNotZero();
        assertThat(message.stream()).isNull();
    }

    @Test
    void shouldWriteTheStreamWhereSuchANodeReadsNothing() {
        Buffer wire = Buffer.buffer();
        codec.encodeToWire(wire, new FeedMessage("f", 5, 2, "c-1", 3, "s", 7, Buffer.buffer("xyz"), true, true));

        Buffer known = form(0b111, 7);
        assertThat(wire.slice(0, known.length())).isEqualTo(known);
    }

    @Test
    void shouldShareOneStringBetweenTheMessagesOfAStream() {
        FeedMessage message = new FeedMessage("f", 5, 2, "c", 3, "s", 7, Buffer.buffer("x"), true, true);

        FeedMessage first = roundTrip(message, 0);
        FeedMessage second = roundTrip(message, 0);

        assertThat(second.stream()).isSameAs(first.stream()).isNotSameAs(message.stream());
        assertThat(second.feed()).isSameAs(first.feed());
    }

    @Test
    void shouldRefuseAStreamThatIsLongerThanTheMessage() {
        Buffer wire = form(0b111, 7).appendInt(100).appendString("s");

        assertThatThrownBy(() -> codec.decodeFromWire(0, wire))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("feed message with a part of 100 bytes, there are 1");
    }

    @Test
    void shouldRefuseAFormItDoesNotKnow() {
        Buffer wire = Buffer.buffer();
        codec.encodeToWire(wire, new FeedMessage("f", 2, "c-1", 3, Buffer.buffer("xyz"), true, true));
        wire.setByte(0, (byte) 3);

        assertThatThrownBy(() -> codec.decodeFromWire(0, wire))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("feed message in form 3, this node knows 2");
    }

    @Test
    void shouldHandOverTheSameInstanceOnOneNode() {
        FeedMessage message = new FeedMessage("f", 2, "c-1", 3, Buffer.buffer("xyz"), true, true);

        assertThat(codec.transform(message)).isSameAs(message);
        assertThat(codec.systemCodecID()).isEqualTo((byte) -1);
        assertThat(codec.name()).isEqualTo(FeedMessageCodec.NAME);
    }

    @Test
    void shouldBeRegisteredAsOftenAsAnybodyLikes() {
        Vertx vertx = Vertx.vertx();
        FeedMessageCodec.register(vertx);
        FeedMessageCodec.register(vertx);
        vertx.close();
    }
}
