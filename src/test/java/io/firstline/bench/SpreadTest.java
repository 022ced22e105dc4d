package io.firstline.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTest {
    @Test
    void shouldTakeTheMiddle() {
        assertThat(Spread.of(List.of(9.0, 1.0, 2.0))).isEqualTo(new Spread(2, 1, 9));
        assertThat(Spread.of(List.of(4.0, 1.0, 2.0, 3.0))).isEqualTo(new Spread(2.5, 1, 4));
    }

    @Test
    void shouldKnowNothingOfNothing() {
        assertThat(Spread.of(List.of()).isKnown()).isFalse();
        assertThat(Spread.of(List.of(0.0)).isKnown()).isTrue();
    }

    @Test
    void shouldCompareRoundByRound() {
        // both were slow in the second round: medians alone would give another result
        assertThat(Results.ratio(List.of(8.0, 2.0, 6.0), List.of(10.0, 4.0, 6.0)))
                .isEqualTo(new Spread(0.8, 0.5, 1));
    }

    @Test
    void shouldCompareOnlyRoundsThatBothHave() {
        assertThat(Results.ratio(List.of(1.0, 2.0), List.of(2.0))).isEqualTo(new Spread(0.5, 0.5, 0.5));
    }
}
