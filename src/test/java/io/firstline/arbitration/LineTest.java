package io.firstline.arbitration;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.arbitration.report.LineFigures;
import org.junit.jupiter.api.Test;

class LineTest {
    private static final long MS = 1_000_000;
    private static final long SKEW = 800 * MS;

    private final Line line = new Line(3, 77);

    @Test
    void shouldStartWithoutFigures() {
        assertThat(line.slot()).isEqualTo(3);
        assertThat(line.floorNanos).isEqualTo(77);
        assertThat(line.repeatsFloorNanos).isEqualTo(77);
        assertThat(line.inStep()).isFalse();
        assertThat(line.figures()).isEqualTo(new LineFigures(false, 0, 0, 0, 0, 0, -1, -1));
        assertThat(line.window()).isEqualTo(new LineWindow(0, 0, -1, -1));
        line.placeIn(1, 7);
        for (int stream : new int[] {0, 2, Line.MAX_STREAMS}) {
            assertThat(line.figuresIn(stream)).isNull();
            assertThat(line.reachedIn(stream)).isZero();
            assertThat(line.placeIn(stream)).isZero();
            assertThat(line.begunIn(stream)).isZero();
            assertThat(line.matchedSince(1, stream, 0)).isZero();
        }
    }

    @Test
    void shouldCountACopyThatMayBeAnotherMessage() {
        line.reached(4, 1, false, 5 * MS, 9);
        assertThat(line.watermark).isEqualTo(4);
        assertThat(line.reachedIn(1)).isEqualTo(4);
        assertThat(line.windowCopies()).isEqualTo(1);
        assertThat(line.figuresIn(1).copies()).isEqualTo(1);
    }

    @Test
    void shouldCountWhatItPublishedAndWhatItDeliveredLate() {
        line.published(1, 2, false);
        line.reached(2, 2, true, 5 * MS, 2);
        line.reached(3, 0, true, 7 * MS, 3);
        assertThat(line.wins).isEqualTo(1);
        assertThat(line.figuresIn(2).wins()).isEqualTo(1);
        assertThat(line.figuresIn(2).copies()).isEqualTo(2);
        assertThat(line.figuresIn(0).copies()).as("without a stream").isZero();
        assertThat(line.windowCopies()).isEqualTo(3);
        assertThat(line.figures().lagP99Micros()).isBetween(6_950L, 7_100L);
        assertThat(line.watermark).isEqualTo(3);
        assertThat(line.reachedIn(2)).isEqualTo(2);
    }

    @Test
    void shouldStartAWindowAndKeepEarlierFigures() {
        line.reached(1, 0, true, 90 * MS, 1);
        line.lost(0, 2, false);
        line.startWindow();
        assertThat(line.windowCopies()).isZero();
        assertThat(line.window().losses()).isZero();
        line.reached(2, 0, true, 10 * MS, 2);
        line.lost(0, 1, false);
        assertThat(line.window().copies()).isEqualTo(1);
        assertThat(line.window().losses()).isEqualTo(1);
        assertThat(line.lagMicros().getTotalCount()).isEqualTo(2);
        line.lost(0, -2, false);
        assertThat(line.window().losses())
                .as("a loss of an earlier window was none")
                .isZero();
    }

    /** A lost message ranks behind all that arrived. */
    @Test
    void shouldRankLossesAsTheLongestLag() {
        for (int i = 1; i <= 98; i++) {
            line.reached(i, 0, true, MS, i);
        }
        line.lost(0, 1, false);
        assertThat(line.window().lagP99Micros()).as("rank 99 of 99").isEqualTo(LineWindow.LOST_MICROS);
        line.reached(99, 0, true, MS, 99);
        assertThat(line.window().lagP99Micros()).as("rank 99 of 100").isBetween(995L, 1_010L);
        line.lost(0, 1, false);
        assertThat(line.window().lagP99Micros()).as("rank 100 of 101").isEqualTo(LineWindow.LOST_MICROS);
    }

    @Test
    void shouldCountWhatItsOwnNumbersLackAsLossesOfTheWindow() {
        for (int i = 1; i <= 98; i++) {
            line.reached(i, 0, true, MS, i);
        }
        line.lost(0, 1, false);
        line.lacks(3);
        assertThat(line.window().losses())
                .as("the same messages are not counted twice")
                .isEqualTo(3);
        assertThat(line.window().lagP99Micros()).isEqualTo(LineWindow.LOST_MICROS);
        assertThat(line.figures().losses()).as("what others delivered").isEqualTo(1);
        line.startWindow();
        assertThat(line.window().losses()).isZero();
        line.lacks(Long.MAX_VALUE);
        assertThat(line.window().losses()).isEqualTo(1_000_000);
    }

    @Test
    void shouldRankALineThatLosesEveryOtherMessageAsLost() {
        line.reached(1, 0, true, MS, 1);
        line.lost(0, 1, false);
        assertThat(line.window().lagP99Micros()).isEqualTo(LineWindow.LOST_MICROS);
    }

    @Test
    void shouldRankTheLagsOfCopies() {
        for (int i = 1; i <= 200; i++) {
            line.reached(i, 0, true, i < 198 ? MS : i == 198 ? 10 * MS : 1_000 * MS, i);
        }
        assertThat(line.window().lagP99Micros()).as("rank 198 of 200").isBetween(9_900L, 10_100L);
        assertThat(line.window().arrivedLagP99Micros()).isBetween(9_900L, 10_100L);
    }

    @Test
    void shouldFollowSmallLagsAtOnceAndLargeOnesSlowly() {
        line.leastLagNanos = 640;
        line.reached(1, 0, true, 64, 1);
        assertThat(line.leastLagNanos).isEqualTo(64);
        line.reached(2, 0, true, 64 + 6_400, 2);
        assertThat(line.leastLagNanos).isEqualTo(64 + 100);
        line.published(3, 0, false);
        assertThat(line.leastLagNanos).isZero();
    }

    /** A late message alone does not prove that the line has caught up: until a while has passed. */
    @Test
    void shouldNotCountALateMessageAsReachedAtOnce() {
        line.tick(0, SKEW);
        line.published(9, 1, true);
        assertThat(line.watermark).isZero();
        assertThat(line.reachedIn(1)).isZero();
        line.tick(SKEW, SKEW);
        assertThat(line.watermark).as("the gap is not longer than the skew").isZero();
        line.tick(2 * SKEW + 1, SKEW);
        assertThat(line.watermark).isEqualTo(9);
        assertThat(line.reachedIn(1)).isEqualTo(9);
    }

    @Test
    void shouldLimitItsOwnClockPerGap() {
        line.tick(5 * MS, SKEW);
        assertThat(line.ownNanos).isZero();
        assertThat(line.firstCopyNanos).isEqualTo(5 * MS);
        line.tick(25 * MS, SKEW);
        assertThat(line.ownNanos).isEqualTo(20 * MS);
        assertThat(line.previousCopyNanos).isEqualTo(5 * MS);
        assertThat(line.lastCopyNanos).isEqualTo(25 * MS);
        line.tick(60_000 * MS, SKEW);
        assertThat(line.ownNanos).as("an eighth of the skew").isEqualTo(120 * MS);
        assertThat(line.firstCopyNanos).isEqualTo(5 * MS);
    }

    /** Between one and two skews of the line's clock after a match, the line has passed older messages. */
    @Test
    void shouldPassOlderMessagesASkewAfterAMatch() {
        line.tick(0, SKEW);
        line.reached(5, 0, true, 0, 5);
        long now = 0;
        for (int i = 0; i < 8; i++) {
            assertThat(line.passed).isZero();
            line.tick(now += 100 * MS, SKEW);
        }
        assertThat(line.passed).as("one skew").isZero();
        for (int i = 0; i < 7; i++) {
            line.tick(now += 100 * MS, SKEW);
        }
        assertThat(line.passed).isZero();
        line.tick(now + 100 * MS, SKEW);
        assertThat(line.passed).isEqualTo(5);
    }

    @Test
    void shouldKnowTheLastMatchOfAStream() {
        line.ownNanos = 40;
        line.reached(5, 1, true, 0, 8);
        assertThat(line.matchedSince(8, 1, 40)).isEqualTo(5);
        assertThat(line.matchedSince(9, 1, 40)).as("before that was published").isZero();
        assertThat(line.matchedSince(8, 1, 41)).as("before that time").isZero();
        line.reached(4, 1, true, 0, 9);
        assertThat(line.matchedSince(9, 1, 0)).as("an older message").isZero();
        line.reached(5, 1, true, 0, 9);
        assertThat(line.matchedSince(9, 1, 0)).as("the same message").isZero();
        line.reached(6, 1, false, 0, 9);
        assertThat(line.matchedSince(9, 1, 0)).as("not beyond doubt").isZero();
    }

    @Test
    void shouldBeginAStreamWithItsFirstSureMatch() {
        line.reached(5, 1, true, 0, 5);
        assertThat(line.begunIn(1)).as("it did not join later").isZero();
        line.anchored = true;
        line.reached(6, 1, false, 0, 6);
        assertThat(line.begunIn(1)).isZero();
        line.reached(7, 1, true, 0, 7);
        line.reached(8, 1, true, 0, 8);
        assertThat(line.begunIn(1)).isEqualTo(7);
    }

    @Test
    void shouldUndoAMatch() {
        line.placeIn(1, 3);
        line.reached(3, 1, true, 0, 3);
        line.reached(5, 1, true, 0, 5);
        line.placeIn(1, 5);
        line.takenBack(5, 1, 3, 3);
        assertThat(line.placeIn(1)).isEqualTo(3);
        assertThat(line.reachedIn(1)).isEqualTo(3);
        assertThat(line.matchedSince(1, 1, 0)).isZero();
        line.reached(7, 1, true, 0, 7);
        line.takenBack(6, 1, 3, 3);
        assertThat(line.reachedIn(1)).as("it has delivered a younger one").isEqualTo(7);
        assertThat(line.matchedSince(1, 1, 0)).isEqualTo(7);
    }

    /** A match that was wrong does not prove that the line has passed older messages. */
    @Test
    void shouldNotPassOlderMessagesAfterAMatchThatWasWrong() {
        line.reached(3, 1, true, 0, 3);
        line.reached(5, 1, true, 0, 5);
        line.takenBack(5, 1, 3, 3);
        for (int i = 0; i < 30; i++) {
            line.tick(i * 100L * MS, SKEW);
        }
        assertThat(line.passed).isZero();
        line.reached(7, 1, true, 0, 7);
        line.takenBack(5, 1, 3, 3);
        for (int i = 30; i < 60; i++) {
            line.tick(i * 100L * MS, SKEW);
        }
        assertThat(line.passed).isEqualTo(7);
    }

    @Test
    void shouldForgetItsPlaces() {
        line.placeIn(0, 4);
        line.placeIn(2, 5);
        line.forgetPlaces();
        assertThat(line.placeIn(0)).isZero();
        assertThat(line.placeIn(1)).isZero();
        assertThat(line.placeIn(2)).isZero();
    }

    @Test
    void shouldSubtractLossesAndSavesThatAreNotTrusted() {
        line.lost(1, 2, false);
        line.saved(1, 3);
        line.trust();
        line.lost(1, 5, false);
        line.saved(1, 5);
        assertThat(line.figuresIn(1).losses()).isEqualTo(7);
        assertThat(line.figuresIn(1).saves()).isEqualTo(8);
        line.distrust();
        assertThat(line.losses).isEqualTo(2);
        assertThat(line.saves).isEqualTo(3);
        assertThat(line.figuresIn(1).losses()).isEqualTo(2);
        assertThat(line.figuresIn(1).saves()).isEqualTo(3);
        line.lost(0, 1, false);
        line.saved(0, 1);
        assertThat(line.losses).isEqualTo(3);
        assertThat(line.saves).isEqualTo(4);
        assertThat(line.figuresIn(0))
                .as("there are no figures without a stream")
                .isNull();
    }

    @Test
    void shouldHaveFiguresForEveryStream() {
        line.placeIn(Line.MAX_STREAMS, 1);
        assertThat(line.placeIn(Line.MAX_STREAMS)).isEqualTo(1);
        assertThat(line.figuresIn(Line.MAX_STREAMS)).isNotNull();
        assertThat(line.figuresIn(Line.MAX_STREAMS - 1)).isNull();
    }

    @Test
    void shouldCountLagsByPowersOfTwo() {
        line.reached(1, 1, true, -5, 1);
        line.reached(2, 1, true, 1_000, 2);
        line.reached(3, 1, true, 3_000, 3);
        line.reached(4, 1, true, Long.MAX_VALUE, 4);
        StreamFigures figures = line.figuresIn(1);
        assertThat(figures.lags()[0]).isEqualTo(1);
        assertThat(figures.lags()[1]).isEqualTo(1);
        assertThat(figures.lags()[2]).isEqualTo(1);
        assertThat(figures.lags()[StreamFigures.BUCKETS - 1]).isEqualTo(1);
        assertThat(figures.lagMicros(25)).isZero();
        assertThat(figures.lagMicros(50)).isEqualTo(2);
        assertThat(figures.lagMicros(51)).isEqualTo(4);
        assertThat(figures.lagMicros(100)).isEqualTo(1L << (StreamFigures.BUCKETS - 1));
        assertThat(figures.lagMicros(126)).as("no such percentile").isEqualTo(-1);
        assertThat(new StreamFigures().lagMicros(50)).isEqualTo(-1);
        assertThat(line.figures().lagP99Micros()).isGreaterThan(0);
    }
}
