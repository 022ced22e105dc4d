package io.firstline.bus;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EpochsTest {

    @Test
    void shouldKnowWhoGaveANumber() {
        Epochs epochs = Epochs.NONE.begin(0, 1).begin(2, 103).begin(3, 110);

        assertThat(epochs.newest()).isEqualTo(3);
        assertThat(epochs.epochOf(102)).isZero();
        assertThat(epochs.epochOf(103)).isEqualTo(2);
        assertThat(epochs.epochOf(109)).isEqualTo(2);
        assertThat(epochs.epochOf(1_000)).isEqualTo(3);
        assertThat(epochs.epochOf(0)).isEqualTo(-1);
        assertThat(epochs.endOf(0)).isEqualTo(103);
        assertThat(epochs.endOf(1)).isEqualTo(103);
        assertThat(epochs.endOf(2)).isEqualTo(110);
        assertThat(epochs.endOf(3)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void shouldForgetAnOwnerOfWhomNothingCounts() {
        Epochs epochs = Epochs.NONE.begin(1, 1).begin(2, 103).begin(3, 103);

        assertThat(epochs).hasToString("1:1,3:103");
        assertThat(epochs.begin(4, 50)).hasToString("1:1,4:50");
    }

    @Test
    void shouldBeBounded() {
        Epochs epochs = Epochs.NONE;
        for (int i = 1; i <= 100; i++) {
            epochs = epochs.begin(i, i * 10L);
        }
        assertThat(epochs.begins()).hasSize(32);
        assertThat(epochs.epochOf(995)).isEqualTo(99);
        assertThat(epochs.epochOf(10)).isEqualTo(-1);
    }

    @Test
    void shouldBeWrittenAndRead() {
        Epochs epochs = Epochs.NONE.begin(0, 1).begin(7, 4_711);

        assertThat(Epochs.parse(epochs.toString())).isEqualTo(epochs);
        assertThat(Epochs.parse("")).isEqualTo(Epochs.NONE);
        assertThat(Epochs.NONE.newest()).isEqualTo(-1);
    }
}
