package io.firstline.payload;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A reader that knows shapes reads what a new one reads. {@code -Dfirstline.seed=N} repeats a run. */
class KnownShapesTest {
    private static final int DOCUMENTS = 400;
    private static final int VARIANTS = 40;
    private static final String OTHERS = "0123456789abc\"\\{}[]:,.-eE \u00e9";

    private final long seed = Long.getLong("firstline.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final RandomJson json = new RandomJson(random);

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Everything that can be known of the values. */
    private static String facts(KeyValues values, int pointers) {
        if (values == null) {
            return "not JSON";
        }
        StringBuilder facts = new StringBuilder();
        for (int p = 0; p < pointers; p++) {
            facts.append(values.isPresent(p))
                    .append(values.isAny(p))
                    .append(values.isNull(p))
                    .append(values.hash(p))
                    .append(' ')
                    .append(values.contentHash(p))
                    .append(values.isPresent(p) || values.isAny(p) ? values.from(p) + "-" + values.to(p) : "")
                    .append(values.isLong(p) ? values.asLong(p) : "")
                    .append(values.json(p))
                    .append('\n');
        }
        return facts.toString();
    }

    /** Other digits everywhere, or one other byte anywhere. */
    private byte[] varied(byte[] message) {
        byte[] varied = message.clone();
        if (random.nextInt(3) == 0) {
            varied[random.nextInt(varied.length)] = (byte) OTHERS.charAt(random.nextInt(OTHERS.length()));
            return varied;
        }
        for (int i = 0; i < varied.length; i++) {
            if (varied[i] >= '0' && varied[i] <= '9' && random.nextInt(3) == 0) {
                varied[i] = (byte) ('0' + random.nextInt(10));
            }
        }
        return varied;
    }

    @Test
    void shouldReadWhatANewReaderReads() {
        System.out.println("KnownShapesTest -Dfirstline.seed=" + seed);
        for (int i = 0; i < DOCUMENTS; i++) {
            JsonNode document = json.document();
            List<String> pointers = json.pointers(document, 1 + random.nextInt(6));
            Set<String> containers = random.nextBoolean() ? new HashSet<>(pointers) : Set.of();
            byte[] message = bytes(json.text(document, random.nextInt(4) == 0));
            KeyReader knowing = new KeyReader(pointers, containers);
            for (int k = 0; k < VARIANTS; k++) {
                byte[] varied = k == 0 ? message : varied(message);
                String what = "seed " + seed + ", document " + i + ": " + new String(varied, StandardCharsets.UTF_8);
                String fresh =
                        facts(new KeyReader(pointers, containers).read(varied, 0, varied.length), pointers.size());
                assertThat(facts(knowing.read(varied, 0, varied.length), pointers.size()))
                        .as(what)
                        .isEqualTo(fresh);
            }
        }
    }

    private static final String TICKER = "{\"s\":\"%s\",\"u\":%d,\"b\":\"%d.10\",\"5\":[%d,\"x\"]}";

    private static boolean knows(KnownShapes shapes, String message) {
        byte[] text = bytes(message);
        boolean known = shapes.of(text, 0, text.length) != null;
        if (!known) {
            shapes.learn(text, 0, text.length, new Scalar[0], 0);
        }
        return known;
    }

    @Test
    void shouldKnowAMessageThatDiffersInDigits() {
        KnownShapes shapes = new KnownShapes();
        assertThat(knows(shapes, TICKER.formatted("BTC", 123, 70, 7))).isFalse();

        assertThat(knows(shapes, TICKER.formatted("BTC", 199, 81, 9))).isTrue();
        assertThat(knows(shapes, TICKER.formatted("ETH", 199, 81, 9))).isFalse();
        assertThat(knows(shapes, TICKER.formatted("ETH", 198, 82, 0))).isTrue();
        assertThat(knows(shapes, TICKER.formatted("ETH", 198, 82, 0).replace("\"5\"", "\"6\"")))
                .isFalse();
        assertThat(knows(shapes, TICKER.formatted("ETH", 198, 82, 0).replace("198", "098")))
                .isFalse();
    }

    @Test
    void shouldReplaceTheOlderOfTwoShapesAndRestWhereFewMatch() {
        KnownShapes shapes = new KnownShapes();
        for (int i = 0; i < 40; i++) {
            knows(shapes, TICKER.formatted("old", 123, 70, 7));
            knows(shapes, TICKER.formatted("new", 123, 70, 7));
            knows(shapes, TICKER.formatted("BTC", 123, 70, 7));
        }
        assertThat(knows(shapes, TICKER.formatted("BTC", 123, 70, 7))).isTrue();

        for (int i = 0; i < 3_000; i++) {
            knows(shapes, TICKER.formatted("" + (char) ('a' + i % 26) + (char) ('a' + i / 26 % 26) + "x", 123, 70, 7));
        }
        assertThat(knows(shapes, TICKER.formatted("BTC", 123, 70, 7))).isFalse();
        assertThat(knows(shapes, TICKER.formatted("BTC", 123, 70, 7))).isFalse();
    }
}
