package io.firstline.payload;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MaskedHashTest {
    private static final List<String> POINTERS = List.of("/id", "/d/-1", "/d", "/t", "/absent");
    private static final List<Integer> ALL = List.of(0, 1, 2, 3, 4);

    private final KeyReader reader = new KeyReader(POINTERS, new HashSet<>(POINTERS));
    private final MaskedHash masked = new MaskedHash();

    private long hash(String text, List<Integer> ignored) {
        byte[] bytes = (" " + text + " ").getBytes(StandardCharsets.UTF_8);
        KeyValues read = reader.read(bytes, 1, bytes.length - 1);
        assertThat(read).as(text).isNotNull();
        return masked.of(new Payload().over(bytes, 1, bytes.length - 2, true), read, ignored);
    }

    @Test
    void shouldIgnoreWhatMayDiffer() {
        long one = hash("{\"t\":\"12:00\",\"d\":[1,{\"x\":2}],\"n\":1,\"id\":7}", ALL);

        assertThat(hash("{\"t\":\"\",\"d\":{},\"n\":1,\"id\":\"\"}", List.of(2, 3)))
                .isNotEqualTo(one);
        assertThat(hash("{\"t\":\"1\",\"d\":{\"y\":[]},\"n\":1,\"id\":null}", ALL))
                .isEqualTo(one);
        assertThat(hash("{\"t\":\"\\u0041\",\"d\":0,\"n\":1,\"id\":[[]]}", ALL)).isEqualTo(one);
        assertThat(hash("{\"t\":\"1\",\"d\":0,\"n\":2,\"id\":7}", ALL)).isNotEqualTo(one);
        assertThat(hash("{\"t\":\"1\",\"d\":0,\"n\":1}", ALL)).isNotEqualTo(one);
        assertThat(hash("{\"t\":\"1\",\"d\":0,\"n\":1,\"id\":7,\"id\":8}", ALL))
                .as("only the first member of a name is one")
                .isNotEqualTo(hash("{\"t\":\"1\",\"d\":0,\"n\":1,\"id\":7,\"id\":9}", ALL));
        assertThat(hash("{\"n\":1}", ALL)).isEqualTo(hash("{\"n\":1}", List.of()));
    }

    /** The hash stays when an ignored value is replaced, and changes with any other one. */
    @Test
    void shouldDependOnTheRestOfTheBytes() {
        long seed = System.nanoTime();
        System.out.println("MaskedHashTest seed " + seed);
        Random random = new Random(seed);
        RandomJson json = new RandomJson(random);
        for (int i = 0; i < 500; i++) {
            JsonNode document = json.document();
            List<String> pointers = json.pointers(document, 1 + random.nextInt(6)).stream()
                    .filter(pointer -> !pointer.isEmpty())
                    .toList();
            List<Integer> ignored = IntStream.range(0, pointers.size()).boxed().toList();
            byte[] bytes = json.text(document, true).getBytes(StandardCharsets.UTF_8);
            KeyValues read = new KeyReader(pointers, new HashSet<>(pointers)).read(bytes, 0, bytes.length);
            boolean[] masks = new boolean[bytes.length];
            for (int pointer : ignored) {
                for (int at = read.from(pointer); at < read.to(pointer); at++) {
                    masks[at] = true;
                }
            }
            StringBuilder rest = new StringBuilder();
            for (int at = 0; at < bytes.length; at++) {
                if (!masks[at]) {
                    rest.append((char) (bytes[at] & 0xFF));
                }
            }
            byte[] expected = rest.toString().getBytes(StandardCharsets.ISO_8859_1);

            assertThat(masked.of(new Payload().over(bytes, 0, bytes.length, true), read, ignored))
                    .isEqualTo(PayloadHash.of(new Payload().over(expected, 0, expected.length, true)));
        }
    }
}
