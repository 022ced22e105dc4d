package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.feed.SharedLosses.Finding;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Lines by their bits: the first is 1, the second 2, the third 4, the fourth 8. */
class SharedLossesTest {
    private static final long S = 1_000_000_000L;

    private final SharedLosses losses = new SharedLosses();
    private long now;

    /** Loses messages on some lines, ten at once, in several incidents. */
    private List<Finding> lose(int incidents, long apartS, long lines, long delivered) {
        List<Finding> findings = new ArrayList<>();
        for (int i = 0; i < incidents; i++) {
            for (int message = 0; message < 10; message++) {
                losses.lacked(lines, delivered);
            }
            findings.addAll(losses.look(now));
            now += apartS * S;
        }
        return findings;
    }

    @Test
    void shouldReportTwoThatLackTheSameAgainAndAgain() {
        assertThat(lose(2, 10, 0b0110, 0b1001)).isEmpty();
        assertThat(lose(1, 10, 0b0110, 0b1001)).containsExactly(new Finding(1, 2, 1, false));
        assertThat(lose(3, 10, 0b0110, 0b1001)).as("once").isEmpty();
    }

    /** Perhaps they were its own. */
    @Test
    void shouldNotReportMessagesThatOnlyALineHadThatHasLeft() {
        assertThat(lose(5, 10, 0b0111, 0)).isEmpty();
    }

    @Test
    void shouldNotReportOneIncident() {
        assertThat(lose(9, 1, 0b0110, 0b1001)).isEmpty();
    }

    @Test
    void shouldNotReportLossesThatAreMostlyDifferent() {
        for (int i = 0; i < 20; i++) {
            assertThat(lose(1, 10, 0b0110, 0b1001)).isEmpty();
            assertThat(lose(1, 10, i % 2 == 0 ? 0b0010 : 0b0100, 0b1001)).isEmpty();
        }
    }

    @Test
    void shouldEndWhenLossesDifferOrALineLeaves() {
        lose(3, 10, 0b0110, 0b1001);
        assertThat(lose(10, 10, 0b0010, 0b1101)).singleElement().satisfies(over -> {
            assertThat(over.over()).isTrue();
            assertThat(over.share()).isLessThan(0.5);
        });
        losses.begin(now);
        lose(3, 10, 0b0110, 0b1001);
        assertThat(losses.cleared(0)).isEmpty();
        assertThat(losses.cleared(2)).containsExactly(new Finding(1, 2, 0, true));
    }

    @Test
    void shouldForgetInTime() {
        lose(3, 10, 0b0110, 0b1001);
        List<Finding> findings = new ArrayList<>();
        for (int minute = 0; minute < 120; minute++) {
            now += 60 * S;
            findings.addAll(losses.look(now));
        }
        assertThat(findings).singleElement().matches(Finding::over);
    }

    @Test
    void shouldNotCountWhatOnlyOneOfManyHas() {
        assertThat(lose(9, 10, 0b1110, 0b0001)).isEmpty();
        assertThat(lose(3, 10, 0b0110, 0b0001)).as("of three").hasSize(1);
    }

    @Test
    void shouldNotCountMessagesThatArriveAfterAll() {
        for (int i = 0; i < 9; i++) {
            for (int message = 0; message < 10; message++) {
                losses.lacked(0b0110, 0b1001);
                losses.regained(1, 0b1001);
                losses.regained(2, 0b1011);
            }
            assertThat(losses.look(now)).isEmpty();
            now += 10 * S;
        }
    }
}
