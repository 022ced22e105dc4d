package io.firstline.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The judge of the recordings finds errors. */
class UnionTest {
    private static final List<List<String>> LINES =
            List.of(List.of("a1", "b1", "a1", "a2"), List.of("b1", "a1", "a1", "a2"), List.of("a1", "a1", "a2", "c1"));

    /** Each message as "payload@connection", one after another. */
    private static Union.Verdict judge(UnaryOperator<String> stream, List<List<String>> lines, String merged) {
        return Union.judge(
                lines,
                Stream.of(merged.split(" "))
                        .map(each -> new Union.Published(each.substring(3), each.substring(0, 2)))
                        .toList(),
                stream);
    }

    private static Union.Verdict judge(String merged) {
        return judge(text -> text.substring(0, 1), LINES, merged);
    }

    @Test
    void shouldAcceptTheUnionInAnyOrderOfStreams() {
        Union.Verdict verdict = judge("a1@z a1@z c1@z a2@z b1@x");

        assertThat(verdict).isEqualTo(new Union.Verdict(5, List.of(), List.of(), List.of(), 0));
    }

    @Test
    void shouldFindWhatIsMissing() {
        assertThat(judge("a1@x b1@x a2@x c1@z").lost()).containsExactly("#2 a1");
    }

    @Test
    void shouldFindWhatCameTwice() {
        assertThat(judge("a1@x b1@x a1@x a1@y a2@x c1@z c1@z").invented()).containsExactlyInAnyOrder("#3 a1", "#2 c1");
    }

    @Test
    void shouldFindWhatIsOutOfOrder() {
        assertThat(judge("a1@x a2@x a1@x b1@x c1@z").outOfOrder()).containsExactly("#2 a1");
    }

    @Test
    void shouldLetAConnectionOvertakeWhatItNeverHad() {
        List<List<String>> lines = List.of(List.of("a1", "a2", "a3"), List.of("s1", "a2", "a3"));

        Union.Verdict snapshot = judge(text -> "all", lines, "s1@y a2@y a1@x a3@x");
        Union.Verdict wrong = judge(text -> "all", lines, "s1@y a2@x a1@x a3@x");

        assertThat(snapshot.outOfOrder()).as("y made up for a1 by s1").isEmpty();
        assertThat(snapshot.overtaken()).isEqualTo(1);
        assertThat(wrong.outOfOrder()).as("x had a1 before a2").containsExactly("#1 a1");
    }
}
