package io.firstline.feed.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.feed.report.EvictionReason.Cause;
import org.junit.jupiter.api.Test;

class EvictionReasonTest {
    @Test
    void shouldKeepDetailsOutOfWhatIsCounted() {
        EvictionReason slow = EvictionReason.slow("lag p99 112.0 ms, 1.8 % of messages missing");
        EvictionReason silent = EvictionReason.silent("a stream, named by the server");

        assertThat(slow).hasToString("slow: lag p99 112.0 ms, 1.8 % of messages missing");
        assertThat(slow.cause().label()).isEqualTo("slow");
        assertThat(silent).hasToString("a stream, named by the server silent while others deliver it");
        assertThat(silent.cause().label()).isEqualTo("stream silent while others deliver it");
        assertThat(EvictionReason.of(Cause.OUT_OF_STEP)).hasToString("out of step");
        assertThat(EvictionReason.OVERDUE).hasToString("age, overdue");
        assertThat(EvictionReason.OVERDUE.cause().label()).isEqualTo("age");
    }
}
