package io.firstline.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SimulatedLagTest {
    private static final long MILLISECOND = 1_000_000;

    private static long[] lags(int line, int messages) {
        SimulatedLag lag = new SimulatedLag(line);
        long[] lags = new long[messages];
        for (int i = 0; i < messages; i++) {
            long sent = i * MILLISECOND;
            lags[i] = lag.arrivalNanos(sent) - sent;
        }
        return lags;
    }

    @Test
    void shouldLagAsRecordedConnectionsDo() {
        for (int line = 0; line < 5; line++) {
            long[] lags = lags(line, 500_000);
            Arrays.sort(lags);
            assertThat(lags[250_000] / 1e6).as("median ms of " + line).isBetween(0.3, 5.5);
            assertThat(lags[495_000] / 1e6).as("p99 ms of " + line).isBetween(10.0, 140.0);
        }
    }

    @Test
    void shouldKeepTheOrder() {
        long[] lags = lags(0, 100_000);

        for (int i = 1; i < lags.length; i++) {
            assertThat(lags[i] + MILLISECOND).isGreaterThanOrEqualTo(lags[i - 1]);
        }
    }

    @Test
    void shouldRepeatItself() {
        assertThat(lags(3, 1_000)).isEqualTo(lags(3, 1_000));
        assertThat(lags(3, 1_000)).isNotEqualTo(lags(4, 1_000));
    }
}
