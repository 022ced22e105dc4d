package io.firstline.pool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RhythmTest {
    private static final long SECOND = 1_000_000_000L;

    private final Rhythm rhythm = new Rhythm(0);

    @Test
    void shouldTellOnceThatNothingEverCame() {
        assertThat(rhythm.newsOfSilence(9 * SECOND)).isZero();
        assertThat(rhythm.newsOfSilence(10 * SECOND)).isEqualTo(10 * SECOND);
        assertThat(rhythm.newsOfSilence(60 * SECOND)).as("told already").isZero();
    }

    @Test
    void shouldMeasureSilenceByTheFeedsOwnRhythm() {
        for (int i = 1; i <= 100; i++) {
            rhythm.onMessage(i * SECOND);
        }

        assertThat(rhythm.newsOfSilence(119 * SECOND)).isZero();
        assertThat(rhythm.newsOfSilence(121 * SECOND)).isEqualTo(21 * SECOND);
    }

    @Test
    void shouldNotCallABusyFeedSilentWithinFiveSeconds() {
        for (int i = 1; i <= 10_000; i++) {
            rhythm.onMessage(i * SECOND / 1_000);
        }

        assertThat(rhythm.newsOfSilence(14 * SECOND)).isZero();
        assertThat(rhythm.newsOfSilence(15 * SECOND)).isEqualTo(5 * SECOND);
    }

    @Test
    void shouldTellAgainAfterItSpoke() {
        rhythm.newsOfSilence(10 * SECOND);
        rhythm.onMessage(11 * SECOND);

        assertThat(rhythm.newsOfSilence(12 * SECOND)).isZero();
        assertThat(rhythm.newsOfSilence(21 * SECOND)).isEqualTo(10 * SECOND);
    }
}
