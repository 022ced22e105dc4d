package io.firstline.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SequenceLedgerTest {
    private final SequenceLedger ledger = new SequenceLedger();

    private void receive(long... sequences) {
        LongStream.of(sequences).forEach(ledger::received);
    }

    @Test
    void shouldCountWhatComesInOrder() {
        receive(1, 2, 3);

        assertThat(ledger.unique()).isEqualTo(3);
        assertThat(ledger.twice()).isZero();
        assertThat(ledger.isNews(3)).isFalse();
        assertThat(ledger.isNews(4)).isTrue();
    }

    @Test
    void shouldCountWhatComesLateOnceAndWhatComesAgainAsTwice() {
        receive(1, 4, 2, 2, 4, 5);

        assertThat(ledger.unique()).isEqualTo(4); // 3 is missing
        assertThat(ledger.twice()).isEqualTo(2);
    }
}
