package io.firstline.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** That the judge of the recordings finds what is wrong. */
class UnionTest {
    private static final List<List<String>> LINES =
            List.of(List.of("a1", "b1", "a1", "a2"), List.of("b1", "a1", "a1", "a2"), List.of("a1", "a1", "a2", "c1"));

    private static Union.Verdict judge(String... merged) {
        return Union.judge(LINES, List.of(merged), text -> text.substring(0, 1), false);
    }

    @Test
    void shouldAcceptTheUnionInAnyOrderOfStreams() {
        Union.Verdict verdict = judge("a1", "a1", "c1", "a2", "b1");

        assertThat(verdict).isEqualTo(new Union.Verdict(5, List.of(), List.of(), List.of(), 0));
    }

    @Test
    void shouldFindWhatIsMissing() {
        assertThat(judge("a1", "b1", "a2", "c1").lost()).containsExactly("#2 a1");
    }

    @Test
    void shouldFindWhatCameTwice() {
        assertThat(judge("a1", "b1", "a1", "a1", "a2", "c1", "c1").invented())
                .containsExactlyInAnyOrder("#3 a1", "#2 c1");
    }

    @Test
    void shouldFindWhatIsOutOfOrder() {
        assertThat(judge("a1", "a2", "a1", "b1", "c1").outOfOrder()).containsExactly("#1 a2", "#1 a2", "#1 a2");
    }

    @Test
    void shouldLeaveOutOfTheOrderWhatNotEveryConnectionCarried() {
        Union.Verdict verdict = Union.judge(LINES, List.of("a1", "c1", "a1", "a2", "b1"), text -> "all", true);

        assertThat(verdict.outOfOrder()).isEmpty();
        assertThat(verdict.unordered()).isEqualTo(2);
    }
}
