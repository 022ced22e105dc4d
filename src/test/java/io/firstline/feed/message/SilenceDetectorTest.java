package io.firstline.feed.message;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SilenceDetectorTest {
    private static final long SECOND = 1_000_000_000L;

    private final SilenceDetector silenceDetector = new SilenceDetector(0);

    @Test
    void shouldTellOnceThatNothingEverCame() {
        assertThat(silenceDetector.newsOfSilence(9 * SECOND)).isZero();
        assertThat(silenceDetector.newsOfSilence(10 * SECOND)).isEqualTo(10 * SECOND);
        assertThat(silenceDetector.newsOfSilence(60 * SECOND))
                .as("told already")
                .isZero();
    }

    @Test
    void shouldMeasureSilenceByTheFeedsOwnRhythm() {
        for (int i = 1; i <= 100; i++) {
            silenceDetector.onMessage(i * SECOND);
        }

        assertThat(silenceDetector.newsOfSilence(119 * SECOND)).isZero();
        assertThat(silenceDetector.newsOfSilence(121 * SECOND)).isEqualTo(21 * SECOND);
    }

    @Test
    void shouldNotCallABusyFeedSilentWithinFiveSeconds() {
        for (int i = 1; i <= 10_000; i++) {
            silenceDetector.onMessage(i * SECOND / 1_000);
        }

        assertThat(silenceDetector.newsOfSilence(14 * SECOND)).isZero();
        assertThat(silenceDetector.newsOfSilence(15 * SECOND)).isEqualTo(5 * SECOND);
    }

    @Test
    void shouldTellAgainAfterItSpoke() {
        silenceDetector.newsOfSilence(10 * SECOND);
        silenceDetector.onMessage(11 * SECOND);

        assertThat(silenceDetector.newsOfSilence(12 * SECOND)).isZero();
        assertThat(silenceDetector.newsOfSilence(21 * SECOND)).isEqualTo(10 * SECOND);
    }
}
