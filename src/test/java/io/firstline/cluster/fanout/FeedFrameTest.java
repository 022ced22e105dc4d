package io.firstline.cluster.fanout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firstline.stream.FeedMessage;
import io.netty.buffer.ByteBufUtil;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The form of many messages on the way to other nodes, and what a stranger may send instead. */
class FeedFrameTest {
    private static final String ADDRESS = "firstline.feed.btc";

    private final FeedFrameReader reader = new FeedFrameReader();

    private static FeedMessage message(long sequence, String stream, byte[] payload) {
        return new FeedMessage(
                "btc", 3, sequence, "btc-1", 1_700_000_000_123_456L, stream, 7, Buffer.buffer(payload), true, false);
    }

    private static FeedFrame frame(String address, String line, List<Object> bodies) {
        FeedFrame frame = new FeedFrame(address, line, 16);
        bodies.forEach(frame::add);
        return frame;
    }

    private static byte[] bytes(FeedFrame frame) {
        byte[] all = ByteBufUtil.getBytes(frame.data());
        assertThat(all).hasSize(frame.length());
        assertThat(ByteBuffer.wrap(all).getInt()).isEqualTo(frame.length() - Integer.BYTES);
        assertThat(all[Integer.BYTES]).isEqualTo(FeedFrame.MESSAGES);
        return Arrays.copyOfRange(all, Integer.BYTES + 1, all.length);
    }

    private List<Object> read(byte[] frame) {
        List<Object> bodies = new ArrayList<>();
        reader.read(frame, 0, frame.length, (address, line, body) -> bodies.add(body));
        return bodies;
    }

    @Test
    void shouldCarryMessagesOfAllKindsInOrder() {
        List<Object> bodies = List.of(
                message(1, "trade", new byte[200]),
                message(2, null, new byte[0]),
                Buffer.buffer("{\"p\":1}"),
                new JsonObject().put("sequence", 7),
                new FeedMessage("btc", -1, 3, "btc-2", -1, "book", -7, Buffer.buffer("x"), false, true),
                message(4, "trade", new byte[100_000]));

        FeedFrame frame = frame(ADDRESS, "10.0.0.1:5701/7", bodies);

        assertThat(frame.messages()).isEqualTo(6);
        List<String> heads = new ArrayList<>();
        byte[] data = bytes(frame);
        reader.read(data, 0, data.length, (address, line, body) -> heads.add(address + " " + line));
        assertThat(heads).hasSize(6).containsOnly(ADDRESS + " 10.0.0.1:5701/7");
        assertThat(read(data)).isEqualTo(bodies);
    }

    @Test
    void shouldWriteANameOnce() {
        int one = frame(ADDRESS, null, List.of(message(1, "btcusdt@trade", new byte[0])))
                .length();
        FeedFrame two = frame(
                ADDRESS,
                null,
                List.of(message(1, "btcusdt@trade", new byte[0]), message(2, "btcusdt@trade", new byte[0])));

        assertThat(two.length() - one).isEqualTo(FeedFrame.HEAD + 3 * Short.BYTES + Integer.BYTES);
    }

    @Test
    void shouldKeepShortNamesOnly() {
        FeedMessage first = (FeedMessage) read(stream("trade")).get(0);
        FeedMessage again = (FeedMessage) read(stream("trade")).get(0);
        assertThat(again.stream()).isSameAs(first.stream());

        FeedMessage longOne = (FeedMessage) read(stream("x".repeat(1_000))).get(0);
        FeedMessage longAgain = (FeedMessage) read(stream("x".repeat(1_000))).get(0);
        assertThat(longAgain.stream()).isEqualTo(longOne.stream()).isNotSameAs(longOne.stream());
    }

    private static byte[] stream(String stream) {
        return bytes(frame(ADDRESS, null, List.of(message(1, stream, new byte[0]))));
    }

    @Test
    void shouldHaveNoLineUnlessOneIsGiven() {
        byte[] data = bytes(frame(ADDRESS, null, List.of(Buffer.buffer("x"))));

        reader.read(
                data, 0, data.length, (address, line, body) -> assertThat(line).isNull());
    }

    @ParameterizedTest
    @ValueSource(strings = {"firstline.feed.btc.command", "firstline.feed.btc.trade", "firstline.cluster.a:1", "a", ""})
    void shouldRejectAnAddressThatIsNotSentInFrames(String address) {
        byte[] data = bytes(frame(address, null, List.of(Buffer.buffer("x"))));

        assertThatThrownBy(() -> read(data)).hasMessage("found an address that is not a feed's");
    }

    /** It bounds how long one frame keeps an event loop busy. */
    @Test
    void shouldRejectAMessageBehindTheLongestFrame() {
        Buffer longest = Buffer.buffer(new byte[FeedFrame.MOST_BYTES]);
        assertThat(read(bytes(frame(ADDRESS, null, List.of(longest)))))
                .as("a long message alone")
                .hasSize(1);

        byte[] data = bytes(frame(ADDRESS, null, List.of(longest, Buffer.buffer("x"))));

        assertThatThrownBy(() -> read(data)).hasMessageContaining("a message behind the first bytes of a frame");
    }

    @Test
    void shouldRejectAnyDamageWithoutAnotherFailure() {
        long seed = System.nanoTime();
        System.out.println("FeedFrameTest seed " + seed);
        Random random = new Random(seed);
        byte[] sound = bytes(frame(
                ADDRESS,
                "a:1/2",
                List.of(
                        message(1, "trade", "{\"p\":1}".getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                        new JsonObject().put("a", 1),
                        Buffer.buffer("abc"))));
        int rejected = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] damaged = Arrays.copyOf(sound, random.nextBoolean() ? sound.length : random.nextInt(sound.length));
            for (int k = random.nextInt(4); k > 0 && damaged.length > 0; k--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try {
                read(damaged);
            } catch (IllegalArgumentException e) {
                rejected++;
            }
        }
        assertThat(rejected).isGreaterThan(5_000);
    }
}
