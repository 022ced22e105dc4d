package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Times are nanoseconds on a clock that is about to overflow. */
class ConfigAgreementTest {
    private static final long START = Math.subtractExact(Long.MAX_VALUE, 5L);

    private final ConfigAgreement agreement = new ConfigAgreement();

    @Test
    void shouldAgreeWithAnOwnerThatIsUnknownOrHasTheSame() {
        agreement.configured("a", START);
        assertThat(agreement.see("", START)).isFalse();
        assertThat(agreement.see("a", START)).isFalse();
        agreement.configured("a", START);
        assertThat(agreement.isSettled()).isTrue();
        assertThat(agreement.mine()).isEqualTo("a");
    }

    @Test
    void shouldSettleSomeTimeAfterTheLastDifference() {
        agreement.configured("a", START);
        agreement.see("b", START);
        assertThat(agreement.isSettled()).isFalse();
        agreement.see("b", START + 100);
        agreement.see("a", START + 99 + ConfigAgreement.SETTLE_NANOS);
        assertThat(agreement.isSettled()).isFalse();
        agreement.see("a", START + 100 + ConfigAgreement.SETTLE_NANOS);
        assertThat(agreement.isSettled()).isTrue();

        agreement.configured("c", START + ConfigAgreement.SETTLE_NANOS + 200);
        assertThat(agreement.isSettled()).as("its own change").isFalse();
    }

    @Test
    void shouldReportALongDifferenceOnce() {
        agreement.configured("a", START);
        assertThat(agreement.see("b", START)).isFalse();
        assertThat(agreement.see("b", START + ConfigAgreement.WARN_NANOS - 1)).isFalse();
        assertThat(agreement.see("b", START + ConfigAgreement.WARN_NANOS)).isTrue();
        assertThat(agreement.see("b", START + 2 * ConfigAgreement.WARN_NANOS)).isFalse();

        agreement.see("a", START + 2 * ConfigAgreement.WARN_NANOS);
        agreement.see("b", START + 3 * ConfigAgreement.WARN_NANOS);
        assertThat(agreement.see("b", START + 4 * ConfigAgreement.WARN_NANOS)).isTrue();
    }
}
