package io.firstline.payload;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConcatenatedJsonTest {
    private final ConcatenatedJson values = new ConcatenatedJson();

    private List<String> in(String text) {
        byte[] bytes = ("{}" + text + "{}").getBytes(StandardCharsets.UTF_8);
        return values.in(bytes, 2, bytes.length - 2).stream()
                .map(range -> new String(bytes, range.from(), range.length(), StandardCharsets.UTF_8))
                .toList();
    }

    @Test
    void shouldFindSeveralValues() {
        assertThat(in("{\"a\":1}{\"b\":[{}]}")).containsExactly("{\"a\":1}", "{\"b\":[{}]}");
        assertThat(in("{\"a\":1}\n{\"a\":2}\r\n[3]\n")).containsExactly("{\"a\":1}", "{\"a\":2}", "[3]");
        assertThat(in(" [] \t []")).containsExactly("[]", "[]");
        assertThat(in("{\"é\":\"}{\"}{\"ü\":\"\\\"}{\"}")).containsExactly("{\"é\":\"}{\"}", "{\"ü\":\"\\\"}{\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no JSON",
                "{\"a\":1}",
                "[{},{}]",
                "{\"a\":\"}{\"}",
                "{\"a\":\"} {\"}\n",
                "{}{",
                "{}{}x",
                "x{}{}",
                "{},{}",
                "{} 5",
                "5 5",
                "{}\"a\"{}",
                "}{"
            })
    void shouldLeaveEveryOtherTextAlone(String text) {
        assertThat(in(text)).isEmpty();
    }

    @Test
    void shouldFindNoMoreThanItsBound() {
        assertThat(in("{}".repeat(ConcatenatedJson.MAX_VALUES))).hasSize(ConcatenatedJson.MAX_VALUES);
        assertThat(in("{}".repeat(ConcatenatedJson.MAX_VALUES + 1))).isEmpty();
    }

    @Test
    void shouldSplitWhatWasPutTogetherAndNothingElse() {
        long seed = System.nanoTime();
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        String alphabet = "{}[]\" \n\\aé1,:";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder inside = new StringBuilder();
            for (int k = random.nextInt(12); k > 0; k--) {
                char symbol = alphabet.charAt(random.nextInt(alphabet.length()));
                inside.append(symbol == '"' || symbol == '\\' ? "\\" + symbol : symbol == '\n' ? "\\n" : symbol);
            }
            String one = "{\"" + inside + "\":[\"" + inside + "\",{}]}";
            assertThat(in(one)).as("seed %d: %s", seed, one).isEmpty();
            assertThat(in(one + " " + one)).as("seed %d: %s", seed, one).containsExactly(one, one);
        }
    }
}
