package io.firstline.feed.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.venue.Formats;
import io.firstline.config.venue.MessageFormat;
import io.firstline.payload.Payload;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StreamTableTest {
    private static final long SECOND = 1_000_000_000L;

    private final StreamTable table = new StreamTable(List.of("bye"));
    private final MessageReader reader = new MessageReader(
            Formats.replying(List.of("/e", "/s"), List.of("bye"), "/id", List.of("/code", "/error/msg"), 1), table);
    private final ArrivingCopy copy = new ArrivingCopy();
    private final List<String> replies = new ArrayList<>();

    private static Payload payload(String json) {
        return new Payload().over(Buffer.buffer(json), true);
    }

    @Test
    void shouldTellStreamsAndKindsThatDifferOnlyInADigit() {
        for (int i = 0; i < 5; i++) {
            assertThat(watch("{\"e\":\"trade\",\"s\":\"A1\",\"n\":" + (10 + i) + "}").name)
                    .isEqualTo("trade A1");
            assertThat(watch("{\"e\":\"trade\",\"s\":\"A2\",\"n\":" + (10 + i) + "}").name)
                    .isEqualTo("trade A2");
        }
    }

    private StreamWatch watch(String json) {
        reader.read(copy.of("c", payload(json), 0), new MessageReader.Replies() {
            @Override
            public boolean replied(Reply reply) {
                replies.add(reply.id() + " " + reply.refusal());
                return true;
            }

            @Override
            public void erred(String stream, String words) {
                throw new AssertionError(words);
            }

            @Override
            public LearnedIds ids() {
                throw new AssertionError("the profile has no ids");
            }

            @Override
            public String streamOfRequest(long id) {
                throw new AssertionError("the profile has no ids");
            }

            @Override
            public void ready() {}

            @Override
            public void numbered(long number) {}

            @Override
            public void asked(Question question) {}
        });
        return copy.streamWatch();
    }

    private static String trade(String symbol) {
        return "{\"s\":\"" + symbol + "\",\"e\":\"trade\"}";
    }

    @Test
    void shouldNameAStreamByTheValuesThatAreThere() {
        StreamWatch trade = watch(trade("BTC"));

        assertThat(trade.name).isEqualTo("trade BTC");
        assertThat(watch("{\"e\":\"trade\",\"p\":1,\"s\":\"BTC\"}")).isSameAs(trade);
        assertThat(watch(trade("ETH"))).isNotSameAs(trade);
        assertThat(watch("{\"s\":\"BTC\"}").name).isEqualTo("BTC");
        assertThat(watch("{\"e\":\"bye\"}").announcesShutdown).isTrue();
        assertThat(table.named("trade ETH")).isSameAs(watch(trade("ETH")));
        assertThat(table.named("x")).isNull();
    }

    @Test
    void shouldTakeNoNameThatIsNoneForAStream() {
        String longest = "x".repeat(StreamTable.MAX_NAME);

        assertThat(watch("{\"s\":\"" + longest + "\"}")).isNotNull();
        assertThat(watch("{\"s\":\"" + longest + "x\"}")).isNull();
        assertThat(watch("{\"s\":\"\"}")).as("no name, like none").isNull();
        assertThat(watch("{\"s\":\" \"}")).isNull();
        assertThat(watch("{\"s\":\"a\\nb\"}")).isNull();

        assertThat(table.all()).hasSize(1);
        assertThat(table.ignored().values()).containsExactly(3L);
    }

    @Test
    void shouldTellRepliesAndRefusals() {
        assertThat(watch("{\"result\":null,\"id\":7}")).isNull();
        assertThat(copy.kind()).isEqualTo(ArrivingCopy.Kind.CONTROL);
        assertThat(watch("{\"error\":{\"msg\":\"no such stream\"},\"id\":8}")).isNull();
        assertThat(watch("{\"id\":null}")).isNull();
        assertThat(copy.kind()).isEqualTo(ArrivingCopy.Kind.DATA);
        assertThat(replies).containsExactly("7 null", "8 no such stream");
        assertThat(reader.control()).isEqualTo(2);
        assertThat(reader.copies()).isEqualTo(3);
    }

    @Test
    void shouldSeeNothingInWhatItCannotRead() {
        assertThat(watch("no JSON")).isNull();
        assertThat(reader.malformed()).isOne();
        MessageReader blind = new MessageReader(MessageFormat.NONE, table);
        blind.read(copy.of("c", payload(trade("BTC")), 0), null);
        assertThat(copy.streamWatch()).isNull();
        assertThat(copy.kind()).isEqualTo(ArrivingCopy.Kind.DATA);
        assertThat(blind.malformed()).isZero();
        assertThat(blind.expectsJson()).isFalse();
        assertThat(blind.layout().knowsStreams()).isFalse();
    }

    @Test
    void shouldForgetTheCopyBefore() {
        watch(trade("BTC"));
        assertThat(copy.streamWatch()).isNotNull();
        watch("{\"error\":{\"msg\":\"no\"},\"id\":8}");
        assertThat(copy.streamWatch()).isNull();
        assertThat(copy.isNumbered()).isFalse();
    }

    @Test
    void shouldWatchOnlySoManyStreams() {
        for (int i = 0; i < StreamTable.MAX_STREAMS; i++) {
            assertThat(watch(trade("S" + i))).isNotNull();
        }
        assertThat(watch(trade("one more"))).isNull();
        assertThat(watch(trade("S0"))).isNotNull();
        assertThat(table.ignored().values()).containsExactly(1L);
        assertThat(table.all()).hasSize(StreamTable.MAX_STREAMS);
    }

    private void publish(StreamWatch stream, long nowNanos, int by, int... broughtBy) {
        table.published(stream, by, nowNanos);
        for (int slot : broughtBy) {
            stream.brought(slot);
        }
    }

    @Test
    void shouldFindTheConnectionThatBringsNothingOfAStreamWhileOthersDo() {
        table.joined(0);
        table.joined(1);
        StreamWatch stream = watch(trade("BTC"));
        publish(stream, 0, 0, 1);
        for (int i = 1; i < 5; i++) {
            publish(stream, i * SECOND, 0);
            assertThat(stream.isSilentIn(1)).as("only %d messages", i).isFalse();
        }
        publish(stream, 5 * SECOND, 0);

        assertThat(table.any(s -> s.isSilentIn(1))).contains(stream);
        assertThat(table.any(s -> s.isSilentIn(0))).isEmpty();
        stream.brought(1);
        assertThat(stream.isSilentIn(1)).isFalse();
    }

    @Test
    void shouldNotAccuseALineThatIsOnlyAMomentBehindInABurst() {
        table.joined(0);
        table.joined(1);
        StreamWatch stream = watch(trade("BTC"));
        publish(stream, 0, 0, 1);
        for (int i = 0; i < 1_000; i++) {
            publish(stream, 60 * SECOND + i * 900_000L, 0);
        }

        assertThat(stream.isSilentIn(1)).isFalse();
    }

    @Test
    void shouldAskOfANewcomerOnlyWhatOthersBroughtSince() {
        table.joined(0);
        StreamWatch stream = watch(trade("BTC"));
        StreamWatch quiet = watch(trade("ETH"));
        publish(stream, 0, 0);
        publish(stream, 0, 0);
        publish(quiet, 0, 0);
        publish(quiet, 0, 0);
        table.joined(1);
        assertThat(table.any(s -> s.isLackingIn(1))).isEmpty();

        publish(stream, 1, 0);
        assertThat(stream.isLackingIn(1)).as("one may have come too early").isFalse();
        publish(stream, 2, 0);
        assertThat(table.any(s -> s.isLackingIn(1))).contains(stream);
        publish(stream, 3, 0, 1);
        assertThat(table.any(s -> s.isLackingIn(1))).isEmpty();
        table.parted(1);
        publish(stream, 4, 0);
    }
}
