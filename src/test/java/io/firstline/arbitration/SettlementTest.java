package io.firstline.arbitration;

import static io.firstline.arbitration.LinesInStep.MS;
import static io.firstline.arbitration.LinesInStep.SKEW;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Losses and saves, two seconds after a message. A, B and C have the bits 1, 2 and 4. */
class SettlementTest {
    private static final int STREAM = 1;
    private static final int HISTORY = 3;

    private final LinesInStep feed = new LinesInStep(HISTORY);
    private final Line a = feed.a;
    private final Line b = feed.b;
    private final Line c = feed.c;
    private final DecisionLog<String> log = new DecisionLog<>();
    private final List<String> settled = log.settled;
    private final Settlement settlement = settling(60_000);

    private Settlement settling(long historyMs) {
        ArbiterSettings settings = new ArbiterSettings(HISTORY, historyMs * MS, 0, SKEW);
        return new Settlement(settings, feed.history, feed.lines, feed.matcher, log);
    }

    private long publish(Line line, long ms) {
        return feed.at(ms).publish(line, STREAM, feed.history.newest() + 1);
    }

    private void deliver(Line line, long sequence) {
        settlement.delivered(line, sequence);
        feed.deliver(line, sequence);
    }

    private void settle(long ms) {
        settlement.settle(ms * MS);
    }

    private List<Long> losses() {
        return List.of(a.losses, b.losses, c.losses);
    }

    private List<Long> saves() {
        return List.of(a.saves, b.saves, c.saves);
    }

    @Test
    void shouldSettleAMessageAfterTwoSecondsOnce() {
        long one = publish(a, 0);
        deliver(b, one);
        long two = publish(c, 1);
        settle(1_999);
        assertThat(settled).isEmpty();
        settle(2_000);
        assertThat(settled).containsExactly("3 in 1");
        assertThat(losses()).containsExactly(0L, 0L, 1L);
        assertThat(saves()).as("two lines have it").containsExactly(0L, 0L, 0L);
        settle(2_001);
        assertThat(settled).containsExactly("3 in 1", "4 in 1");
        assertThat(losses()).containsExactly(1L, 1L, 1L);
        assertThat(saves()).containsExactly(0L, 0L, 1L);
        settle(9_000);
        assertThat(settled).hasSize(2);
        assertThat(two).isEqualTo(feed.history.newest());
    }

    @Test
    void shouldSettleSoonerIfTheHistoryIsShorter() {
        Settlement sooner = settling(100);
        publish(a, 0);
        sooner.settle(99 * MS);
        assertThat(a.saves).isZero();
        sooner.settle(100 * MS);
        assertThat(a.saves).isEqualTo(1);
    }

    @Test
    void shouldSubtractALossAndASaveWhenACopyArrivesAfterAll() {
        long one = publish(a, 0);
        settle(2_000);
        assertThat(losses()).containsExactly(0L, 1L, 1L);
        assertThat(saves()).containsExactly(1L, 0L, 0L);
        deliver(b, one);
        assertThat(settled).containsExactly("1 in 1", "1 after 1 in 1");
        assertThat(losses()).containsExactly(0L, 0L, 1L);
        assertThat(saves()).containsExactly(0L, 0L, 0L);
        deliver(c, one);
        assertThat(settled).endsWith("2 after 3 in 1");
        assertThat(losses()).containsExactly(0L, 0L, 0L);
        assertThat(saves()).as("subtracted once").containsExactly(0L, 0L, 0L);
    }

    @Test
    void shouldNotSubtractWhatWasNotCounted() {
        long one = publish(a, 0);
        deliver(b, one);
        assertThat(settled).as("in time").isEmpty();
        assertThat(losses()).containsOnly(0L);
        settle(2_000);
        deliver(c, one);
        assertThat(saves()).as("two lines had it").containsOnly(0L);
    }

    /** A line loses only messages that were published since it is in step. */
    @ParameterizedTest
    @CsvSource({"99, 0, 0", "100, 1, 1", "101, 1, 1"})
    void shouldCountALossOnlyOfALineThatWasInStep(long publishedMs, long lost, long subtracted) {
        feed.lines.lead(c, 0, 100 * MS);
        long one = publish(a, publishedMs);
        settle(3_000);
        assertThat(c.losses).isEqualTo(lost);
        deliver(c, one);
        assertThat(c.losses).isEqualTo(lost - subtracted);
    }

    @Test
    void shouldNotSubtractALossFromALineThatIsOutOfStepSince() {
        long one = publish(a, 0);
        settle(2_000);
        feed.lines.stopLeading(b);
        deliver(b, one);
        assertThat(b.losses).isEqualTo(1);
    }

    @Test
    void shouldCountNoSaveForTheOnlyLine() {
        feed.lines.stopLeading(b);
        feed.lines.stopLeading(c);
        publish(a, 0);
        settle(2_000);
        assertThat(saves()).containsOnly(0L);
        assertThat(losses()).containsOnly(0L);
    }

    @Test
    void shouldCountNoSaveForALineThatHasLeft() {
        long one = publish(a, 0);
        feed.history.markDelivered(one, b.slot);
        feed.history.release(a.slot);
        settle(2_000);
        assertThat(saves()).containsOnly(0L);
        assertThat(losses()).containsExactly(1L, 0L, 1L);
        deliver(c, one);
        assertThat(saves()).containsOnly(0L);
    }

    @Test
    void shouldSettleTheOldestMessageBeforeAFullHistoryForgetsIt() {
        publish(a, 0);
        publish(a, 1_000);
        settlement.makeRoom(1_000 * MS);
        assertThat(settled).as("there is room").isEmpty();
        publish(a, 1_000);
        settlement.makeRoom(1_000 * MS);
        assertThat(settled).hasSize(1);
        settlement.makeRoom(2_000 * MS);
        assertThat(settled).as("once").hasSize(1);
        settlement.makeRoom(3_000 * MS);
        assertThat(settled).as("the others are two seconds old").hasSize(3);
    }

    @Test
    void shouldSkipMessagesThatAreForgotten() {
        for (int i = 0; i < HISTORY + 2; i++) {
            publish(a, 0);
        }
        settle(1_000);
        assertThat(settled).isEmpty();
        settle(2_000);
        assertThat(settled).hasSize(HISTORY);
        assertThat(a.saves).isEqualTo(HISTORY);
    }

    /** Figures that do not count: the lines do not deliver the same messages. */
    @Test
    void shouldCountNothingWhileFiguresAreNotTrusted() {
        publish(a, 0);
        settle(2_000);
        settlement.trust();
        long two = publish(a, 3_000);
        settle(5_000);
        settlement.distrust();
        assertThat(losses()).as("those since they were trusted do not count").containsExactly(0L, 1L, 1L);
        assertThat(saves()).containsExactly(1L, 0L, 0L);
        deliver(b, two);
        assertThat(losses()).as("not subtracted again").containsExactly(0L, 1L, 1L);

        long three = publish(a, 6_000);
        settle(8_000);
        assertThat(settled).as("still reported").endsWith("1 in 1");
        deliver(c, three);
        assertThat(losses()).containsExactly(0L, 1L, 1L);
        assertThat(saves()).containsExactly(1L, 0L, 0L);

        settlement.trust();
        deliver(b, three);
        assertThat(losses()).as("settled before").containsExactly(0L, 1L, 1L);
        long four = publish(a, 9_000);
        settle(11_000);
        assertThat(losses()).containsExactly(0L, 2L, 2L);
        deliver(b, four);
        assertThat(losses()).containsExactly(0L, 1L, 2L);
        settlement.distrust();
        assertThat(losses()).containsExactly(0L, 1L, 1L);
    }

    /** Three lines in step, and only one delivered a message that was published because of its order alone. */
    @Test
    void shouldSayThatAMessageCameOnOneLineOnly() {
        feed.agree(STREAM, 64);
        settlement.settle(feed.nowNanos + 2_000 * MS);
        assertThat(feed.matcher.isOrderProven(STREAM)).isTrue();
        feed.matcher.passedOne(true);
        feed.publish(a, STREAM, 1);
        settlement.settle(feed.nowNanos + 2_000 * MS);
        assertThat(feed.matcher.isOrderProven(STREAM))
                .as("published twice, it seems")
                .isFalse();
    }

    @Test
    void shouldSayNothingIfThereIsOneLineOnly() {
        feed.agree(STREAM, 64);
        feed.lines.stopLeading(b);
        feed.lines.stopLeading(c);
        feed.matcher.passedOne(true);
        feed.publish(a, STREAM, 1);
        settlement.settle(feed.nowNanos + 2_000 * MS);
        assertThat(feed.matcher.isOrderProven(STREAM)).isTrue();
    }
}
