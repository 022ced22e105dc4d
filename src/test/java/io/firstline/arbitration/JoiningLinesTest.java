package io.firstline.arbitration;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Scripts in virtual milliseconds: A leads, others join. A message's text is its bytes; all are of one named stream
 * unless a digit and a colon say otherwise. The guard is 500 ms, the skew 100 ms.
 */
class JoiningLinesTest {
    private static final long MS = 1_000_000L;
    private static final int STREAM = 1;

    private final DecisionLog<String> log = new DecisionLog<>();
    private Arbiter<String> arbiter;
    private Line a;

    @BeforeEach
    void open() {
        open(1_024);
    }

    private void open(int historySize) {
        arbiter = new Arbiter<>(new ArbiterSettings(historySize, 60_000 * MS, 500 * MS, 100 * MS), log);
        a = join(0);
    }

    private Line join(long ms) {
        return arbiter.join(0, ms * MS);
    }

    private void copies(Line line, long ms, String... messages) {
        for (String message : messages) {
            copy(line, ms, message, 0);
        }
    }

    private void copy(Line line, long ms, String message, long content) {
        int colon = message.indexOf(':');
        int stream = colon < 0 ? STREAM : Integer.parseInt(message.substring(0, colon));
        long identity = message.hashCode() * 0x9E37_79B9_7F4A_7C15L;
        arbiter.copy(line, new Sent<>(identity, content, stream, message, message.length()), ms * MS);
    }

    /** A and another founder agree on the order of enough messages. */
    private void agree() {
        Line other = join(0);
        for (int i = 0; i < 64; i++) {
            copies(a, 0, "agreed " + i);
            copies(other, 0, "agreed " + i);
        }
        arbiter.leave(other, 0);
        log.out.clear();
    }

    // lining up

    @ParameterizedTest
    @CsvSource({"899, false", "900, true"})
    void shouldBeInStepNoEarlierThanTheGuardAfterItsFirstCopy(long ms, boolean inStep) {
        copies(a, 1, "1");
        Line b = join(300);
        copies(b, 400, "acknowledged");
        copies(a, ms - 1, "2");
        copies(b, ms, "2");
        assertThat(b.inStep()).isEqualTo(inStep);
    }

    /** The order is proven, and B delivers the next message of the stream. */
    @Test
    void shouldLineUpOnAMessageThatWasExpected() {
        agree();
        copies(a, 1, "0");
        Line b = join(2);
        copies(a, 3, "1");
        copies(b, 4, "1");
        copies(a, 600, "2");
        copies(b, 601, "2");
        assertThat(b.inStep()).isTrue();
    }

    /** B delivers the message that was the youngest when it joined: it may have been before all others for B. */
    @Test
    void shouldNotLineUpOnAMessageFromBeforeItJoined() {
        copies(a, 1, "1");
        Line b = join(2);
        copies(b, 3, "acknowledged");
        copies(b, 600, "1");
        assertThat(b.inStep()).isFalse();
        copies(a, 601, "2");
        copies(b, 602, "2");
        assertThat(b.inStep()).isTrue();
    }

    /** Of the copies before the match, those of the last 100 ms were perhaps overtaken by it in another stream. */
    @Test
    void shouldPublishAsLateWhatItReceivedShortlyBeforeItsMatch() {
        copies(a, 1, "1");
        Line b = join(2);
        copies(b, 3, "acknowledged");
        copies(b, 599, "too old");
        copies(b, 600, "2:just in time");
        copies(b, 700, "2", "3");
        copies(a, 710, "2");
        assertThat(log.facts).containsExactly("1 in step");
        assertThat(log.out).containsExactly("1", "2", "2:just in time late", "3");
        assertThat(b.figures().unmatched()).isEqualTo(2);
        assertThat(b.figures().lateCopies()).isEqualTo(1);
        assertThat(b.windowCopies()).as("one late, two first").isEqualTo(3);
    }

    @Test
    void shouldReportWhatItHolds() {
        copies(a, 1, "1");
        Line b = join(2);
        copies(b, 3, "2", "2:x");
        copies(b, 4, "1");
        assertThat(log.held).containsExactly("1 in 1", "1 in 2");
    }

    @Test
    void shouldCompareTheContentOfHeldCopies() {
        copies(a, 1, "1");
        Line b = join(2);
        copy(b, 3, "2", 77);
        copy(a, 4, "2", 78);
        copy(b, 5, "3", 77);
        copy(a, 6, "3", 77);
        assertThat(log.facts).containsExactly("1 conflicts in 1");
    }

    // repeats on a joining line

    /** B's heartbeat is one of those from before the message that it delivers next. */
    @Test
    void shouldCountRepeatsBeforeItsFirstUniqueMessageAsLate() {
        copies(a, 1, "hb", "hb");
        Line b = join(2);
        copies(b, 3, "hb");
        assertThat(b.figures().lateCopies()).isZero();
        copies(b, 4, "1");
        copies(a, 5, "1");
        assertThat(b.figures().lateCopies()).as("the heartbeat too").isEqualTo(2);
        copies(a, 600, "2", "hb");
        copies(b, 601, "2", "hb");
        assertThat(log.out).containsExactly("hb", "hb", "1", "2", "hb");
        assertThat(b.figures().unmatched()).isZero();
        assertThat(b.figures().lateCopies()).isEqualTo(4);
    }

    /** Its place is known by then, so a heartbeat that it holds is one that A has not delivered yet. */
    @Test
    void shouldKeepRepeatsAfterItsFirstUniqueMessage() {
        copies(a, 1, "hb", "hb");
        Line b = join(2);
        copies(a, 300, "1");
        copies(b, 301, "1");
        copies(b, 302, "hb", "2");
        assertThat(log.held).containsExactly("1 in 1", "1 in 1");
        copies(a, 303, "2:x");
        copies(b, 304, "2:x");
        copies(a, 305, "2");
        assertThat(b.figures().lateCopies()).as("1, x, 2 but no heartbeat").isEqualTo(3);
        copies(a, 306, "hb");
        assertThat(b.figures().lateCopies()).isEqualTo(4);
        assertThat(b.figures().unmatched()).isZero();
    }

    /** Repeats that came less than the skew before its first unique message may still come to B, in another stream. */
    @Test
    void shouldMatchRepeatsOfAboutTheTimeOfItsFirstUniqueMessage() {
        copies(a, 50, "2:hb");
        Line b = join(100);
        copies(a, 201, "1");
        copies(a, 210, "2:hb");
        copies(b, 211, "1");
        copies(b, 212, "2:hb");
        assertThat(log.held).isEmpty();
        assertThat(b.figures().lateCopies()).isEqualTo(2);
    }

    /** B has delivered 1, 3; then it delivers the bytes of 2: the server has sent those again. */
    @Test
    void shouldHoldACopyOfWhatItHasPassed() {
        agree();
        copies(a, 1, "0");
        Line b = join(2);
        copies(a, 3, "1");
        copies(b, 4, "1");
        copies(a, 5, "2", "3");
        copies(b, 6, "3");
        copies(b, 7, "2");
        assertThat(log.held).containsExactly("1 in 1");
    }

    @Test
    void shouldHoldACopyOfWhatItHasPassedWithACopyThatItHeld() {
        agree();
        copies(a, 1, "0");
        Line b = join(2);
        copies(a, 3, "1");
        copies(b, 4, "1");
        copies(a, 5, "2");
        copies(b, 6, "3");
        copies(a, 7, "3");
        copies(b, 8, "2");
        assertThat(log.held).as("3, and another 2").hasSize(2);
    }

    /** The same as soon as it is in step: however it got there, its place is where it was. */
    @ParameterizedTest
    @CsvSource({"arrives, 1 in step", "held, 1 in step", "silent, 1 alone"})
    void shouldPublishWhatItHasPassedOnceItIsInStep(String how, String fact) {
        agree();
        copies(a, 1, "0");
        Line b = join(2);
        copies(a, 3, "1");
        copies(b, 4, "1");
        switch (how) {
            case "arrives" -> {
                copies(a, 600, "2", "3");
                copies(b, 601, "3");
            }
            case "held" -> {
                copies(b, 600, "3");
                copies(a, 601, "2", "3");
            }
            default -> {
                copies(a, 5, "2", "3");
                copies(b, 6, "3");
                copies(b, 600, "2:x");
                copies(b, 1_600, "2:y");
            }
        }
        assertThat(log.facts).containsExactly(fact);
        log.out.clear();
        copies(b, 1_700, "2");
        assertThat(log.out).containsExactly("2");
    }

    // no line in step is left, or none delivers

    @Test
    void shouldLeadWithALineThatHasDelivered() {
        copies(a, 1, "1");
        join(2);
        Line c = join(3);
        copies(c, 4, "2");
        arbiter.leave(a, 5 * MS);
        assertThat(log.facts).containsExactly("2 alone");
        assertThat(c.inStep()).isTrue();
    }

    /** B is older, but may lack messages after those that were published; C has delivered one of these. */
    @Test
    void shouldRatherLeadWithALineThatContinuesTheOthers() {
        copies(a, 1, "1");
        Line b = join(2);
        copies(b, 3, "4");
        Line c = join(4);
        copies(c, 5, "1", "2", "3", "4");
        arbiter.leave(a, 6);
        assertThat(c.inStep()).isTrue();
        assertThat(log.out).containsExactly("1", "2", "3", "4");
    }

    /** B has led without one of the messages before; C joins later and has them all. */
    @Test
    void shouldPublishTheMessagesOfAHoleWhenALineHasThem() {
        copies(a, 1, "1");
        Line b = join(2);
        copies(b, 3, "4");
        arbiter.leave(a, 4);
        Line c = join(5);
        copies(c, 6, "1", "2", "3", "4");
        copies(b, 700, "5");
        copies(c, 701, "5");
        assertThat(c.inStep()).isTrue();
        assertThat(log.out).containsExactlyInAnyOrder("1", "2 late", "3 late", "4", "5");
    }

    @Test
    void shouldLeadWithAnyLineThatDeliversIfNoneHas() {
        copies(a, 1, "1");
        join(2);
        Line c = join(3);
        arbiter.leave(a, 5 * MS);
        assertThat(log.facts).isEmpty();
        copies(c, 6, "2");
        assertThat(log.facts).containsExactly("2 alone");
        assertThat(log.out).containsExactly("1", "2");
    }

    /** B is older, but fell behind: what it delivers next may have been published long ago. */
    @Test
    void shouldRatherLeadWithALineThatDidNotFallBehind() {
        open(2);
        Line b = join(0);
        copies(a, 1, "1", "2", "3", "4");
        copies(b, 2, "1");
        Line c = join(3);
        copies(c, 4, "5");
        arbiter.leave(a, 5 * MS);
        assertThat(log.facts).containsExactly("1 out of step", "2 alone");
        assertThat(log.out).endsWith("4", "5");
        assertThat(b.inStep()).isFalse();
    }

    @Test
    void shouldTakeOverFromSilentLinesOnlyWithALineThatHoldsCopies() {
        copies(a, 1, "1");
        join(2);
        Line c = join(3);
        copies(c, 4, "2");
        copies(c, 504, "3");
        copies(c, 1_503, "4");
        assertThat(log.facts).isEmpty();
        copies(c, 1_504, "5");
        assertThat(log.facts).containsExactly("2 alone");
        assertThat(log.out).containsExactly("1", "2", "3", "4", "5");
    }

    /** A delivers, though nothing that B has; so B lacks those, or will deliver them. */
    @Test
    void shouldNotTakeOverWhileALineInStepDelivers() {
        copies(a, 1, "1");
        Line b = join(2);
        for (int ms = 3; ms < 5_000; ms += 100) {
            copies(b, ms, "B at " + ms);
            copies(a, ms + 50, "A at " + ms);
        }
        assertThat(log.facts).isEmpty();
    }

    @Test
    void shouldNotTakeOverWhileALineInStepDeliversLateCopies() {
        Line slow = join(0);
        for (int i = 0; i < 64; i++) {
            copies(a, 0, "agreed " + i);
            copies(slow, 0, "agreed " + i);
        }
        copies(a, 1, "1", "2", "3");
        Line c = join(2);
        for (int ms = 3; ms < 1_900; ms += 100) {
            copies(c, ms, "C at " + ms);
            if (ms == 603 || ms == 1_003 || ms == 1_403) {
                copies(slow, ms + 1, "" + (1 + (ms - 603) / 400));
            }
        }
        assertThat(log.facts).isEmpty();
    }

    /** B held a copy that A did not have, before A fell silent: that copy does not keep B from taking over. */
    @Test
    void shouldTakeOverFromALineThatFellSilentLater() {
        copies(a, 1, "1");
        Line b = join(2);
        copies(b, 3, "acknowledged");
        copies(b, 510, "4");
        copies(a, 520, "2"); // then A freezes
        copies(b, 530, "5");
        copies(b, 1_529, "6");
        assertThat(log.facts).isEmpty();
        copies(b, 1_530, "7");
        assertThat(log.facts).containsExactly("1 alone");
        assertThat(log.out).containsExactly("1", "2", "acknowledged", "4", "5", "6", "7");
        copies(a, 1_600, "3", "4", "5", "6", "7", "8");
        assertThat(log.out).endsWith("7", "3 late", "8").hasSize(9);
    }

    @Test
    void shouldNotCountACopyOfTheSameMomentAsLaterThanTheLastOfALineInStep() {
        copies(a, 1, "1");
        Line b = join(2);
        copies(b, 3, "4");
        copies(b, 510, "5");
        copies(a, 510, "2");
        copies(b, 1_510, "6");
        assertThat(log.facts).isEmpty();
        copies(b, 2_510, "7");
        assertThat(log.facts).containsExactly("1 alone");
    }

    // a line that fell behind

    private Line fallenBehind() {
        open(4);
        Line b = join(0);
        copies(a, 1, "1", "2", "3", "4", "5", "6");
        copies(b, 2, "1");
        assertThat(log.facts).containsExactly("1 out of step");
        return b;
    }

    @Test
    void shouldStayInStepWhenItTakesOverAfterItFellBehind() {
        Line b = fallenBehind();
        copies(b, 502, "7");
        copies(b, 1_502, "8", "9");
        assertThat(log.facts).containsExactly("1 out of step", "1 alone");
        assertThat(log.out).endsWith("1 late", "7 late", "8 late", "9");
    }

    /** Copies that it received before its next match may have been published long ago: they are not held any more. */
    @Test
    void shouldDropWhatItReceivedBeforeItsNextMatch() {
        Line b = fallenBehind();
        copies(b, 3, "2", "8");
        copies(a, 4, "7");
        assertThat(b.figures().unmatched()).as("it does not hold 7").isZero();
        copies(a, 5, "8");
        assertThat(b.figures().unmatched()).as("1 and 2").isEqualTo(2);
        assertThat(b.figures().lateCopies()).isEqualTo(1);
        copies(b, 6, "?");
        copies(a, 7, "9");
        copies(b, 8, "9");
        assertThat(b.figures().unmatched()).isEqualTo(3);
    }

    @Test
    void shouldTrustItAfterEightMatchesInARow() {
        Line b = fallenBehind();
        for (int i = 0; i < 8; i++) {
            assertThat(b.inStep()).isFalse();
            copies(a, 1_000 + i, "m" + i);
            copies(b, 1_000 + i, "m" + i);
        }
        assertThat(b.inStep()).isTrue();
    }

    /** All messages since it joined are remembered: it has not fallen behind, and one match is enough. */
    @ParameterizedTest
    @CsvSource({"4, true", "5, false"})
    void shouldTrustAJoiningLineWhileAllMessagesSinceItJoinedAreRemembered(int since, boolean inStep) {
        open(4);
        copies(a, 1, "1");
        Line b = join(2);
        for (int i = 0; i < since; i++) {
            copies(a, 3, "m" + i);
        }
        copies(b, 4, "n");
        copies(a, 600, "n");
        copies(a, 601, "o");
        copies(b, 602, "o");
        assertThat(b.inStep()).isEqualTo(inStep);
    }
}
