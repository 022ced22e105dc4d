package io.firstline.replay.retention;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OwnerEpochsTest {

    @Test
    void shouldBeWrittenAndRead() {
        EpochHistory epochs = EpochHistory.NONE.begin(0, 1).begin(Integer.MAX_VALUE / 2, 4_711);
        OwnerEpochs owner = new OwnerEpochs(1_800_000_000_000_000L, epochs);
        assertThat(OwnerEpochs.parse(owner.toString())).isEqualTo(owner);
    }

    @Test
    void shouldReadNothingOfAnotherForm() {
        for (String header : new String[] {"", "1:1", "a/1:1", "1/1:1,", "1/9999999999:1", "1/1:9999999999999999999"}) {
            assertThat(OwnerEpochs.parse(header)).as(header).isNull();
        }
        assertThat(OwnerEpochs.parse("1/1:1" + ",2:2".repeat(32)))
                .as("too many")
                .isNull();
    }
}
