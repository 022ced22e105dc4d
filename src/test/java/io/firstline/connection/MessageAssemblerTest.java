package io.firstline.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.connection.report.DropCause;
import io.firstline.payload.Payload;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageAssemblerTest {
    private static final int LIMIT = 20;

    private final List<Buffer> payloads = new ArrayList<>();
    private final List<String> events = new ArrayList<>();
    private final MessageAssembler assembler = new MessageAssembler(LIMIT, new MessageAssembler.Sink() {
        @Override
        public void message(Payload message) {
            Buffer payload = message.toBuffer();
            boolean text = message.isText();
            payloads.add(payload);
            events.add((text ? "text " : "binary ") + payload);
        }

        @Override
        public void dropped(DropCause cause, long bytes) {
            events.add(cause.label() + " " + bytes);
        }

        @Override
        public void endless(String what) {
            events.add("endless");
        }
    });

    private void text(boolean last, String payload) {
        assembler.onFrame(true, true, last, Buffer.buffer(payload));
    }

    private void binary(boolean last, byte... payload) {
        assembler.onFrame(true, false, last, Buffer.buffer(payload));
    }

    private void more(boolean last, String payload) {
        assembler.onFrame(false, false, last, Buffer.buffer(payload));
    }

    private void more(boolean last, byte... payload) {
        assembler.onFrame(false, false, last, Buffer.buffer(payload));
    }

    @Test
    void shouldPassASingleFrameOnWithoutCopy() {
        Buffer payload = Buffer.buffer("hello");
        assembler.onFrame(true, true, true, payload);

        assertThat(events).containsExactly("text hello");
        payload.setByte(0, (byte) 'j');
        assertThat(payloads.get(0)).as("over the same bytes").hasToString("jello");
    }

    @Test
    void shouldPutFragmentsTogether() {
        text(false, "a");
        more(false, "b");
        more(true, "c");
        binary(false, (byte) '1');
        more(true, "2");
        text(true, "next");

        assertThat(events).containsExactly("text abc", "binary 12", "text next");
    }

    @Test
    void shouldTakeEmptyFragmentsAnywhere() {
        text(false, "");
        more(false, "");
        more(false, "middle");
        more(true, "");
        text(false, "");
        more(true, "");
        text(true, "");
        text(true, "next");

        assertThat(events).containsExactly("text middle", "text ", "text ", "text next");
    }

    @Test
    void shouldTakeWhatIsExactlyAtTheLimit() {
        text(true, "x".repeat(LIMIT));
        text(false, "x".repeat(LIMIT - 1));
        more(true, "x");

        assertThat(events).containsExactly("text " + "x".repeat(LIMIT), "text " + "x".repeat(LIMIT));
    }

    @Test
    void shouldDropAnOversizeMessageAsAWhole() {
        text(false, "x".repeat(LIMIT));
        more(false, "y");
        more(false, "tail that would fit");
        more(true, "end");
        text(true, "next");

        assertThat(events).containsExactly("oversize 43", "text next");
    }

    @Test
    void shouldDropAMessageThatGetsTooLongWithItsLastFragment() {
        text(false, "x".repeat(LIMIT));
        more(true, "y");
        text(false, "ne");
        more(true, "xt");

        assertThat(events).containsExactly("oversize 21", "text next");
    }

    @Test
    void shouldDropAnOversizeSingleFrame() {
        // Vert.x ends the connection earlier, unless the compressed frame was small
        text(true, "x".repeat(LIMIT + 1));
        text(true, "next");

        assertThat(events).containsExactly("oversize 21", "text next");
    }

    @Test
    void shouldDropTextThatIsNotUtf8ButNoBinary() {
        byte[] bad = {'a', (byte) 0xC3, '('};
        assembler.onFrame(true, true, true, Buffer.buffer(bad));
        binary(true, bad);
        text(true, "next");

        assertThat(events).hasSize(3).startsWith("not-utf8 3").endsWith("text next");
        assertThat(payloads.get(0).getBytes()).isEqualTo(bad);
    }

    @Test
    void shouldCheckUtf8OfTheWholeMessageNotOfItsFragments() {
        byte[] euro = "€".getBytes(StandardCharsets.UTF_8);
        assembler.onFrame(true, true, false, Buffer.buffer(new byte[] {euro[0]}));
        more(false, euro[1]);
        more(true, euro[2]);
        assembler.onFrame(true, true, false, Buffer.buffer(new byte[] {euro[0]}));
        more(true, euro[1]);

        assertThat(events).containsExactly("text €", "not-utf8 2");
    }

    @Test
    void shouldTellAMessageThatTheEndCutOff() {
        text(false, "half");
        assembler.onEnd();
        assembler.onEnd();

        assertThat(events).containsExactly("truncated 4");
    }

    @Test
    void shouldTellASkippedMessageThatTheEndCutOff() {
        text(false, "x".repeat(LIMIT));
        more(false, "yy");
        assembler.onEnd();

        assertThat(events).containsExactly("truncated 22");
    }

    @Test
    void shouldTellNothingAtTheEndOfWholeMessages() {
        text(true, "one");
        text(false, "t");
        more(true, "wo");
        assembler.onEnd();

        assertThat(events).containsExactly("text one", "text two");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "c080",
                "e08080",
                "eda080",
                "edbfbf",
                "f0808080",
                "f4908080",
                "f5808080",
                "80",
                "ff",
                "e282",
                "f09f98"
            })
    void shouldRefuseWhatLooksLikeUtf8ButIsNot(String hex) {
        byte[] bad = java.util.HexFormat.of().parseHex(hex);
        assembler.onFrame(true, true, true, Buffer.buffer(bad));

        assertThat(events).containsExactly("not-utf8 " + bad.length);
    }

    /** Compares every short sequence of bytes at the edges of the encoding's ranges with the JDK's strict decoder. */
    @Test
    void shouldAgreeWithTheJdkAboutUtf8() {
        int[] edges = {
            0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF,
            0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF
        };
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int run = 0; run < 200_000; run++) {
            byte[] bytes = new byte[1 + random.nextInt(6)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) edges[random.nextInt(edges.length)];
            }
            events.clear();
            payloads.clear();
            assembler.onFrame(true, true, true, Buffer.buffer(bytes));
            boolean accepted = !payloads.isEmpty();
            if (accepted != isUtf8(bytes)) {
                throw new AssertionError(
                        (accepted ? "accepted " : "refused ") + Arrays.toString(bytes) + ", seed " + seed);
            }
        }
    }

    private static boolean isUtf8(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** Random messages in random fragments arrive unchanged. */
    @Test
    void shouldKeepEveryMessageHoweverItIsFragmented() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<String> expected = new ArrayList<>();
        for (int run = 0; run < 20_000; run++) {
            boolean text = random.nextBoolean();
            int length = random.nextInt(LIMIT * 2);
            String message = "m".repeat(length);
            expected.add(length > LIMIT ? "oversize " + length : (text ? "text " : "binary ") + message);
            int from = 0;
            boolean first = true;
            boolean last = false;
            while (!last) {
                int to = Math.min(length, from + random.nextInt(LIMIT));
                last = to == length && random.nextBoolean();
                assembler.onFrame(first, text, last, Buffer.buffer(message.substring(from, to)));
                first = false;
                from = to;
            }
        }

        assertThat(events).as("seed %s", seed).isEqualTo(expected);
    }
}
