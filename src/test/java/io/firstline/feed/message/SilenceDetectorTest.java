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
    void shouldFindNoSilenceUnusualWithoutAKnownRate() {
        for (int i = 1; i < 20; i++) {
            silenceDetector.onMessage(i * SECOND);
        }
        assertThat(silenceDetector.isUnusual(SECOND, 1_000 * SECOND)).isFalse();

        silenceDetector.onMessage(20 * SECOND);

        assertThat(silenceDetector.isUnusual(SECOND, 39 * SECOND)).isFalse();
        assertThat(silenceDetector.isUnusual(SECOND, 40 * SECOND)).isTrue();
        assertThat(silenceDetector.isUnusual(60 * SECOND, 79 * SECOND)).isFalse();
        assertThat(silenceDetector.isUnusual(60 * SECOND, 80 * SECOND)).isTrue();
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

    @Test
    void shouldKnowWhenDataLastArrivedAndWhetherItsSilenceWasReported() {
        assertThat(silenceDetector.lastNanos()).isNull();
        assertThat(silenceDetector.isSilent()).isFalse();
        silenceDetector.onMessage(3 * SECOND);
        assertThat(silenceDetector.lastNanos()).isEqualTo(3 * SECOND);
        assertThat(silenceDetector.newsOfSilence(13 * SECOND)).isEqualTo(10 * SECOND);
        assertThat(silenceDetector.isSilent()).isTrue();
        silenceDetector.onMessage(14 * SECOND);
        assertThat(silenceDetector.isSilent()).isFalse();
    }

    /** A message every 20 ms: twenty intervals are 0.4 s, and half a second is the least stall. */
    @Test
    void shouldReportAStallWhenItEnds() {
        long now = 0;
        for (int i = 0; i < 100; i++) {
            silenceDetector.onMessage(now += SECOND / 50);
        }
        assertThat(silenceDetector.lastStall()).isNull();
        silenceDetector.onMessage(now += SECOND / 2 - 1);
        assertThat(silenceDetector.lastStall()).as("too short").isNull();
        for (int i = 0; i < 2_000; i++) {
            silenceDetector.onMessage(now += SECOND / 50);
        }
        silenceDetector.onMessage(now += SECOND / 2);
        assertThat(silenceDetector.lastStall()).isEqualTo(new Silence(now - SECOND / 2, now, false));
    }

    @Test
    void shouldReportNoStallBeforeTheRateIsKnown() {
        for (int i = 1; i <= 19; i++) {
            silenceDetector.onMessage(i * SECOND / 50);
        }
        silenceDetector.onMessage(9 * SECOND);
        assertThat(silenceDetector.lastStall()).isNull();
        silenceDetector.onMessage(100 * SECOND);
        assertThat(silenceDetector.lastStall()).as("the 21st message").isNotNull();
    }

    /** One interval of 4 s among short ones: only three times that is unusual. */
    @Test
    void shouldAllowThreeTimesTheLongestInterval() {
        long now = 0;
        for (int i = 0; i < 100; i++) {
            silenceDetector.onMessage(now += i == 98 ? 4 * SECOND : SECOND / 100);
        }
        assertThat(silenceDetector.newsOfSilence(now + 11 * SECOND)).isZero();
        assertThat(silenceDetector.newsOfSilence(now + 12 * SECOND)).isPositive();
    }

    /** The longest interval halves in 700 messages. */
    @Test
    void shouldForgetALongInterval() {
        long now = SECOND;
        silenceDetector.onMessage(now);
        silenceDetector.onMessage(now += 40 * SECOND);
        for (int i = 0; i < 693; i++) {
            silenceDetector.onMessage(now += SECOND / 100);
        }
        assertThat(silenceDetector.newsOfSilence(now + 58 * SECOND)).isZero();
        assertThat(silenceDetector.newsOfSilence(now + 61 * SECOND)).isPositive();
    }

    @Test
    void shouldFollowASlowerRate() {
        long now = 0;
        for (int i = 0; i < 1_000; i++) {
            silenceDetector.onMessage(now += SECOND);
        }
        for (int i = 0; i < 1_000; i++) {
            silenceDetector.onMessage(now += 2 * SECOND);
        }
        assertThat(silenceDetector.newsOfSilence(now + 39 * SECOND)).isZero();
        assertThat(silenceDetector.newsOfSilence(now + 40 * SECOND)).isPositive();
    }

    /** The first message of a feed is not the end of an interval. */
    @Test
    void shouldKnowTheRateFromTwentyMessagesAtWhateverTimeTheyCome() {
        long now = 3_600 * SECOND;
        SilenceDetector young = new SilenceDetector(now - SECOND);
        for (int i = 0; i < 20; i++) {
            young.onMessage(now += SECOND / 100);
        }
        assertThat(young.newsOfSilence(now + 5 * SECOND - 1)).isZero();
        assertThat(young.newsOfSilence(now + 5 * SECOND)).isEqualTo(5 * SECOND);
    }

    @Test
    void shouldCallTwentyUsualIntervalsAStall() {
        long now = 0;
        for (int i = 0; i < 30; i++) {
            silenceDetector.onMessage(now += SECOND);
        }
        silenceDetector.onMessage(now + 20 * SECOND);
        assertThat(silenceDetector.lastStall()).isEqualTo(new Silence(now, now + 20 * SECOND, false));
    }
}
