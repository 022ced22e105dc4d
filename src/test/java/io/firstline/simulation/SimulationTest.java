package io.firstline.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.integration.Quiet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Thousands of hours of faults on the real pool; {@code -Dfirstline.seed=N} lives one world, with {@code -Dfirstline.trace=true} aloud. */
class SimulationTest {
    private static final int WORLDS = 2_000;

    @BeforeAll
    static void quiet() {
        Quiet.logs();
    }

    @Test
    void shouldKeepItsPromisesForTenThousandHours() {
        Long only = Long.getLong("firstline.seed");
        if (only != null) {
            Campaign.run(only, only);
            return;
        }
        Life life = Campaign.run(1, WORLDS);
        assertThat(life.hours()).isGreaterThan(10_000);
    }
}
