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

    /** A note of a message is returned only for messages with the same deciding values. */
    @Test
    void shouldNoteWhatDecidingValuesDecide() {
        System.out.println("KnownShapesTest -Dfirstline.seed=" + seed);
        int noted = 0;
        for (int i = 0; i < DOCUMENTS; i++) {
            JsonNode document = json.document();
            List<String> pointers = json.pointers(document, 1 + random.nextInt(6));
            Set<String> containers = random.nextBoolean() ? new HashSet<>(pointers) : Set.of();
            int deciding = random.nextInt(pointers.size()) + 1;
            byte[] message = bytes(json.text(document, random.nextInt(4) == 0));
            KeyReader reader = new KeyReader(pointers, containers, new HashSet<>(pointers.subList(0, deciding)));
            for (int k = 0; k < VARIANTS; k++) {
                byte[] varied = k == 0 ? message : varied(message);
                String decided = facts(reader.read(varied, 0, varied.length), deciding);
                if (reader.note() == null) {
                    reader.note(decided);
                } else {
                    noted++;
                    assertThat(reader.note())
                            .as("seed %d, %d: %s", seed, i, new String(varied, StandardCharsets.UTF_8))
                            .isEqualTo(decided);
                }
            }
        }
        assertThat(noted).isGreaterThan(DOCUMENTS);
    }

    /** One or two values, with anything between them, perhaps not to the end. */
    private String values() {
        String text = json.text(json.document(), random.nextInt(4) == 0);
        if (random.nextBoolean()) {
            text += " \n,0x".charAt(random.nextInt(5)) + json.text(json.document(), false);
        }
        return random.nextInt(4) == 0 ? text.substring(0, random.nextInt(text.length()) + 1) : text;
    }

    /** A message that is like an uncut one would not be cut. */
    @Test
    void shouldBeOneMessageIfItIsLikeOne() {
        System.out.println("KnownShapesTest -Dfirstline.seed=" + seed);
        ConcatenatedJson cut = new ConcatenatedJson();
        int alike = 0;
        int several = 0;
        for (int i = 0; i < DOCUMENTS; i++) {
            List<String> pointers = json.pointers(json.document(), 1 + random.nextInt(6));
            KeyReader knowing = new KeyReader(pointers);
            byte[] message = bytes(values());
            for (int k = 0; k < VARIANTS; k++) {
                byte[] varied = varied(message);
                List<ConcatenatedJson.Range> parts = cut.in(varied, 0, varied.length);
                several += parts.isEmpty() ? 0 : 1;
                if (knowing.readAlike(varied, 0, varied.length) != null) {
                    alike++;
                    assertThat(parts)
                            .as("seed %d: %s", seed, new String(varied, StandardCharsets.UTF_8))
                            .isEmpty();
                } else if (parts.isEmpty()) {
                    knowing.readOther(varied, 0, varied.length);
                } else {
                    parts.forEach(part -> knowing.read(varied, part.from(), part.from() + part.length()));
                }
            }
        }
        assertThat(alike).isGreaterThan(DOCUMENTS);
        assertThat(several).isGreaterThan(DOCUMENTS);
    }

    private static boolean isDigit(byte[] text, int at) {
        return text[at] >= '0' && text[at] <= '9';
    }

    /** Every byte at every position: only a digit in place of a digit of a value is alike. */
    @Test
    void shouldCompareEveryBit() {
        byte[] message = bytes(TICKER.formatted("B8C", 1234567, 70, 7));
        for (int at = 0; at < message.length; at++) {
            boolean isFree =
                    isDigit(message, at) && (message[at - 1] != '"' || message[at + 1] != '"'); // "5" is a name
            boolean isFirst = isFree && message[at - 1] == ':' && isDigit(message, at + 1);
            for (int other = 0; other < 256; other++) {
                KnownShapes shapes = new KnownShapes();
                shapes.learn(message, 0, message.length, new Scalar[0], 0);
                byte[] varied = message.clone();
                varied[at] = (byte) other;
                assertThat(shapes.of(varied, 0, varied.length) != null)
                        .as("%d at %d of %s", other, at, new String(message, StandardCharsets.UTF_8))
                        .isEqualTo(
                                other == (message[at] & 0xFF) || (isFree && !isFirst && other >= '0' && other <= '9'));
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
