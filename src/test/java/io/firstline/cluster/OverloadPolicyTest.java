package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OverloadPolicyTest {
    private static final long LATE = OverloadPolicy.LATE_NANOS;

    private final OverloadPolicy policy = new OverloadPolicy(0);
    private long nowMs;
    private int omitted;

    /** Passes time, with a feed that is late by this much. */
    private int pass(long ms, long lateNanos) {
        for (long end = nowMs + ms; nowMs < end; nowMs += 50) {
            omitted = policy.decide(lateNanos, TimeUnit.MILLISECONDS.toNanos(nowMs));
        }
        return omitted;
    }

    @Test
    void shouldOmitNothingForASinglePause() {
        pass(10_000, 0);
        assertThat(pass(1_000, 4 * LATE)).isZero();
        pass(2_000, 0);
        assertThat(pass(1_000, 4 * LATE)).isZero();
        assertThat(pass(60_000, LATE - 1)).isZero();
    }

    @Test
    void shouldOmitMoreAndMoreWhileFeedsAreLate() {
        pass(10_000, 0);
        assertThat(pass(2_900, LATE)).isZero();
        assertThat(pass(300, LATE)).isEqualTo(1);
        assertThat(pass(1_000, LATE)).isEqualTo(2);
        assertThat(pass(10_000, LATE)).isEqualTo(OverloadPolicy.PARTS);
    }

    @Test
    void shouldResumePartByPartWhenItIsCalm() {
        pass(20_000, LATE);
        assertThat(pass(9_900, 0)).isEqualTo(4);
        assertThat(pass(300, 0)).isEqualTo(3);
        assertThat(pass(9_000, 0)).isEqualTo(3);
        assertThat(pass(40_000, 0)).isZero();
    }

    @Test
    void shouldWaitLongerAfterEachRelapse() {
        pass(20_000, LATE);
        pass(10_200, 0);
        assertThat(pass(4_000, LATE)).isEqualTo(4);
        assertThat(pass(19_000, 0)).isEqualTo(4);
        assertThat(pass(1_200, 0)).isEqualTo(3);
    }
}
