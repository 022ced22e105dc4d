package io.firstline.replay.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class EpochHistoryTest {

    @Test
    void shouldKnowWhoGaveANumber() {
        EpochHistory epochs = EpochHistory.NONE.begin(0, 1).begin(2, 103).begin(3, 110);

        assertThat(epochs.newest()).isEqualTo(3);
        assertThat(epochs.epochOf(102)).isZero();
        assertThat(epochs.epochOf(103)).isEqualTo(2);
        assertThat(epochs.epochOf(109)).isEqualTo(2);
        assertThat(epochs.epochOf(1_000)).isEqualTo(3);
        assertThat(epochs.epochOf(0)).isEqualTo(-1);
    }

    @Test
    void shouldForgetAnOwnerOfWhomNothingCounts() {
        EpochHistory epochs = EpochHistory.NONE.begin(1, 1).begin(2, 103).begin(3, 103);

        assertThat(epochs).hasToString("1:1,3:103");
        assertThat(epochs.begin(4, 50)).hasToString("1:1,4:50");
        assertThat(epochs.begin(3, 110)).as("an owner begins once").hasToString("1:1,3:110");
    }

    @Test
    void shouldBeBounded() {
        EpochHistory epochs = EpochHistory.NONE;
        for (int i = 1; i <= 100; i++) {
            epochs = epochs.begin(i, i * 10L);
        }
        assertThat(epochs.begins()).hasSize(32);
        assertThat(epochs.epochOf(995)).isEqualTo(99);
        assertThat(epochs.epochOf(10)).isEqualTo(-1);
    }

    /** An owner that had nothing began with 1; this node heard it from 103 on, and knows an earlier owner. */
    @Test
    void shouldDifferFromTheStartIfTheOwnerBeganWithNothing() {
        EpochHistory ours = epochs("5:1,7:103");

        assertThat(ours.divergence(epochs("7:1"))).isEqualTo(1);
        assertThat(epochs("7:1").divergence(ours)).isEqualTo(1);
        assertThat(ours.divergence(epochs("6:90,7:103"))).isEqualTo(90);
        assertThat(epochs("7:103").divergence(epochs("7:1"))).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void shouldBeWrittenAndRead() {
        EpochHistory epochs = EpochHistory.NONE.begin(0, 1).begin(7, 4_711);

        assertThat(EpochHistory.parse(epochs.toString())).isEqualTo(epochs);
        assertThat(EpochHistory.parse("")).isEqualTo(EpochHistory.NONE);
        assertThat(EpochHistory.NONE.newest()).isEqualTo(-1);
        for (String wrong : List.of(":5", "1:", "15", "1:1,,3:5", "1:1,a:5", "1:b", "-1:5", "1:2:3", "99999999999:1")) {
            assertThatThrownBy(() -> EpochHistory.parse(wrong)).as(wrong).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> EpochHistory.parse("1:1,:5")).hasMessage("found \":5\", allowed: EPOCH:FIRST");
    }

    private static EpochHistory epochs(String text) {
        return EpochHistory.parse(text);
    }

    @Test
    void shouldSayFromWhereTwoLinesOfNumbersPart() {
        assertThat(epochs("1:1").divergence(epochs("1:1"))).isEqualTo(Long.MAX_VALUE);
        assertThat(epochs("1:1").divergence(epochs("1:1,2:103,3:110"))).isEqualTo(103);
        assertThat(epochs("1:1,2:103").divergence(epochs("1:1,3:111")))
                .as("what the owner of 2 numbered, that of 3 does not know")
                .isEqualTo(103);
        assertThat(epochs("1:1,2:103").divergence(epochs("1:1,2:105,3:200"))).isEqualTo(103);
        assertThat(epochs("1:60").divergence(epochs("1:1"))).as("joined there").isEqualTo(Long.MAX_VALUE);
        assertThat(epochs("2:60").divergence(epochs("1:1,2:50,3:100"))).isEqualTo(100);
        assertThat(epochs("2:60").divergence(epochs("1:1,3:111"))).isEqualTo(60);
        assertThat(epochs("1:1,2:50").divergence(epochs("2:60,3:100"))).isEqualTo(100);
        assertThat(epochs("1:1").divergence(EpochHistory.NONE)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void shouldGoOverToAnothersNumbers() {
        assertThat(epochs("1:1").upTo(103, epochs("1:1,2:103,3:110"))).hasToString("1:1,2:103,3:110");
        assertThat(epochs("1:1,2:103").upTo(103, epochs("1:1,3:111"))).hasToString("1:1,3:111");
        assertThat(epochs("2:60").upTo(60, epochs("1:1,3:111"))).hasToString("1:60,3:111");
        assertThat(epochs("1:60").upTo(103, epochs("1:1,2:103"))).hasToString("1:60,2:103");
        assertThat(epochs("").upTo(103, epochs("0:1"))).as("an epoch may be 0").hasToString("0:103");
        assertThat(epochs("1:1,2:103").upTo(110, epochs("1:1,2:110")))
                .as("it keeps its own up to there")
                .hasToString("1:1,2:103");
    }

    @Test
    void shouldLearnWhereAnOwnerBegan() {
        assertThat(epochs("2:60,3:100").and(epochs("1:1,2:50"))).hasToString("1:1,2:50,3:100");
        assertThat(EpochHistory.NONE.and(epochs("1:1"))).hasToString("1:1");
    }
}
