package io.firstline.cluster.fanout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firstline.stream.FeedMessage;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The form of many messages on the way to other nodes, and what a stranger may send instead. */
class FeedFrameTest {
    private static final String ADDRESS = "firstline.feed.btc";

    private final FeedFrame frames = new FeedFrame();

    private static FeedMessage message(long sequence, String stream, byte[] payload) {
        return new FeedMessage(
                "btc", 3, sequence, "btc-1", 1_700_000_000_123_456L, stream, 7, Buffer.buffer(payload), true, false);
    }

    private List<Object> read(Buffer frame) {
        List<Object> bodies = new ArrayList<>();
        frames.read(frame, FeedFrame.head(frame).end(), bodies::add);
        return bodies;
    }

    @Test
    void shouldCarryMessagesOfAllKindsInOrder() {
        List<Object> bodies = List.of(
                message(1, "trade", new byte[200]),
                message(2, null, new byte[0]),
                Buffer.buffer("{\"p\":1}"),
                new JsonObject().put("sequence", 7),
                message(3, "trade", new byte[100_000]));
        Buffer frame = FeedFrame.begin(ADDRESS, "10.0.0.1:5701/7", 16);

        bodies.forEach(body -> frames.add(frame, body));

        assertThat(FeedFrame.head(frame).address()).isEqualTo(ADDRESS);
        assertThat(FeedFrame.head(frame).line()).isEqualTo("10.0.0.1:5701/7");
        assertThat(read(frame)).isEqualTo(bodies);
    }

    @Test
    void shouldHaveNoLineUnlessOneIsGiven() {
        assertThat(FeedFrame.head(FeedFrame.begin(ADDRESS, null, 16)).line()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"firstline.feed.btc.command", "firstline.feed.btc.trade", "firstline.cluster.a:1", "a", ""})
    void shouldRejectAnAddressThatIsNotSentInFrames(String address) {
        assertThatThrownBy(() -> FeedFrame.head(FeedFrame.begin(address, null, 16)))
                .hasMessage("found an address that is not a feed's");
    }

    @Test
    void shouldRejectAnotherVersion() {
        Buffer frame = FeedFrame.begin(ADDRESS, null, 16).setByte(0, (byte) 2);

        assertThatThrownBy(() -> FeedFrame.head(frame)).hasMessage("found another version than 1");
        assertThatThrownBy(() -> FeedFrame.head(Buffer.buffer())).hasMessage("found another version than 1");
    }

    /** It bounds how long one frame keeps an event loop busy. */
    @Test
    void shouldRejectAMessageBehindTheLongestFrame() {
        Buffer frame = FeedFrame.begin(ADDRESS, null, 16);
        frames.add(frame, Buffer.buffer(new byte[FeedFrame.MOST_BYTES]));
        assertThat(read(frame)).as("a long message alone").hasSize(1);

        frames.add(frame, Buffer.buffer("x"));

        assertThatThrownBy(() -> read(frame)).hasMessageContaining("a message behind the first 1048576 bytes");
    }

    @Test
    void shouldRejectAnyDamageWithoutAnotherFailure() {
        long seed = System.nanoTime();
        System.out.println("FeedFrameTest seed " + seed);
        Random random = new Random(seed);
        Buffer sound = FeedFrame.begin(ADDRESS, "a:1/2", 16);
        frames.add(sound, message(1, "trade", "{\"p\":1}".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        frames.add(sound, new JsonObject().put("a", 1));
        frames.add(sound, Buffer.buffer("abc"));
        int rejected = 0;
        for (int i = 0; i < 20_000; i++) {
            Buffer damaged = sound.getBuffer(0, random.nextBoolean() ? sound.length() : random.nextInt(sound.length()));
            for (int k = random.nextInt(4); k > 0 && damaged.length() > 0; k--) {
                damaged.setByte(random.nextInt(damaged.length()), (byte) random.nextInt());
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
