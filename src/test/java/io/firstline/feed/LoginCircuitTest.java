package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LoginCircuitTest {
    private final LoginCircuit circuit = new LoginCircuit();

    private static long s(long seconds) {
        return TimeUnit.SECONDS.toNanos(seconds);
    }

    @Test
    void shouldHoldBackNobodyWithoutARefusal() {
        assertThat(circuit.waitMs(s(1))).isZero();
        assertThat(circuit.waitMs(s(1))).isZero();
        assertThat(circuit.close()).isFalse();
    }

    @Test
    void shouldCountRefusalsOfConnectionsThatTriedTogetherOnce() {
        assertThat(circuit.refused(s(0))).isEqualTo(60_000);
        assertThat(circuit.refused(s(1))).isZero();
        assertThat(circuit.waitMs(s(1))).isEqualTo(59_001);
        assertThat(circuit.isOpen()).isTrue();
    }

    @Test
    void shouldLetOneTryAfterEachPause() {
        long now = s(0);
        long[] pauses = {60, 120, 240, 480, 900, 900};
        for (long pause : pauses) {
            assertThat(circuit.refused(now)).isEqualTo(pause * 1_000);
            now += s(pause);
            assertThat(circuit.waitMs(now)).isZero();
            assertThat(circuit.waitMs(now)).as("the question is no attempt").isZero();
            circuit.tries(now);
            assertThat(circuit.waitMs(now)).as("another connection").isEqualTo(1_000);
        }
        assertThat(circuit.close()).isTrue();
        assertThat(circuit.waitMs(now)).isZero();
        assertThat(circuit.refused(now)).as("counts anew").isEqualTo(60_000);
    }

    @Test
    void shouldLetAnotherTryIfTheFirstGotNoAnswer() {
        circuit.refused(s(0));
        circuit.tries(s(60));
        circuit.undecided();
        assertThat(circuit.waitMs(s(60))).isZero();
        circuit.tries(s(60));
        assertThat(circuit.waitMs(s(119))).isPositive();
        assertThat(circuit.waitMs(s(120))).as("the attempt is forgotten").isZero();
    }
}
