package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.arbitration.LineWindow;
import io.firstline.config.RankBy;
import io.firstline.feed.EvictionPolicy.Contender;
import io.firstline.feed.PromotionPolicy.Decision;
import io.firstline.feed.PromotionPolicy.Facts;
import io.firstline.feed.PromotionPolicy.Verdict;
import org.junit.jupiter.api.Test;

class PromotionPolicyTest {
    private static final Contender SLOW = measured(1_000, 20_000);

    private static Contender measured(long copies, long lagP99Micros) {
        return new Contender("c", Double.NaN, new LineWindow(copies, 0, lagP99Micros, lagP99Micros), 0);
    }

    private static Verdict verdict(String lacks, Contender old, Contender candidate, boolean timeUp) {
        return PromotionPolicy.verdict(new Facts(lacks, old, candidate, timeUp), RankBy.LAG);
    }

    @Test
    void shouldTakeWhoDeliversWhenNothingMoreIsAsked() {
        assertThat(verdict(null, null, null, false)).isEqualTo(new Verdict(Decision.TAKE, ""));
    }

    @Test
    void shouldWaitForWhatIsLackingButNotForEver() {
        assertThat(verdict("not in step", null, null, false).decision()).isEqualTo(Decision.WAIT);
        assertThat(verdict("not in step", SLOW, measured(1_000, 1), false).decision())
                .isEqualTo(Decision.WAIT);
        assertThat(verdict("not in step", SLOW, measured(1_000, 1), true))
                .isEqualTo(new Verdict(Decision.DROP, "not in step"));
    }

    @Test
    void shouldMeasureAHundredCopiesBeforeItCompares() {
        assertThat(verdict(null, SLOW, measured(PromotionPolicy.COPIES - 1, 1_000), false)
                        .decision())
                .isEqualTo(Decision.WAIT);
        assertThat(verdict(null, SLOW, measured(PromotionPolicy.COPIES, 1_000), false))
                .isEqualTo(new Verdict(Decision.TAKE, "lag p99 1.0 ms against lag p99 20.0 ms"));
        assertThat(verdict(null, SLOW, measured(3, 1_000), true).decision())
                .as("of a quiet feed what there is")
                .isEqualTo(Decision.TAKE);
    }

    @Test
    void shouldDropWhoIsNotBetterWithItsNumbers() {
        assertThat(verdict(null, SLOW, measured(PromotionPolicy.COPIES, 20_000), false))
                .isEqualTo(new Verdict(Decision.DROP, "not better: lag p99 20.0 ms against lag p99 20.0 ms"));
        assertThat(verdict(null, SLOW, measured(PromotionPolicy.COPIES, 16_001), false)
                        .decision())
                .as("better, but perhaps by chance")
                .isEqualTo(Decision.DROP);
        assertThat(verdict(null, SLOW, measured(PromotionPolicy.COPIES, 16_000), false)
                        .decision())
                .as("by a fifth")
                .isEqualTo(Decision.TAKE);
        assertThat(verdict(null, SLOW, measured(0, -1), true).decision()).isEqualTo(Decision.DROP);
    }

    @Test
    void shouldTakeWhoeverIsMeasuredBesideOneThatBroughtNothing() {
        assertThat(verdict(null, measured(0, -1), measured(PromotionPolicy.COPIES, 90_000), false)
                        .decision())
                .isEqualTo(Decision.TAKE);
    }
}
