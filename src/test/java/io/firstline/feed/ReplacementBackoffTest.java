package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReplacementBackoffTest {
    private static final long SECOND = 1_000_000_000L;

    private final ReplacementBackoff rest = new ReplacementBackoff();

    @Test
    void shouldLastLongerEachTimeButNotForEver() {
        assertThat(rest.lasts(0)).isFalse();
        for (long seconds : new long[] {5, 10, 20, 40, 80, 160, 320, 320, 320}) {
            rest.begin(0);
            assertThat(rest.lasts(seconds * SECOND - 1)).as("%d s", seconds).isTrue();
            assertThat(rest.lasts(seconds * SECOND)).as("%d s", seconds).isFalse();
        }
        rest.end();
        assertThat(rest.lasts(0)).isFalse();
        rest.begin(0);
        assertThat(rest.lasts(5 * SECOND)).isFalse();
    }
}
