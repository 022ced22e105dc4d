package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.feed.HalfOpenPolicy.Heard;
import io.firstline.feed.HalfOpenPolicy.Verdict;
import io.firstline.feed.message.Silence;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class HalfOpenPolicyTest {
    private static final long MS = 1_000_000;
    private static final long ASKED_MS = 1_000;
    private static final long LAST_FRAME_MS = 990;

    private static Heard heard(long lastFrameMs, long inStepMs, long stallMs, long stallEndedMs) {
        return new Heard(lastFrameMs * MS, true, inStepMs * MS, false, stallMs * MS, stallEndedMs * MS, 0, 0);
    }

    /** A sibling that was silent without an unanswered ping. */
    private static Heard silent(long fromMs, long toMs, long lastFrameMs) {
        return new Heard(lastFrameMs * MS, true, 0, false, 0, 0, (toMs - fromMs) * MS, toMs * MS);
    }

    private static Verdict at(long nowMs, Heard... siblings) {
        return HalfOpenPolicy.verdict(ASKED_MS * MS, LAST_FRAME_MS * MS, List.of(siblings), nowMs * MS);
    }

    @Test
    void shouldCutBesideASiblingThatIsHeardAndHasEverything() {
        assertThat(at(2_000, heard(1_900, 0, 0, 0))).isEqualTo(Verdict.CUT);
        assertThat(at(2_000, heard(1_900, LAST_FRAME_MS, 0, 0)))
                .as("in step just in time")
                .isEqualTo(Verdict.CUT);
    }

    @Test
    void shouldCutNobodyWhileNobodyIsHeard() {
        assertThat(at(2_000, heard(1_100, 0, 0, 0)))
                .as("it may be the same stall")
                .isEqualTo(Verdict.WAIT);
        assertThat(at(2_000, heard(ASKED_MS + 499, 0, 0, 0))).isEqualTo(Verdict.WAIT);
        assertThat(at(2_000, heard(ASKED_MS + 500, 0, 0, 0)))
                .as("the stall may have begun earlier")
                .isEqualTo(Verdict.CUT);
        assertThat(at(LAST_FRAME_MS + 9_999)).isEqualTo(Verdict.WAIT);
        assertThat(at(LAST_FRAME_MS + 10_000)).isEqualTo(Verdict.REPLACE);
    }

    @Test
    void shouldWaitAsLongAgainAsASiblingsStallWas() {
        Heard back = heard(3_100, 0, 2_000, 3_000);

        assertThat(at(4_900, back)).isEqualTo(Verdict.WAIT);
        assertThat(at(5_000, back)).isEqualTo(Verdict.CUT);

        assertThat(at(2_000, heard(1_900, 0, 2_000, LAST_FRAME_MS - 1)))
                .as("the other one was heard after that stall")
                .isEqualTo(Verdict.CUT);
        assertThat(at(2_000, heard(1_900, 0, 2_000, LAST_FRAME_MS)))
                .as("its last frame may be from before that stall")
                .isEqualTo(Verdict.WAIT);
    }

    @Test
    void shouldWaitUntilASiblingThatWasSilentTooIsHeardForAsLongAgain() {
        assertThat(at(1_950, silent(1_000, 1_900, 1_940)))
                .as("it has just resumed, and the other one may be about to")
                .isEqualTo(Verdict.WAIT);
        assertThat(at(2_850, silent(1_000, 1_900, 1_940)))
                .as("it has resumed and is silent again")
                .isEqualTo(Verdict.WAIT);
        assertThat(at(2_790, silent(1_000, 1_900, 2_790))).isEqualTo(Verdict.WAIT);
        assertThat(at(2_810, silent(1_000, 1_900, 2_800))).isEqualTo(Verdict.CUT);
    }

    @Test
    void shouldTakeASilenceThatTheOtherDidNotShareForNone() {
        assertThat(at(2_000, silent(0, LAST_FRAME_MS, 1_900)))
                .as("the other one was heard after it")
                .isEqualTo(Verdict.CUT);
        assertThat(at(2_000, silent(LAST_FRAME_MS + 300, 1_900, 1_900)))
                .as("it was heard while the other one was silent")
                .isEqualTo(Verdict.CUT);
    }

    @Test
    void shouldNotCutForANewcomerThatLacksWhatTheOldOneMayStillBring() {
        Heard newcomer = heard(1_900, LAST_FRAME_MS + 1, 0, 0);

        assertThat(at(2_000, newcomer)).isEqualTo(Verdict.WAIT);
        assertThat(at(LAST_FRAME_MS + 10_000, newcomer)).isEqualTo(Verdict.REPLACE);
    }

    /** A replacement is opened at once while others are heard, and one of them need not be in step for that. */
    @Test
    void shouldKnowWhetherAnotherConnectionIsHeard() {
        Heard behind = new Heard(1_900 * MS, false, 0, false, 0, 0, 0, 0);
        Heard silentToo = heard(1_100, 0, 0, 0);
        for (boolean isHeard : new boolean[] {true, false}) {
            List<Heard> others = isHeard ? List.of(silentToo, behind) : List.of(silentToo);
            assertThat(HalfOpenPolicy.isAnybodyHeard(ASKED_MS * MS, LAST_FRAME_MS * MS, others, 2_000 * MS))
                    .isEqualTo(isHeard);
        }
    }

    private static Silence silence(long fromMs, long toMs, boolean lasts) {
        return new Silence(fromMs * MS, toMs * MS, lasts);
    }

    @Test
    void shouldTrustNoFiguresForAsLongAgainAsAllStoodStill() {
        CommonStall stall = new CommonStall();
        List<Silence> all = List.of(silence(1_000, 3_000, false), silence(1_010, 3_100, true));

        assertThat(stall.look(all, null, 3_100 * MS)).isFalse();
        assertThat(stall.isGrace()).isTrue();
        assertThat(stall.look(all, null, 4_980 * MS)).isFalse();
        assertThat(stall.look(all, null, 4_990 * MS)).as("measure anew").isTrue();
        assertThat(stall.isGrace()).isFalse();
        assertThat(stall.look(all, null, 9_000 * MS)).as("once").isFalse();
    }

    @Test
    void shouldTakeASilenceOfOneForNoCommonStall() {
        CommonStall stall = new CommonStall();

        stall.look(Arrays.asList(silence(1_000, 3_000, false), null), null, 3_100 * MS);
        stall.look(List.of(silence(1_000, 2_000, false), silence(2_500, 3_000, false)), null, 3_100 * MS);

        assertThat(stall.isGrace()).isFalse();
    }

    @Test
    void shouldTakeAnUnusualSilenceOfAllDataForOne() {
        CommonStall stall = new CommonStall();

        stall.look(Arrays.asList(null, null), silence(1_000, 1_700, false), 1_750 * MS);

        assertThat(stall.isGrace()).isTrue();
    }
}
