package io.firstline.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The judge of the load table finds errors. */
class LedgerTest {
    private static final List<String> SENT = List.of("a1", "b1", "a2", "b2");

    @Test
    void shouldCountWhatIsLostRepeatedInventedAndOutOfOrder() {
        assertThat(Ledger.judge(SENT, "a1", "b1", "a2", "b2")).isEqualTo(new Ledger.Verdict(4, 4, 0, 0, 0, 0));
        assertThat(Ledger.judge(SENT, "b1", "b2", "a1", "a2"))
                .as("streams in another order among each other")
                .isEqualTo(new Ledger.Verdict(4, 4, 0, 0, 0, 0));
        assertThat(Ledger.judge(SENT, "a2", "a1", "a1", "x", "b1")).isEqualTo(new Ledger.Verdict(4, 5, 1, 1, 1, 1));
    }

    @Test
    void shouldFailUnlessEverythingIsExact() {
        Ledger.judge(SENT, "a1", "b1", "a2", "b2").assertExact();

        assertThatThrownBy(() -> Ledger.judge(SENT, "a1", "b1", "a2").assertExact())
                .isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> Ledger.judge(List.of()).assertExact())
                .as("nothing proves nothing")
                .isInstanceOf(AssertionError.class);
    }
}
