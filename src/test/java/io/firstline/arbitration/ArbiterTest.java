package io.firstline.arbitration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Small scripts in virtual milliseconds; a message's text is its bytes. */
class ArbiterTest {
    private static final long MS = 1_000_000L;
    private static final int GUARD_MS = 500;
    private static final int SKEW_MS = 100;

    private final DecisionLog<String> log = new DecisionLog<>();
    private Arbiter<String> arbiter;

    @BeforeEach
    void open() {
        open(1_024, 60_000);
    }

    private void open(int historySize, long historyMs) {
        log.out.clear();
        log.facts.clear();
        arbiter = new Arbiter<>(new ArbiterSettings(historySize, historyMs * MS, GUARD_MS * MS, SKEW_MS * MS), log);
    }

    private Line join(long ms) {
        return arbiter.join(ms * MS, ms * MS);
    }

    private void copies(Line line, long ms, String... messages) {
        for (String message : messages) {
            arbiter.copy(
                    line, new Sent<>(message.hashCode() * 0x9E37_79B9_7F4A_7C15L, message, message.length()), ms * MS);
        }
    }

    private void leave(Line line, long ms) {
        arbiter.leave(line, ms * MS);
    }

    private void inStream(Line line, long ms, String... messages) {
        for (String message : messages) {
            long identity = message.hashCode() * 0x9E37_79B9_7F4A_7C15L;
            arbiter.copy(line, new Sent<>(identity, 0, 1, message, message.length()), ms * MS);
        }
    }

    @Test
    void shouldNotTakeTheOrderOfMatchesForThatOfAJoiningLine() {
        Line a = join(0);
        Line b = join(0);
        for (int i = 0; i < 200; i++) {
            inStream(a, i, "m" + i);
            inStream(b, i, "m" + i);
        }
        Line joining = join(200);
        inStream(joining, 201, "x1", "x2");

        inStream(a, 202, "x2"); // lacks x1
        inStream(b, 203, "x1", "x2");

        assertThat(log.out.subList(200, log.out.size())).containsExactly("x2", "x1");
    }

    @Test
    void shouldKeepALineInStepThatLacksTheLastMessageOfAQuietFeed() {
        Line a = join(0);
        Line b = join(0);
        copies(a, 0, "m0", "m1");
        copies(b, 1, "m0");
        arbiter.prepare(90_000 * MS);

        copies(b, 90_000, "m2");
        copies(a, 90_001, "m2");

        assertThat(log.out).containsExactly("m0", "m1", "m2");
        assertThat(log.facts).isEmpty();
    }

    @Test
    void shouldCountALossAsTheLongestLag() {
        Line a = join(0);
        Line b = join(0);
        for (int i = 0; i < 200; i++) {
            copies(a, i, "m" + i);
            if (i % 50 != 0) {
                copies(b, i, "m" + i);
            }
        }
        arbiter.settleFigures(10_000 * MS);

        assertThat(b.window().losses()).isEqualTo(4);
        assertThat(b.window().lossShare()).isEqualTo(0.02);
        assertThat(b.window().lagP99Micros()).as("more than one in a hundred").isEqualTo(LineWindow.LOST_MICROS);
        assertThat(a.window().lossShare()).isZero();
        b.startWindow();
        assertThat(b.window().losses()).isZero();
    }

    // identity

    /** Answers of the server have no stream if no profile names them, and come at another place on each line. */
    @ParameterizedTest
    @ValueSource(strings = {"ack,x1,x2,x3", "x1,ack,x2,x3", "x1,x2,x3,ack"})
    void shouldPublishNoMessageTwiceBesideAnAckAtAnotherPlace(String onB) {
        Line a = join(0);
        Line b = join(0);
        for (int i = 0; i < 1_000; i++) {
            copies(a, 2L * i, "m" + i);
            copies(b, 2L * i + 1, "m" + i);
        }
        log.out.clear();
        copies(a, 2_000, "ack");
        copies(a, 2_005, "x1");
        copies(a, 2_010, "x2");
        copies(a, 2_015, "x3");
        copies(b, 2_016, onB.split(","));
        copies(a, 2_020, "x4");
        copies(b, 2_021, "x4");

        assertThat(log.out)
                .startsWith("ack")
                .filteredOn(text -> !text.equals("ack"))
                .containsExactly("x1", "x2", "x3", "x4");
    }

    @Test
    void shouldPublishTheFirstCopyAndCountTheLateOnes() {
        Line a = join(0);
        Line b = join(0);
        copies(a, 1, "1");
        copies(b, 2, "1", "2");
        copies(a, 3, "2");
        assertThat(log.out).containsExactly("1", "2");
        assertThat(a.figures().wins()).isEqualTo(1);
        assertThat(a.figures().lateCopies()).isEqualTo(1);
        assertThat(b.figures().wins()).isEqualTo(1);
        assertThat(a.figures().lagP99Micros()).isBetween(990L, 1_010L);
        assertThat(a.window().copies()).isEqualTo(2);
        assertThat(a.window().lagP99Micros()).isBetween(990L, 1_010L);
        a.startWindow();
        assertThat(a.window()).isEqualTo(new LineWindow(0, 0, -1, -1));
        assertThat(a.lagMicros().getTotalCount()).as("of all windows").isEqualTo(2);
        assertThat(arbiter.published()).isEqualTo(2);
        assertThat(arbiter).hasToString("Arbiter[published=2, lines=2, inStep=2]");
    }

    @Test
    void shouldMatchTheKthOccurrenceWithTheKth() {
        Line a = join(0);
        Line b = join(0);
        copies(a, 1, "x", "x");
        copies(b, 2, "x", "x", "x");
        copies(a, 3, "x", "x");
        copies(b, 4, "x");
        assertThat(log.out).containsExactly("x", "x", "x", "x");
        assertThat(a.figures().wins()).isEqualTo(3);
        assertThat(b.figures().wins()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 64})
    void shouldPublishARepeatAsOftenAsTheServerSentIt(int lines) {
        List<Line> all = new ArrayList<>();
        for (int i = 0; i < lines; i++) {
            all.add(join(0));
        }
        for (Line line : all) {
            copies(line, 1, "x", "x", "x", "y");
        }
        assertThat(log.out).containsExactly("x", "x", "x", "y");
    }

    @Test
    void shouldNotShiftForEverWhenOneHeartbeatIsLost() {
        Line a = join(0);
        Line b = join(0);
        copies(a, 1, "hb");
        for (int i = 0; i < 100; i++) {
            copies(a, 10 + i * 10, "m" + i);
            copies(b, 11 + i * 10, "m" + i);
        }
        copies(a, 1_100, "hb");
        copies(b, 1_101, "hb"); // its first copy: of the second that was sent
        leave(a, 1_102);
        copies(b, 1_200, "hb");
        assertThat(log.out.stream().filter("hb"::equals)).hasSize(3);
    }

    @Test
    void shouldTakeMoreThanSixtyFourLinesForAnError() {
        for (int i = 0; i < Arbiter.MAX_LINES; i++) {
            join(0);
        }
        assertThatThrownBy(() -> join(0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("64");
    }

    @Test
    void shouldIgnoreALineThatHasLeft() {
        Line a = join(0);
        Line b = join(0);
        copies(a, 1, "1");
        leave(a, 2);
        leave(a, 3);
        copies(a, 4, "2");
        assertThat(log.out).containsExactly("1");
        assertThat(arbiter).hasToString("Arbiter[published=1, lines=1, inStep=1]");
        assertThat(a.figures().inStep()).isFalse();
        copies(b, 5, "1", "2");
        assertThat(log.out).containsExactly("1", "2");
    }

    @Test
    void shouldNotLeakDeliveriesIntoTheNextLineOfASlot() {
        Line a = join(0);
        Line b = join(0);
        copies(a, 1, "x", "x", "y");
        copies(b, 2, "x", "x", "y");
        leave(b, 3);
        Line c = arbiter.join(0, 4 * MS);
        assertThat(c.slot).isEqualTo(b.slot);
        copies(c, 5, "x", "x", "y");
        assertThat(c.figures().lateCopies()).isEqualTo(3);
        assertThat(log.out).containsExactly("x", "x", "y");
    }

    @Test
    void shouldNotTakeTheRepeatOfANewLineForOneBeforeItConnected() {
        Line a = join(0);
        copies(a, 1, "hb", "1");
        Line b = join(10);
        copies(b, 20, "hb");
        copies(a, 21, "hb");
        leave(a, 22);
        copies(b, 30, "hb");
        assertThat(log.out).containsExactly("hb", "1", "hb", "hb");
    }

    // joining

    @Test
    void shouldHoldAJoinerThatIsAheadUntilItHasLinedUp() {
        Line a = join(0);
        copies(a, 1, "1", "2");
        Line b = join(10);
        copies(b, 11, "ack", "5");
        copies(a, 12, "3");
        copies(b, 13, "6");
        copies(a, 14, "4", "5"); // lined up, yet within the guard
        assertThat(b.inStep()).isFalse();
        copies(b, 600, "7", "8", "9");
        copies(a, 601, "6", "7");
        assertThat(log.facts).containsExactly("1 in step");
        assertThat(log.out).containsExactly("1", "2", "3", "4", "5", "6", "7", "8", "9");
        copies(b, 602, "10");
        copies(a, 603, "8", "9", "10");
        assertThat(log.out).endsWith("9", "10").hasSize(10);
        assertThat(b.figures().unmatched()).isEqualTo(1);
    }

    @Test
    void shouldLineUpAJoinerThatIsBehind() {
        Line a = join(0);
        copies(a, 1, "1");
        Line b = join(2);
        copies(b, 3, "ack", "snapshot");
        copies(a, 4, "2");
        copies(b, 50, "2");
        assertThat(b.inStep()).isFalse();
        copies(a, 600, "3");
        copies(b, 610, "3");
        assertThat(b.inStep()).isTrue();
        copies(b, 620, "4");
        assertThat(log.out).containsExactly("1", "2", "3", "4");
        assertThat(b.figures().unmatched()).isEqualTo(2);
        assertThat(b.figures().lateCopies()).isEqualTo(2);
    }

    @Test
    void shouldNotLineUpOnARepeat() {
        Line a = join(0);
        copies(a, 1, "hb", "hb");
        Line b = join(2);
        copies(b, 3, "ack");
        copies(a, 600, "hb", "hb");
        copies(b, 601, "hb", "hb");
        assertThat(b.inStep()).isFalse();
        copies(a, 602, "1");
        copies(b, 603, "1");
        assertThat(b.inStep()).isTrue();
    }

    @Test
    void shouldPublishOnceWhenTwoJoinersLineUpOnOneMessage() {
        Line a = join(0);
        copies(a, 1, "1");
        Line b = join(2);
        Line c = join(2);
        copies(b, 3, "2");
        copies(c, 3, "2");
        copies(b, 600, "3", "4", "5", "6");
        copies(c, 601, "3", "4", "5", "6");
        copies(a, 602, "2", "3");
        assertThat(log.facts).containsExactlyInAnyOrder("1 in step", "2 in step");
        assertThat(log.out).containsExactly("1", "2", "3", "4", "5", "6");
        copies(a, 603, "4", "5", "6");
        assertThat(log.out).hasSize(6);
    }

    @Test
    void shouldLeadAtOnceWhenNoLineInStepIsLeft() {
        Line a = join(0);
        copies(a, 1, "1");
        Line b = join(2);
        copies(b, 3, "3", "4");
        leave(a, 4);
        assertThat(log.facts).containsExactly("1 alone");
        assertThat(log.out).containsExactly("1", "3", "4");
        leave(b, 5);
        Line c = join(6);
        copies(c, 7, "5");
        assertThat(log.facts).containsExactly("1 alone", "0 alone");
        assertThat(log.out).endsWith("4", "5");
    }

    @Test
    void shouldLetTheOldestJoinerLeadWhenTheLastLeaderDies() {
        Line a = join(0);
        copies(a, 1, "1");
        Line b = join(2);
        Line c = join(3);
        copies(c, 4, "3");
        copies(b, 5, "2", "3", "4");
        copies(c, 6, "4");
        leave(a, 7);
        assertThat(log.facts).containsExactly("2 alone");
        assertThat(log.out).containsExactly("1", "3", "4");
        copies(b, 600, "5");
        copies(c, 601, "5", "6");
        copies(b, 602, "6");
        assertThat(b.inStep()).isTrue();
        assertThat(log.out).containsExactly("1", "3", "4", "5", "6");
    }

    @Test
    void shouldTakeOverFromSilentEldersAndPublishNothingTwiceWhenTheyThaw() {
        Line a = join(0);
        copies(a, 1, "1");
        Line b = join(2);
        copies(b, 3, "3");
        copies(b, 600, "4");
        copies(b, 1_599, "5");
        assertThat(log.out).containsExactly("1");
        copies(b, 1_600, "6");
        assertThat(log.facts).containsExactly("1 alone");
        assertThat(log.out).containsExactly("1", "3", "4", "5", "6");
        copies(a, 1_610, "2", "3", "4", "5", "6", "7");
        copies(b, 1_611, "7");
        assertThat(log.out).containsExactly("1", "3", "4", "5", "6", "2 late", "7");
        assertThat(arbiter.lateMessages()).isEqualTo(1);
    }

    @Test
    void shouldTakeOverWithTheOldestOfSeveralJoinersFirst() {
        Line a = join(0);
        copies(a, 1, "1");
        Line b = join(2);
        Line c = join(3);
        copies(b, 4, "2", "3");
        copies(c, 5, "3", "4");
        copies(c, 600, "5");
        copies(c, 1_700, "6"); // b is frozen
        assertThat(log.facts).startsWith("1 alone").hasSize(2);
        assertThat(log.out).containsExactly("1", "2", "3", "4", "5", "6");
    }

    @Test
    void shouldForgetWhatALeavingJoinerHeld() {
        Line a = join(0);
        copies(a, 1, "1");
        Line b = join(2);
        copies(b, 3, "3");
        leave(b, 4);
        copies(a, 5, "2", "3");
        assertThat(log.out).containsExactly("1", "2", "3");
        assertThat(b.figures().unmatched()).isEqualTo(1);
    }

    @Test
    void shouldBoundWhatAJoinerHolds() {
        Line a = join(0);
        copies(a, 1, "1");
        Line b = join(2);
        for (int i = 0; i < HeldCopies.MAX_COPIES + 5; i++) {
            copies(b, 3, "private " + i);
        }
        assertThat(b.figures().unmatched()).isEqualTo(5);
        arbiter.copy(b, new Sent<>(1, "huge", (int) HeldCopies.MAX_BYTES), 4 * MS);
        assertThat(b.figures().unmatched()).isEqualTo(HeldCopies.MAX_COPIES + 5);
    }

    // late, and falling behind

    @Test
    void shouldFlagEachMessageThatOnlyAFrozenLineHad() {
        Line a = join(0);
        Line b = join(0);
        copies(a, 1, "1");
        copies(b, 1, "1");
        copies(a, 50, "4", "5");
        copies(b, 1_000, "2", "3", "4", "5", "6");
        assertThat(log.out).containsExactly("1", "4", "5", "2 late", "3 late", "6");
        assertThat(arbiter.lateMessages()).isEqualTo(2);
    }

    @Test
    void shouldNotFlagForEverAfterALoss() {
        Line a = join(0);
        Line b = join(0);
        copies(a, 1, "1");
        copies(b, 1, "1");
        copies(a, 2, "lost on b");
        leave(a, 3);
        copies(b, 1_000, "2");
        copies(b, 2_000, "3");
        assertThat(log.out).containsExactly("1", "lost on b", "2 late", "3");
    }

    @Test
    void shouldTellALineThatFellBehindAndTakeItBackAfterAStreak() {
        open(16, 60_000);
        Line a = join(0);
        Line b = join(0);
        for (int i = 0; i < 100; i++) {
            copies(a, i, "m" + i);
            if (i == 0) {
                copies(b, i, "m0");
            }
        }
        for (int i = 1; i < 91; i++) { // thaws in one burst
            copies(b, 1_000, "m" + i);
        }
        assertThat(log.facts).containsExactly("1 out of step");
        assertThat(b.inStep()).isFalse();
        copies(b, 1_000, "m91", "m92", "m93");
        assertThat(log.facts).containsExactly("1 out of step", "1 in step");
        copies(b, 1_001, "m94", "m95", "m96", "m97", "m98", "m99", "m100");
        assertThat(log.out).hasSize(101).doesNotHaveDuplicates();
        assertThat(b.figures().unmatched()).isEqualTo(83);
    }

    @Test
    void shouldTakeBackALineThatFellBehindAndIsAheadNow() {
        open(16, 60_000);
        Line a = join(0);
        Line b = join(0);
        for (int i = 0; i < 100; i++) {
            copies(a, i, "m" + i);
        }
        copies(b, 100, "m0", "m1");
        for (int i = 100; i < 107; i++) {
            copies(b, 1_000 + i * 10, "m" + i);
            copies(a, 1_001 + i * 10, "m" + i);
        }
        assertThat(b.inStep()).isFalse();
        copies(b, 2_070, "m107", "m108");
        copies(a, 2_071, "m107");
        copies(a, 2_072, "m108");
        assertThat(b.inStep()).isTrue();
        assertThat(log.out).hasSize(109).doesNotHaveDuplicates();
    }

    @Test
    void shouldNotTrustAJoinerThatFrozeForLongerThanTheHistory() {
        open(16, 60_000);
        Line a = join(0);
        copies(a, 1, "0");
        Line b = join(2);
        copies(b, 3, "1");
        for (int i = 1; i < 100; i++) {
            copies(a, 10 + i * 10, "" + i);
        }
        for (int i = 2; i < 100; i++) { // thaws in one burst
            copies(b, 2_000, "" + i);
        }
        copies(b, 2_001, "100");
        assertThat(log.out).hasSize(101).doesNotHaveDuplicates();
        assertThat(b.inStep()).isTrue();
    }

    @Test
    void shouldFlagWhatALineThatFellBehindHoldsWhenItIsAllThatIsLeft() {
        open(2, 60_000);
        Line a = join(0);
        Line b = join(0);
        copies(a, 1, "1", "2", "3", "4");
        copies(b, 2, "0");
        leave(a, 3);
        assertThat(log.facts).containsExactly("1 out of step", "1 alone");
        assertThat(log.out).endsWith("0 late");
        copies(b, 4, "5");
        assertThat(log.out).endsWith("0 late", "5");
    }

    @Test
    void shouldForgetBySpan() {
        open(1_024, 100);
        Line a = join(0);
        Line b = join(0);
        copies(a, 1, "1");
        copies(a, 102, "2");
        copies(b, 103, "1");
        assertThat(log.facts).containsExactly("1 out of step");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void shouldWorkWithATinyHistory(int size) {
        open(size, 60_000);
        Line a = join(0);
        Line b = join(0);
        for (int i = 0; i < 50; i++) {
            copies(i % 2 == 0 ? a : b, 2L * i, "m" + i);
            copies(i % 2 == 0 ? b : a, 2L * i + 1, "m" + i);
        }
        Line c = join(100);
        copies(c, 101, "m50", "m51");
        copies(a, 102, "m50");
        copies(c, 700, "m52", "m53", "m54", "m55");
        copies(a, 701, "m51", "m52");
        copies(a, 702, "m53");
        assertThat(log.out).hasSize(56).doesNotHaveDuplicates();
        assertThat(arbiter.published()).isEqualTo(56);
        arbiter.settleFigures(Long.MAX_VALUE);
    }

    // figures

    @Test
    void shouldCountLossesAndSavesAfterTwoSecondsAndCorrectThem() {
        Line a = join(0);
        Line b = join(0);
        Line c = join(0);
        copies(a, 1, "1", "2");
        copies(b, 2, "1");
        arbiter.settleFigures(2_000 * MS);
        assertThat(c.figures().losses()).isZero();
        arbiter.settleFigures(2_001 * MS);
        assertThat(a.figures().saves()).isEqualTo(1);
        assertThat(b.figures().losses()).isEqualTo(1);
        assertThat(c.figures().losses()).isEqualTo(2);
        copies(b, 2_100, "2");
        assertThat(a.figures().saves()).isZero();
        assertThat(b.figures().losses()).isZero();
        copies(c, 2_200, "1", "2");
        assertThat(c.figures().losses()).isZero();
        assertThat(a.figures().saves()).isZero();
        assertThat(c.figures().lateCopies()).isEqualTo(2);
    }

    @Test
    void shouldSettleWhatTheHistoryForgets() {
        open(2, 60_000);
        Line a = join(0);
        Line b = join(0);
        copies(a, 1, "1");
        copies(a, 2, "2");
        copies(a, 3, "3");
        assertThat(a.figures().saves()).isEqualTo(1);
        assertThat(b.figures().losses()).isEqualTo(1);
    }

    @Test
    void shouldNotCountALossForWhatWasPublishedBeforeItLed() {
        Line a = join(0);
        Line b = join(0);
        copies(a, 1, "1");
        Line c = join(2);
        copies(c, 3, "2");
        copies(a, 4, "2");
        copies(c, 600, "3");
        copies(a, 601, "3");
        assertThat(c.inStep()).isTrue();
        arbiter.settleFigures(Long.MAX_VALUE);
        assertThat(c.figures().losses()).isZero();
        assertThat(b.figures().losses()).isEqualTo(3);
    }

    @Test
    void shouldKeepTheFiguresRightWhenALineLeaves() {
        Line a = join(0);
        Line b = join(0);
        Line c = join(0);
        copies(a, 1, "1", "2", "3");
        copies(b, 2, "1");
        leave(b, 3); // it had no time to lose 2 and 3
        arbiter.settleFigures(5_000 * MS);
        assertThat(b.figures().losses()).isZero();
        assertThat(a.figures().saves()).as("b had delivered 1").isEqualTo(2);
        copies(c, 5_001, "1", "2", "3");
        assertThat(a.figures().saves()).isZero();
        assertThat(c.figures().losses()).isZero();
    }

    @Test
    void shouldPublishAsLateWhatOnlyTheFirstNewcomerAfterAnOutageHad() {
        Line old = join(0);
        copies(old, 5, "0");
        leave(old, 10);
        Line first = join(15);
        Line faster = join(30);
        copies(faster, 31, "2");
        copies(first, 55, "1");
        copies(first, 70, "2");
        copies(faster, 4_000, "3");
        copies(first, 4_030, "3");

        assertThat(log.out).containsExactly("0", "2", "3", "1 late");
        assertThat(first.figures().unmatched()).isZero();
    }

    @Test
    void shouldPublishAsLateWhatANewcomerAfterAnOutageTookWithIt() {
        Line old = join(0);
        copies(old, 5, "0");
        leave(old, 10);
        Line first = join(15);
        Line faster = join(30);
        copies(faster, 31, "2");
        copies(first, 55, "1");
        leave(first, 60);

        assertThat(log.out).containsExactly("0", "2", "1 late");
    }

    @Test
    void shouldSayWhichLineIsSilentBesideOthers() {
        Line speaks = join(0);
        Line silent = join(0);
        copies(speaks, 1, "1");
        copies(silent, 2, "1");
        for (int ms = 100; ms <= 900; ms += 200) {
            copies(speaks, ms, "at " + ms);
        }

        assertThat(arbiter.isSilentBesideOthers(silent, 5, 800 * MS)).isTrue();
        assertThat(arbiter.isSilentBesideOthers(silent, 6, 800 * MS))
                .as("too few messages")
                .isFalse();
        assertThat(arbiter.isSilentBesideOthers(silent, 5, 801 * MS))
                .as("too short")
                .isFalse();
        assertThat(arbiter.isSilentBesideOthers(speaks, 5, 800 * MS)).isFalse();
        copies(silent, 901, "a word of its own");
        assertThat(arbiter.isSilentBesideOthers(silent, 1, 0)).isFalse();
    }

    @Test
    void shouldSayThatALineIsSilentThoughItLaggedBefore() {
        Line speaks = join(0);
        Line lags = join(0);
        copies(speaks, 1, "1", "2", "3");
        copies(lags, 50, "1"); // "2" had been published long before it fell silent

        for (int ms = 100; ms <= 900; ms += 200) {
            copies(speaks, ms, "at " + ms);
        }

        assertThat(arbiter.isSilentBesideOthers(lags, 5, 800 * MS)).isTrue();
        copies(lags, 901, "2");
        assertThat(arbiter.isSilentBesideOthers(lags, 1, 0))
                .as("late but not silent")
                .isFalse();
    }

    @Test
    void shouldSayThatALineIsSilentBesideOthersThatSpeakSeldomerThanTheHistoryIsLong() {
        Line speaks = join(0);
        Line silent = join(0);
        copies(speaks, 1, "0");
        copies(silent, 2, "0");
        for (int minute = 1; minute <= 5; minute++) {
            assertThat(arbiter.isSilentBesideOthers(silent, 5, 1_000 * MS)).isFalse();
            copies(speaks, 100_000L * minute, "at " + minute);
        }

        assertThat(arbiter.isSilentBesideOthers(silent, 5, 1_000 * MS)).isTrue();
        assertThat(arbiter.isSilentBesideOthers(speaks, 5, 1_000 * MS)).isFalse();
    }

    @Test
    void shouldSayThatALineIsSilentAfterItsOwnAcknowledgement() {
        Line speaks = join(0);
        copies(speaks, 1, "1");
        Line newcomer = join(10);
        copies(speaks, 11, "2"); // before the acknowledgement: the newcomer may still deliver it
        copies(newcomer, 12, "subscribed");

        for (int ms = 100; ms <= 900; ms += 200) {
            copies(speaks, ms, "at " + ms);
        }

        assertThat(arbiter.isSilentBesideOthers(newcomer, 5, 800 * MS)).isTrue();
    }
}
