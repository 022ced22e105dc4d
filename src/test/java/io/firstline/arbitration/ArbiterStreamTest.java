package io.firstline.arbitration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Scripts in virtual milliseconds, in one named stream whose order three lines have proven. */
class ArbiterStreamTest {
    private static final long MS = 1_000_000L;
    private static final int STREAM = 1;
    private static final int ENOUGH = 64;

    private final DecisionLog<String> log = new DecisionLog<>();
    private final Arbiter<String> arbiter =
            new Arbiter<>(new ArbiterSettings(1_024, 60_000 * MS, 500 * MS, 100 * MS), log);
    private final Line a = arbiter.join(0, 0);
    private final Line b = arbiter.join(0, 0);
    private final Line c = arbiter.join(0, 0);

    private void agree(int messages) {
        int before = log.out.size();
        for (int i = before; i < before + messages; i++) {
            copies(a, 0, "agreed " + i);
            copies(b, 0, "agreed " + i);
            copies(c, 0, "agreed " + i);
        }
    }

    private void prove() {
        agree(ENOUGH);
        log.out.clear();
    }

    private void copies(Line line, long ms, String... messages) {
        for (String message : messages) {
            copy(line, ms, STREAM, message, 0);
        }
    }

    private void copy(Line line, long ms, int stream, String message, long content) {
        long identity = message.hashCode() * 0x9E37_79B9_7F4A_7C15L;
        arbiter.copy(line, new Sent<>(identity, content, stream, message, message.length()), ms * MS);
    }

    /** As a server does that leaves out messages for a slow connection. */
    @ParameterizedTest
    @CsvSource({"3", "700"})
    void shouldPublishOnceWhatALineDeliversFirstThatLackedMany(int lacked) {
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < ENOUGH; i++) {
            sent.add("agreed " + i);
            copies(b, 3L * i, "agreed " + i);
            copies(c, 3L * i, "agreed " + i);
            copies(a, 3L * i + 2, "agreed " + i);
        }
        for (int i = 0; i < lacked; i++) {
            sent.add("lacked " + i);
            copies(b, 3L * ENOUGH + i, "lacked " + i);
            copies(c, 3L * ENOUGH + i, "lacked " + i);
        }
        sent.add("next");
        for (Line line : List.of(a, c, b)) {
            copies(line, 3L * ENOUGH + lacked, "next");
        }
        assertThat(log.out).map(message -> message.replace(" late", "")).isEqualTo(sent); // A may be behind
    }

    /** The stream itself does not show which of them a copy is, only other streams of the lines do. */
    @Test
    void shouldLoseNoneOfAStreamOfEqualMessagesWhenEachLineHasLackedSome() {
        prove();
        int sent = 0;
        List<Line> lines = List.of(a, b, c);
        for (int ms = 0; ms < 30_000; ms += 10) {
            for (int i = 0; i < lines.size(); i++) {
                int first = ms / 500; // another line is the fastest one each time
                Line line = lines.get((first + i) % lines.size());
                boolean isSilent = ms % 20_000 / 5_000 == 1 + lines.indexOf(line);
                if (!isSilent) {
                    copy(line, ms, 2, "tick " + ms, 0);
                    if (ms % 500 == 0) {
                        copy(line, ms, 3, "open", 0);
                    }
                }
            }
            sent += ms % 500 == 0 ? 1 : 0;
        }
        assertThat(Collections.frequency(log.out, "open")).isEqualTo(sent);
        assertThat(Collections.frequency(log.out, "tick 17000")).isEqualTo(1);
    }

    /** Content 0 is not known. */
    @ParameterizedTest
    @CsvSource({"5, 5, false", "5, 6, true", "0, 6, false", "5, 0, false", "0, 0, false"})
    void shouldReportACopyWithOtherContent(long first, long copy, boolean conflict) {
        copy(a, 1, STREAM, "1", first);
        copy(b, 2, STREAM, "1", copy);
        prove();
        copy(a, 3, STREAM, "2", first);
        copy(b, 4, STREAM, "2", copy);
        assertThat(log.facts).hasSize(conflict ? 2 : 0).allMatch("1 conflicts in 1"::equals);
    }

    @Test
    void shouldCountACopyThatCameAsExpected() {
        prove();
        arbiter.settleFigures(10_000 * MS);
        log.settled.clear();
        long copies = b.windowCopies();
        long late = b.figures().lateCopies();
        copies(a, 10_000, "1");
        arbiter.settleFigures(12_000 * MS);
        assertThat(b.figures().losses()).isEqualTo(1);
        copies(b, 12_007, "1");
        assertThat(b.figures().losses()).as("no loss after all").isZero();
        assertThat(log.settled).containsExactly("1 in 1", "1 after 1 in 1");
        assertThat(b.figures().lateCopies()).isEqualTo(late + 1);
        assertThat(b.windowCopies()).isEqualTo(copies + 1);
        assertThat(b.lagMicros().getMaxValue()).isBetween(2_000_000L, 2_030_000L);
        assertThat(b.placeIn(STREAM)).isEqualTo(arbiter.published());
    }

    @Test
    void shouldCountALossOfALineThatLeavesAfterTwoSeconds() {
        copies(a, 1, "1");
        copies(b, 1, "1");
        arbiter.leave(c, 2_001 * MS);
        assertThat(c.figures().losses()).isEqualTo(1);
    }

    @Test
    void shouldCountNoLossesWhileFiguresAreNotTrusted() {
        copies(a, 1, "1");
        arbiter.settleFigures(2_001 * MS);
        arbiter.trustFigures();
        copies(a, 3_000, "2");
        arbiter.settleFigures(5_000 * MS);
        assertThat(c.figures().losses()).isEqualTo(2);
        arbiter.distrustFigures();
        assertThat(c.figures().losses()).isEqualTo(1);
        copies(a, 6_000, "3");
        arbiter.settleFigures(8_000 * MS);
        assertThat(c.figures().losses()).isEqualTo(1);
        arbiter.trustFigures();
        copies(a, 9_000, "4");
        arbiter.settleFigures(11_000 * MS);
        assertThat(c.figures().losses()).isEqualTo(2);
    }

    // a copy may be another message

    /** A delivers 1, 7; B delivers 7, 1, 7: so its first 7 was another one, before A's. */
    @Test
    void shouldPublishAMatchedCopyWhenItsLineDeliversWhatItHadSkipped() {
        prove();
        copies(a, 10, "1", "7");
        copies(b, 11, "7");
        assertThat(log.out).containsExactly("1", "7");
        copies(b, 12, "1");
        assertThat(log.out).containsExactly("1", "7", "7 late");
        copies(b, 13, "7");
        copies(c, 14, "7", "1", "7");
        assertThat(log.out).hasSize(3);
    }

    /** B lacks 1. Its next message ends all doubt, so what it delivers then is another 1. */
    @Test
    void shouldNotDoubtAMatchAnyMoreWhenItsLineContinues() {
        prove();
        copies(a, 10, "1", "7", "8");
        copies(b, 11, "7", "8", "1");
        assertThat(log.out).containsExactly("1", "7", "8", "1");
    }

    // the server's order

    /** B lags, so its X comes before the 2 that A has delivered: A has lost X, and then delivers another one. */
    @Test
    void shouldPutTheMessageOfALineThatLagsWhereThatLineIs() {
        prove();
        copies(a, 100, "0");
        copies(b, 160, "0");
        copies(c, 160, "0");
        copies(a, 200, "1", "2");
        copies(b, 201, "1", "X");
        copies(c, 202, "1", "X", "2");
        copies(b, 203, "2");
        copies(a, 204, "X");
        assertThat(log.out).containsExactly("0", "1", "2", "X", "X");
    }

    /** Nobody lags, so the 2 of A comes after the X of B, which A has lost. */
    @Test
    void shouldPutTheMessageOfALineThatDoesNotLagBehindAllOthers() {
        prove();
        copies(a, 10, "1");
        copies(b, 11, "1", "X");
        copies(a, 12, "2");
        copies(c, 13, "1", "X", "2");
        copies(b, 13, "2");
        copies(a, 14, "X");
        assertThat(log.out).containsExactly("1", "X", "2", "X");
    }

    @Test
    void shouldPlaceALineBehindWhatItDelivers() {
        copies(a, 1, "1", "2");
        assertThat(a.placeIn(STREAM)).isEqualTo(2);
        copies(b, 2, "1");
        assertThat(b.placeIn(STREAM)).isEqualTo(1);
        copies(b, 2, "2");
        assertThat(b.placeIn(STREAM)).isEqualTo(2);
    }

    /** Only unique bytes prove where a line is. */
    @Test
    void shouldKnowALineByWhatItDeliversBeyondDoubt() {
        copies(a, 1, "hb", "hb", "1", "2");
        copies(b, 2, "hb", "hb");
        assertThat(b.matchedSince(0, STREAM, 0)).as("repeats").isZero();
        copies(b, 2, "2");
        assertThat(b.matchedSince(0, STREAM, 0)).isEqualTo(4);
    }

    /** B's X after Y was another message, as A publishes X again: lines did not disagree. */
    @Test
    void shouldRelyOnTheOrderAgainAfterAFalseAlarm() {
        agree(ENOUGH / 4); // on B and on C
        copies(a, 1, "X", "Y");
        copies(b, 1, "Y", "X");
        copies(a, 2, "X");
        copies(b, 2, "X");
        agree(ENOUGH / 2);
        log.out.clear();
        copies(a, 3, "P", "Q");
        copies(b, 4, "Q", "P");
        assertThat(log.out).as("B's Q was another one").containsExactly("P", "Q", "Q late");
    }

    /**
     * Twice B delivers what only the order proves to be another message. No other line has it: perhaps there is none.
     */
    @Test
    void shouldRelyOnTheOrderForTwoMessagesAtATime() {
        prove();
        copies(a, 1, "1", "2", "3", "4", "5", "6");
        copies(b, 2, "2", "4", "6");
        copies(b, 3, "1", "3", "5");
        assertThat(log.out).containsExactly("1", "2", "3", "4", "5", "6", "1", "3");
    }

    /** A delivers X, Y, X and Y came a skew after X. B delivers Y, X, X: it has lost the first X. */
    @Test
    void shouldTellRepeatsApartByTheTimesOfTheLineThatPublishedThem() {
        copies(a, 0, "X");
        for (int ms = 10; ms <= 100; ms += 10) {
            copies(a, ms, "at " + ms);
        }
        copies(a, 101, "X");
        copies(b, 102, "at 100", "X", "X");
        assertThat(log.out).endsWith("at 100", "X", "X").hasSize(13);
    }

    /** The history is as long as two messages: the line's silence is measured from the oldest message that it lacks. */
    @Test
    void shouldMeasureSilenceFromTheFirstMessageThatALineLacks() {
        Arbiter<String> small = new Arbiter<>(new ArbiterSettings(2, 60_000 * MS, 500 * MS, 100 * MS), log);
        Line speaks = small.join(0, 0);
        Line silent = small.join(0, 0);
        String[] messages = {"1", "2", "3"};
        long[] ms = {1, 100, 900};
        for (int i = 0; i < messages.length; i++) {
            Sent<String> sent = new Sent<>(i + 1, 0, STREAM, messages[i], 1);
            small.copy(speaks, sent, ms[i] * MS);
            if (i == 0) {
                small.copy(silent, sent, 2 * MS);
            }
        }
        assertThat(small.isSilentBesideOthers(silent, 2, 800 * MS)).isTrue();
        assertThat(small.isSilentBesideOthers(silent, 2, 801 * MS)).isFalse();
    }
}
