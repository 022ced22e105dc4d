package io.firstline.payload;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Compares random documents and random damage with Jackson's tree. {@code -Dfirstline.seed=N} repeats a run,
 * {@code -Dfirstline.documents=N} makes a longer one.
 */
class KeyReaderPropertyTest {
    private static final int DOCUMENTS = Integer.getInteger("firstline.documents", 1_000);
    private static final int DAMAGES_EACH = 25;
    private static final String GARBAGE = "{}[]\",:\\ \n0123456789eE+-.truefalsn\u0000\u0080\u00c3\u00ff";

    private final long seed = Long.getLong("firstline.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final RandomJson json = new RandomJson(random);

    @BeforeEach
    void tellSeed() {
        System.out.println("KeyReaderPropertyTest -Dfirstline.seed=" + seed);
    }

    @Test
    void shouldReadWhatJacksonReads() {
        for (int i = 0; i < DOCUMENTS; i++) {
            JsonNode document = json.document();
            List<String> pointers = json.pointers(document, 1 + random.nextInt(6));
            byte[] bytes = bytes(json.text(document, false));
            String what = what(i, bytes);

            assertThat(JacksonOracle.tree(bytes)).as(what).isPresent();
            assertReads(bytes, pointers, JacksonOracle.tree(bytes).orElseThrow(), what);
        }
    }

    @Test
    void shouldTakeTheFirstOfMembersOfTheSameName() {
        int repeated = 0;
        for (int i = 0; i < DOCUMENTS; i++) {
            JsonNode document = json.document();
            byte[] bytes = bytes(json.text(document, true));
            repeated += JacksonOracle.tree(bytes).isEmpty() ? 1 : 0;

            assertReads(bytes, json.pointers(document, 1 + random.nextInt(6)), document, what(i, bytes));
        }
        assertThat(repeated).isGreaterThan(DOCUMENTS / 10);
    }

    @Test
    void shouldReadThePointersTogetherAsItReadsEachAlone() {
        for (int i = 0; i < DOCUMENTS; i++) {
            JsonNode document = json.document();
            byte[] bytes = bytes(json.text(document, true));
            List<String> pointers = json.pointers(document, 8);
            KeyValues together = new KeyReader(pointers).read(bytes, 0, bytes.length);
            assertThat(together).as(what(i, bytes)).isNotNull();
            for (int p = 0; p < pointers.size(); p++) {
                KeyValues alone = new KeyReader(List.of(pointers.get(p))).read(bytes, 0, bytes.length);
                assertThat(together.hash(p))
                        .as(what(i, bytes) + pointers.get(p))
                        .isEqualTo(alone.hash(0));
            }
        }
    }

    /** An object or array where it is wanted, also where other pointers lead into it. */
    @Test
    void shouldReadWholeObjectsAndArrays() {
        int containers = 0;
        for (int i = 0; i < DOCUMENTS; i++) {
            JsonNode document = json.document();
            List<String> pointers = json.pointers(document, 8);
            byte[] bytes = bytes(json.text(document, false));
            String what = what(i, bytes);
            JsonNode tree = JacksonOracle.tree(bytes).orElseThrow();
            KeyReader reader = new KeyReader(pointers, new HashSet<>(pointers));

            KeyValues read = reader.read(bytes, 0, bytes.length);

            assertThat(read).as(what).isNotNull();
            JacksonOracle.assertRead(read, pointers, tree, what);
            for (int p = 0; p < pointers.size(); p++) {
                JsonNode expected = JacksonOracle.at(tree, pointers.get(p));
                boolean present = !expected.isMissingNode() && !expected.isNull();
                assertThat(read.contentHash(p) != 0).as(what + pointers.get(p)).isEqualTo(present);
                assertThat(read.to(p) > read.from(p) || expected.asText().isEmpty())
                        .as(what + pointers.get(p))
                        .isEqualTo(
                                !expected.isMissingNode() || expected.asText().isEmpty());
                if (expected.isContainerNode()) {
                    containers++;
                    byte[] part = Arrays.copyOfRange(bytes, read.from(p), read.to(p));
                    assertThat(JacksonOracle.tree(part))
                            .as(what + pointers.get(p))
                            .contains(expected);
                }
            }
        }
        assertThat(containers).isGreaterThan(DOCUMENTS / 10);
    }

    /** The same value by the name of the only member and without it. */
    @Test
    void shouldReadOnlyMembers() {
        int only = 0;
        for (int i = 0; i < DOCUMENTS; i++) {
            JsonNode document = json.document();
            byte[] bytes = bytes(json.text(document, false));
            JsonNode tree = JacksonOracle.tree(bytes).orElseThrow();
            for (String pointer : json.pointers(document, 6)) {
                String[] steps = pointer.split("/", -1);
                int place = 1 + random.nextInt(Math.max(1, steps.length - 1));
                String before = String.join("/", Arrays.copyOf(steps, place));
                JsonNode parent = JacksonOracle.at(tree, before);
                if (steps.length < 2 || !parent.isObject()) {
                    continue;
                }
                steps[place] = "?";
                String what = what(i, bytes) + String.join("/", steps);
                KeyValues read =
                        new KeyReader(List.of(String.join("/", steps), before + "/?")).read(bytes, 0, bytes.length);
                assertThat(read).as(what).isNotNull();
                assertThat(read.isPresent(1)).as(what).isEqualTo(parent.size() == 1);
                if (parent.size() != 1) {
                    assertThat(read.isPresent(0)).as(what).isFalse();
                    continue;
                }
                only++;
                String name = parent.fieldNames().next();
                if (place < steps.length - 1) {
                    steps[place] = name.replace("~", "~0").replace("/", "~1");
                    KeyValues named = new KeyReader(List.of(String.join("/", steps))).read(bytes, 0, bytes.length);
                    assertThat(read.hash(0)).as(what).isEqualTo(named.hash(0));
                } else if (StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
                    assertThat(read.text(0)).as(what).isEqualTo(name);
                }
            }
        }
        assertThat(only).isPositive();
    }

    @Test
    void shouldNeverThrowNorReadWhatIsNotThereFromDamagedDocuments() {
        int accepted = 0;
        int refused = 0;
        for (int i = 0; i < DOCUMENTS / 4; i++) {
            JsonNode document = json.document();
            List<String> pointers = json.pointers(document, 1 + random.nextInt(4));
            KeyReader reader = new KeyReader(pointers, random.nextBoolean() ? Set.of() : new HashSet<>(pointers));
            byte[] bytes = bytes(json.text(document, false));
            for (int d = 0; d < DAMAGES_EACH; d++) {
                byte[] damaged = damage(bytes);
                String what = what(i, damaged);
                KeyValues read = readSomewhere(reader, damaged, what);
                Optional<JsonNode> tree = JacksonOracle.tree(damaged);
                if (tree.isPresent()) {
                    accepted++;
                    assertThat(read).as(what).isNotNull();
                    JacksonOracle.assertRead(read, pointers, tree.get(), what);
                } else if (read == null) {
                    refused++;
                }
            }
        }
        assertThat(accepted).as("still JSON").isPositive();
        assertThat(refused).as("refused").isPositive();
    }

    /** A reader that has read similar messages must read each as one that has read none. */
    @Test
    void shouldReadMessagesOfAKnownLayoutAsTheFirstOfThem() {
        int same = 0;
        for (int i = 0; i < DOCUMENTS / 4; i++) {
            JsonNode document = json.document();
            List<String> pointers = json.pointers(document, 1 + random.nextInt(6));
            Set<String> containers = random.nextBoolean() ? Set.of() : new HashSet<>(pointers);
            KeyReader reader = new KeyReader(pointers, containers);
            byte[] bytes = bytes(json.text(document, random.nextInt(4) == 0));
            for (int d = 0; d < DAMAGES_EACH; d++) {
                byte[] message = random.nextInt(3) > 0 ? withOtherValues(bytes) : damage(bytes);
                KeyValues read = reader.read(message, 0, message.length);
                KeyValues first = new KeyReader(pointers, containers).read(message, 0, message.length);
                String what = what(i, message);
                assertThat(read == null).as(what).isEqualTo(first == null);
                for (int p = 0; first != null && p < pointers.size(); p++) {
                    same += first.isPresent(p) ? 1 : 0;
                    assertThat(read.isPresent(p)).as(what + pointers.get(p)).isEqualTo(first.isPresent(p));
                    assertThat(read.isNull(p)).as(what + pointers.get(p)).isEqualTo(first.isNull(p));
                    assertThat(read.json(p)).as(what + pointers.get(p)).isEqualTo(first.json(p));
                    assertThat(read.contentHash(p)).as(what + pointers.get(p)).isEqualTo(first.contentHash(p));
                    assertThat(read.from(p) - read.to(p))
                            .as(what + pointers.get(p))
                            .isEqualTo(first.from(p) - first.to(p));
                }
            }
        }
        assertThat(same).isGreaterThan(DOCUMENTS);
    }

    /** Replaces digits and letters, which mostly leaves the layout as it was. */
    private byte[] withOtherValues(byte[] bytes) {
        byte[] other = bytes.clone();
        for (int i = 0; i < 3; i++) {
            int at = random.nextInt(other.length);
            if (other[at] >= '0' && other[at] <= '9') {
                other[at] = (byte) ('0' + random.nextInt(10));
            } else if (other[at] >= 'a' && other[at] <= 'z' && random.nextInt(4) == 0) {
                other[at] = (byte) ('a' + random.nextInt(26));
            }
        }
        return other;
    }

    @Test
    void shouldNeverThrowForGarbage() {
        KeyReader reader =
                new KeyReader(List.of("", "/a", "/0", "/-1", "/0/0", "/-1/a", "/a/-2/0"), Set.of("/a", "/0"));
        KeyReader only = new KeyReader(List.of("", "/?", "/?/?", "/?/?/0"), Set.of("/?/?/0"));
        for (int i = 0; i < DOCUMENTS * 10; i++) {
            byte[] garbage = new byte[random.nextInt(24)];
            for (int b = 0; b < garbage.length; b++) {
                garbage[b] = (byte)
                        (random.nextInt(20) == 0 ? random.nextInt() : GARBAGE.charAt(random.nextInt(GARBAGE.length())));
            }
            String what = what(i, garbage);
            KeyValues read = readSomewhere(reader, garbage, what);
            KeyValues readByPlace = readSomewhere(only, garbage, what);
            JacksonOracle.tree(garbage)
                    .ifPresent(tree -> assertThat(readByPlace).as(what).isNotNull());
            JacksonOracle.tree(garbage)
                    .ifPresent(tree -> assertThat(read).as(what).isNotNull());
        }
    }

    private void assertReads(byte[] bytes, List<String> pointers, JsonNode tree, String what) {
        KeyReader reader = new KeyReader(pointers);
        KeyValues read = readSomewhere(reader, bytes, what);
        assertThat(read).as(what).isNotNull();
        JacksonOracle.assertRead(read, pointers, tree, what);
    }

    /** Reads from the middle of other bytes, which must not be read. */
    private KeyValues readSomewhere(KeyReader reader, byte[] bytes, String what) {
        int before = random.nextInt(10);
        byte[] around = new byte[before + bytes.length + random.nextInt(20)];
        Arrays.fill(around, (byte) GARBAGE.charAt(random.nextInt(GARBAGE.length())));
        System.arraycopy(bytes, 0, around, before, bytes.length);
        try {
            return reader.read(around, before, before + bytes.length);
        } catch (RuntimeException e) {
            throw new AssertionError(what, e);
        }
    }

    private byte[] damage(byte[] bytes) {
        byte[] damaged = bytes.clone();
        for (int times = 1 + random.nextInt(2); times > 0 && damaged.length > 0; times--) {
            int at = random.nextInt(damaged.length);
            switch (random.nextInt(5)) {
                case 0 -> damaged[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> damaged[at] = (byte) GARBAGE.charAt(random.nextInt(GARBAGE.length()));
                case 2 -> damaged[at] = damaged[random.nextInt(damaged.length)];
                case 3 -> damaged = Arrays.copyOf(damaged, at);
                default -> {
                    byte[] shorter = Arrays.copyOf(damaged, damaged.length - 1);
                    System.arraycopy(damaged, at + 1, shorter, at, shorter.length - at);
                    damaged = shorter;
                }
            }
        }
        return damaged;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private String what(int document, byte[] bytes) {
        return "-Dfirstline.seed=" + seed + ", document " + document + ": " + new String(bytes, StandardCharsets.UTF_8);
    }
}
