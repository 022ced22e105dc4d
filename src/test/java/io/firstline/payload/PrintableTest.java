package io.firstline.payload;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PrintableTest {

    static Stream<Arguments> texts() {
        return Stream.of(
                Arguments.of("plain text, Zürich 東京 🚀", "plain text, Zürich 東京 🚀"),
                Arguments.of("two\nlines\r\tmore", "two\\nlines\\r\\tmore"),
                Arguments.of("\u001b[31mred\u001b[0m", "\\u001b[31mred\\u001b[0m"),
                Arguments.of("\u009b31m\u007f", "\\u009b31m\\u007f"),
                Arguments.of("\u202etxt.exe\u2066", "\\u202etxt.exe\\u2066"),
                Arguments.of("a\u2028b\u2029c\u200b", "a\\u2028b\\u2029c\\u200b"),
                Arguments.of("lone \ud83d", "lone \\ud83d"),
                Arguments.of("\udb40\udc41", "\\u{e0041}"));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void shouldShowWhatIsNotPlainAsEscapes(String text, String shown) {
        assertThat(Printable.of(text, 1_000)).isEqualTo(shown);
    }

    @Test
    void shouldCutWhatIsTooLong() {
        assertThat(Printable.of("x".repeat(11), 10)).isEqualTo("x".repeat(10) + "…");
        assertThat(Printable.of("x".repeat(10), 10)).isEqualTo("x".repeat(10));
        assertThat(Printable.of("\n".repeat(1_000_000), 10)).isEqualTo("\\n".repeat(5) + "…");
        assertThat(Printable.of("123456789🚀", 10)).isEqualTo("123456789…");
    }

    @Test
    void shouldKeepToItsBoundsWhateverComes() {
        long seed = Long.getLong("firstline.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            char[] text = new char[random.nextInt(60)];
            for (int at = 0; at < text.length; at++) {
                text[at] = (char) random.nextInt(0x10000);
            }
            String shown = Printable.of(new String(text), 40);

            assertThat(shown.length()).as("-Dfirstline.seed=%d", seed).isLessThanOrEqualTo(41);
            assertThat(shown.codePoints().noneMatch(Character::isISOControl))
                    .as("-Dfirstline.seed=%d", seed)
                    .isTrue();
        }
    }
}
