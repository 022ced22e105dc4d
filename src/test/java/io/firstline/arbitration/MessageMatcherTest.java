package io.firstline.arbitration;

import static io.firstline.arbitration.LinesInStep.MS;
import static io.firstline.arbitration.LinesInStep.SKEW;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whether a copy is one of a published message, or another message of the same bytes. Stream 0 is that of messages
 * without a name: it wants more proof.
 */
class MessageMatcherTest {
    private static final int NAMED = 1;
    private static final int UNNAMED = 0;
    private static final int ENOUGH_NAMED = 64;
    private static final int ENOUGH_UNNAMED = 128;
    /** Messages without a name must agree for this many further copies before their order is certain. */
    private static final int LONG = 256;

    private static final long X = 7;
    private static final long Y = 8;

    private final LinesInStep feed = new LinesInStep();
    private final MessageMatcher matcher = feed.matcher;
    private final SeenMessages history = feed.history;
    private final ServerOrder order = history.order();
    private final Line a = feed.a;
    private final Line b = feed.b;
    private final Line c = feed.c;

    private long nowMs() {
        return feed.nowNanos / MS;
    }

    private long expected(Line line, int stream, long hash) {
        return matcher.expected(line, line.figuresIn(stream), stream, hash);
    }

    private static Sent<String> sent(int stream, long hash) {
        return new Sent<>(hash, 0, stream, "", 1);
    }

    /** A delivers X, Y; B delivers Y, then the bytes of X: another message. */
    @Test
    void shouldTakeForAnotherMessageWhatItsLineHasPassed() {
        feed.agree(NAMED, ENOUGH_NAMED);
        long x = feed.publish(a, NAMED, X);
        long y = feed.publish(a, NAMED, Y);
        assertThat(matcher.match(b, X)).as("B has not delivered Y").isEqualTo(x);
        feed.deliver(b, y);

        assertThat(matcher.match(b, X)).isZero();
        assertThat(matcher.isDoubtful()).isFalse();
        assertThat(matcher.match(c, X)).as("C has not delivered Y").isEqualTo(x);
    }

    @Test
    void shouldTakeForTheNextOneWhatItsLineHasPassed() {
        feed.agree(NAMED, ENOUGH_NAMED);
        feed.publish(a, NAMED, X);
        long y = feed.publish(a, NAMED, Y);
        long again = feed.publish(a, NAMED, X);
        feed.deliver(b, y);

        assertThat(matcher.match(b, X)).isEqualTo(again);
    }

    /** Without proof that lines agree it is the same message, and they do not agree. */
    @Test
    void shouldDoubtTheOrderWhileItIsNotProven() {
        feed.agree(NAMED, ENOUGH_NAMED - 1);
        long x = feed.publish(a, NAMED, X);
        long y = feed.publish(a, NAMED, Y);
        feed.deliver(b, y);

        assertThat(matcher.isOrderProven(NAMED)).isFalse();
        assertThat(matcher.match(b, X)).isEqualTo(x);
        assertThat(matcher.isDoubtful()).isTrue();
        feed.agree(NAMED, 2 * ENOUGH_NAMED - 1);
        assertThat(matcher.isDoubtful()).isFalse();
        assertThat(matcher.isOrderProven(NAMED)).isFalse();
        feed.agree(NAMED, 1);
        assertThat(matcher.isOrderProven(NAMED))
                .as("twice as many after a disagreement")
                .isTrue();
        assertThat(matcher.isOrderProven(UNNAMED)).isFalse();
    }

    /** The copy that came out of order was another message, since A publishes X again. */
    @Test
    void shouldTakeADoubtBackWhenTheMessageIsPublishedAgain() {
        feed.agree(NAMED, ENOUGH_NAMED - 1);
        feed.publish(a, NAMED, X);
        feed.deliver(b, feed.publish(a, NAMED, Y));
        matcher.match(b, X);
        feed.publish(a, NAMED, X);

        feed.agree(NAMED, ENOUGH_NAMED);
        assertThat(matcher.isOrderProven(NAMED)).isTrue();
    }

    /** X and Y came from different lines, so no line proves their order; but Y is the first that C delivered. */
    @Test
    void shouldNotMatchWhatWasPublishedBeforeAJoiningLineBegan() {
        feed.agree(NAMED, ENOUGH_NAMED);
        long x = feed.publish(a, NAMED, X);
        long y = feed.publish(b, NAMED, Y);
        long later = feed.publish(a, NAMED, 9);
        c.anchored = true;
        feed.deliver(c, y);

        assertThat(matcher.match(c, X)).isZero();
        assertThat(matcher.match(b, X)).as("B has not joined later").isEqualTo(x);
        order.placeAfter(later, x);
        assertThat(matcher.match(c, 9)).as("published after it began").isEqualTo(later);
        order.placeAfter(x, y);
        assertThat(matcher.match(c, X)).as("the server sent it later").isEqualTo(x);
    }

    // messages that their line is expected to deliver next

    @Test
    void shouldExpectTheMessageAfterThePlaceOfALine() {
        feed.agree(NAMED, ENOUGH_NAMED);
        long x = feed.publish(a, NAMED, X);

        assertThat(expected(b, NAMED, Y)).as("other bytes").isZero();
        assertThat(expected(b, NAMED, X)).isEqualTo(x);
        b.figuresIn(NAMED).begun = x;
        assertThat(expected(b, NAMED, X)).as("the first since it joined").isEqualTo(x);
        b.figuresIn(NAMED).begun = x + 1;
        assertThat(expected(b, NAMED, X)).as("from before it joined").isZero();
    }

    @Test
    void shouldExpectNothingWhileTheOrderIsNotProven() {
        feed.agree(NAMED, ENOUGH_NAMED - 1);
        feed.publish(a, NAMED, X);
        assertThat(expected(b, NAMED, X)).isZero();
    }

    // messages that were published again because of their order alone

    private long publishAgain() {
        long hash = 10 + history.newest();
        feed.publish(a, NAMED, hash);
        feed.deliver(b, feed.publish(a, NAMED, hash + 1_000));
        assertThat(matcher.match(b, hash)).as("passed").isZero();
        long again = feed.publish(b, NAMED, hash);
        matcher.passedOne(false); // so the next copy begins
        return again;
    }

    /** If lines do not agree after all, each of these was published twice. */
    @Test
    void shouldNotRelyOnTheOrderWhileTwoMessagesWaitForAnotherLine() {
        feed.agree(NAMED, ENOUGH_NAMED);
        long first = publishAgain();
        assertThat(matcher.isOrderProven(NAMED)).isTrue();
        publishAgain();
        assertThat(matcher.isOrderProven(NAMED)).isFalse();
        matcher.passedOne(true);
        matcher.published(history.newest());
        assertThat(matcher.isOrderProven(NAMED)).as("there may be more").isFalse();
        history.markDelivered(first, c.slot);
        assertThat(matcher.isOrderProven(NAMED)).isTrue();
    }

    @Test
    void shouldNotWaitForMessagesThatAreForgotten() {
        LinesInStep small = new LinesInStep(4);
        small.agree(NAMED, ENOUGH_NAMED);
        for (int hash = 1; hash <= 2; hash++) {
            small.matcher.passedOne(true);
            small.publish(small.a, NAMED, hash);
        }
        small.matcher.passedOne(false);
        small.publish(small.a, NAMED, 3);
        small.publish(small.a, NAMED, 4);
        assertThat(small.matcher.isOrderProven(NAMED))
                .as("one of them is the oldest remembered")
                .isFalse();
        small.publish(small.a, NAMED, 5);
        assertThat(small.matcher.isOrderProven(NAMED)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void shouldDoubtTheOrderWhenNoOtherLineDeliversSuchAMessageInTime(boolean alone) {
        feed.agree(NAMED, ENOUGH_NAMED);
        long first = publishAgain();
        publishAgain();
        matcher.confirm(first - 1, true);
        assertThat(matcher.isOrderProven(NAMED)).as("not one of them").isFalse();
        matcher.confirm(first, alone);
        assertThat(matcher.isOrderProven(NAMED)).isEqualTo(!alone);
        feed.agree(NAMED, 2 * ENOUGH_NAMED);
        assertThat(matcher.isOrderProven(NAMED)).isTrue();
    }

    // messages without a stream

    /** A delivers X, Y within a moment; B delivers Y, X: perhaps of two streams. */
    private long otherWayRound(long hash, long msBetween) {
        long x = feed.publish(a, UNNAMED, hash);
        feed.deliver(b, feed.at(nowMs() + msBetween).publish(a, UNNAMED, hash + 1_000));
        feed.at(nowMs() + 10);
        return x;
    }

    @Test
    void shouldSuspectOneMessageWithoutAStreamOfBeingAnotherAndBelieveTheSecond() {
        feed.agree(UNNAMED, ENOUGH_UNNAMED);
        long x = otherWayRound(X, 0);
        assertThat(matcher.match(b, X)).isEqualTo(x);
        assertThat(matcher.isDoubtful()).isTrue();
        assertThat(matcher.isOrderProven(UNNAMED)).isTrue();

        long second = otherWayRound(9, 0);
        assertThat(matcher.match(b, 9)).isEqualTo(second);
        assertThat(matcher.isDoubtful()).isTrue();
        assertThat(matcher.isOrderProven(UNNAMED)).as("lines disagree").isFalse();
    }

    @Test
    void shouldSuspectNoMoreWhenTheMessageIsPublishedAgain() {
        feed.agree(UNNAMED, ENOUGH_UNNAMED);
        otherWayRound(X, 0);
        matcher.match(b, X);
        feed.publish(a, UNNAMED, X);
        otherWayRound(9, 0);
        matcher.match(b, 9);
        assertThat(matcher.isOrderProven(UNNAMED)).isTrue();
    }

    /** The messages are farther apart than any that came in another order. */
    @ParameterizedTest
    @CsvSource({"0, 2, false", "255, 2, false", "256, 2, true", "256, 1, false"})
    void shouldTakeItForAnotherMessageWhenLinesHaveAgreedForLong(int more, long msBetween, boolean another) {
        feed.agree(UNNAMED, ENOUGH_UNNAMED);
        feed.agree(UNNAMED, more);
        long x = otherWayRound(X, msBetween);

        assertThat(matcher.match(b, X)).isEqualTo(another ? 0 : x);
        assertThat(matcher.isDoubtful()).isEqualTo(!another);
    }

    @Test
    void shouldTakeRepeatsWithoutAStreamByTheirOrder() {
        feed.agree(UNNAMED, ENOUGH_UNNAMED);
        otherWayRound(X, 0);
        long again = feed.publish(a, UNNAMED, X);
        assertThat(matcher.match(b, X)).isEqualTo(again);
        assertThat(matcher.isDoubtful()).isFalse();
    }

    /** Late copies that came as expected count as much as those that were searched for. */
    @ParameterizedTest
    @CsvSource({"255, false", "256, true"})
    void shouldAgreeForLongAfterCopiesThatWereExpected(int more, boolean certain) {
        feed.agree(UNNAMED, ENOUGH_UNNAMED);
        for (int i = 0; i < more; i++) {
            long sequence = feed.publish(a, UNNAMED, 2_000 + i);
            assertThat(expected(b, UNNAMED, 2_000 + i)).isEqualTo(sequence);
            feed.deliver(b, sequence);
        }
        long one = feed.publish(a, UNNAMED, X);
        long other = feed.at(nowMs() + 2).publish(a, UNNAMED, Y);
        assertThat(matcher.isOrderCertain(sent(UNNAMED, X), one, other)).isEqualTo(certain);
    }

    @Test
    void shouldKnowWhenTheOrderOfTwoMessagesIsCertain() {
        feed.agree(UNNAMED, ENOUGH_UNNAMED);
        feed.agree(UNNAMED, LONG);
        long one = feed.publish(a, UNNAMED, X);
        feed.nowNanos += 1_024_000 - 1;
        long near = feed.publish(a, UNNAMED, Y);
        feed.nowNanos++;
        long far = feed.publish(a, UNNAMED, 9);

        assertThat(matcher.isOrderCertain(sent(UNNAMED, X), one, far)).isTrue();
        assertThat(matcher.isOrderCertain(sent(UNNAMED, X), far, one)).isTrue();
        assertThat(matcher.isOrderCertain(sent(UNNAMED, X), one, near)).isFalse();
        assertThat(matcher.isOrderCertain(sent(NAMED, X), one, near))
                .as("of one stream")
                .isTrue();
        feed.publish(a, UNNAMED, X);
        assertThat(matcher.isOrderCertain(sent(UNNAMED, X), one, near))
                .as("a repeat")
                .isTrue();
    }

    // distances

    @Test
    void shouldLearnAtWhichDistanceLinesAgree() {
        assertThat(matcher.distanceNanos(NAMED)).isEqualTo(SKEW);
        feed.agree(NAMED, ENOUGH_NAMED);
        assertThat(matcher.distanceNanos(NAMED)).isZero();

        assertThat(matcher.distanceNanos(UNNAMED)).isEqualTo(SKEW);
        feed.agree(UNNAMED, ENOUGH_UNNAMED / 2);
        assertThat(matcher.distanceNanos(UNNAMED)).as("a millisecond apart").isEqualTo(1_024_000);
        feed.agree(UNNAMED, ENOUGH_UNNAMED / 2);
        assertThat(matcher.distanceNanos(UNNAMED)).isZero();
    }

    @Test
    void shouldLearnThatLinesDoNotAgreeWithinADistance() {
        feed.agree(UNNAMED, ENOUGH_UNNAMED / 2 + 1);
        long x = otherWayRound(X, 30);
        assertThat(matcher.match(b, X)).isEqualTo(x);
        assertThat(matcher.isDoubtful()).isTrue();
        assertThat(matcher.distanceNanos(UNNAMED)).as("30 ms apart").isEqualTo(65_536_000);
        feed.publish(a, UNNAMED, X);
        assertThat(matcher.distanceNanos(UNNAMED)).as("it was another message").isEqualTo(1_024_000);
    }

    /** How far the oldest message is from those before it is not known: as far as can be. */
    @Test
    void shouldLearnNothingFromTheOldestMessage() {
        LinesInStep tiny = new LinesInStep(1);
        tiny.agree(UNNAMED, ENOUGH_UNNAMED / 2);
        assertThat(tiny.matcher.distanceNanos(UNNAMED)).isEqualTo(SKEW);
        LinesInStep two = new LinesInStep(2);
        two.agree(UNNAMED, ENOUGH_UNNAMED / 2 + 1);
        assertThat(two.matcher.distanceNanos(UNNAMED)).isEqualTo(1_024_000);
    }

    /** The line that published it has left: nobody knows what it delivered afterwards. */
    @Test
    void shouldLearnNoDisorderFromALineThatHasLeft() {
        long x = feed.publish(a, UNNAMED, X);
        feed.deliver(b, feed.publish(a, UNNAMED, Y));
        history.release(a.slot);
        assertThat(matcher.match(b, X)).isEqualTo(x);
        assertThat(matcher.isDoubtful()).isFalse();
        assertThat(matcher.isOvertaken(b, x, 0)).isFalse();
    }

    // repeats whose order is not proven

    /** A delivers X, Y, X; B delivers Y, then X: the first one was lost if Y came long after it on A. */
    @ParameterizedTest
    @CsvSource({"99, 0", "100, 2"})
    void shouldPassARepeatWhenTheNextMessageIsASkewAway(long msBetween, long further) {
        long first = otherWayRound(X, msBetween);
        feed.publish(a, UNNAMED, X);
        assertThat(matcher.match(b, X)).isEqualTo(first + further);
    }

    @Test
    void shouldCompareOnlyTimesOfOneLine() {
        long first = feed.publish(a, NAMED, X);
        feed.publish(a, NAMED, X);
        long y = feed.at(500).publish(c, NAMED, Y);
        feed.deliver(b, y);
        history.markDelivered(y, a.slot);
        assertThat(matcher.match(b, X)).as("C published Y").isEqualTo(first);
        assertThat(matcher.isOvertaken(b, first, 0)).as("if lines agree").isTrue();
        assertThat(matcher.isOvertaken(b, y, 0)).isFalse();
    }

    /** A publishes X, and a skew later delivers Y, which B had published before. C has delivered Y. */
    @ParameterizedTest
    @CsvSource({"99, false", "100, true"})
    void shouldPassWhatItsPublisherDeliveredBeforeAnOlderMessage(long msBetween, boolean passed) {
        long y = feed.publish(b, NAMED, Y);
        long x = feed.publish(a, NAMED, X);
        assertThat(matcher.isOvertaken(c, x, 0)).as("C has delivered nothing").isFalse();
        feed.at(msBetween).deliver(a, y);
        assertThat(matcher.isOvertaken(c, x, SKEW)).isFalse();
        feed.deliver(c, y);
        assertThat(matcher.isOvertaken(c, x, SKEW)).isEqualTo(passed);
    }

    /** A line delivers no repeat older than the last message that it matched a skew ago, but the youngest repeat. */
    @Test
    void shouldPassRepeatsOlderThanWhatTheLineMatchedLongAgo() {
        long first = feed.publish(a, NAMED, X);
        long second = feed.publish(c, NAMED, X);
        long third = feed.publish(a, NAMED, X);
        b.passed = second;
        assertThat(matcher.match(b, X)).isEqualTo(second);
        b.passed = third + 1;
        assertThat(matcher.match(b, X)).isEqualTo(third);
        assertThat(matcher.match(c, X)).isEqualTo(first);
    }
}
