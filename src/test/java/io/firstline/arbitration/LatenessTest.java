package io.firstline.arbitration;

import static io.firstline.arbitration.LinesInStep.MS;
import static io.firstline.arbitration.LinesInStep.SKEW;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** B has delivered message 1, lacks some that A has published since, and brings a message that no other line had. */
class LatenessTest {
    private static final int STREAM = 1;
    private static final int OTHER = Line.MAX_STREAMS;

    private final LinesInStep feed = new LinesInStep();
    private final Line a = feed.a;
    private final Line b = feed.b;
    private final Line c = feed.c;
    private long hashes;

    private long publish(Line line, int stream, long ms) {
        return feed.at(ms).publish(line, stream, ++hashes);
    }

    private long both(int stream, long ms) {
        long sequence = publish(a, stream, ms);
        feed.deliver(b, sequence);
        return sequence;
    }

    private boolean isLate(long ms) {
        return feed.lateness.isLate(b, STREAM, ms * MS);
    }

    /** Lines agree on the order; the skew is 100 ms. */
    @ParameterizedTest
    @CsvSource({
        // lacking messages came at, now, B's lag, late
        "'', 1000, 0, false",
        "990, 1000, 0, false", // B may be the first now
        "990, 1000, 20, true", // B is known to be further behind
        "980, 1000, 20, false",
        "979, 1000, 20, false",
        "'979 990', 1000, 20, false", // the oldest one decides
        "899, 1000, 0, false", // lost on B, since it is old
        "'899 990', 1000, 0, true", // not both of them
        "'900 900', 1000, 0, false",
        "'899 899', 1000, 0, true",
    })
    void shouldGuessFromTheAgeOfWhatALineLacks(String lacking, long now, long lagMs, boolean late) {
        feed.agree(STREAM, 64);
        both(STREAM, 600);
        for (String ms : lacking.split(" ", -1)) {
            if (!ms.isEmpty()) {
                publish(a, STREAM, Long.parseLong(ms));
            }
        }
        b.leastLagNanos = lagMs * MS;

        assertThat(isLate(now)).isEqualTo(late);
    }

    @ParameterizedTest
    @CsvSource({"49, true", "50, false"})
    void shouldAllowForTheSkewWhileTheOrderIsNotProven(long ageMs, boolean late) {
        both(STREAM, 0);
        publish(a, STREAM, 1_000 - ageMs);
        b.leastLagNanos = 150 * MS;

        assertThat(isLate(1_000)).isEqualTo(late);
    }

    /** Each of these would make the message late if B lacked it. */
    @Test
    void shouldLookOnlyAtWhatTheLineMayStillDeliver() {
        both(STREAM, 0);
        publish(a, STREAM, 10); // lost: B delivers the next
        both(STREAM, 11);
        publish(a, STREAM, 20);
        assertThat(isLate(1_000)).as("one after the last of B").isFalse();
        publish(a, OTHER, 30);
        assertThat(isLate(1_000)).as("of another stream").isFalse();
        feed.history.markDelivered(publish(a, STREAM, 31), b.slot);
        assertThat(isLate(1_000)).as("one that B itself has published late").isFalse();
        publish(a, STREAM, 32);
        assertThat(isLate(1_000)).isTrue();
    }

    /** A delivers message 1 after message 2. B has delivered 1, so it has lost 2. */
    @Test
    void shouldNotCountWhatTheLineHasPassed() {
        long one = publish(b, STREAM, 0);
        publish(a, STREAM, 1);
        feed.at(500).deliver(a, one);
        publish(a, STREAM, 501);
        assertThat(isLate(1_000)).isFalse();
        publish(a, STREAM, 502);
        assertThat(isLate(1_000)).isTrue();
    }

    @Test
    void shouldTakeALineThatHasDeliveredNothingForOneInFront() {
        publish(a, STREAM, 1);
        publish(a, STREAM, 2);
        assertThat(isLate(1_000)).as("in step since the first message").isFalse();
        b.leadingAfter = 1;
        assertThat(isLate(1_000)).as("lacks one since it is in step").isFalse();
        publish(a, STREAM, 3);
        assertThat(isLate(1_000)).isTrue();
        assertThat(feed.lateness.isLate(b, OTHER, 1_000 * MS))
                .as("nobody has published in this stream")
                .isFalse();
    }

    /** A message that a newcomer published while B was silent: B may have been in front of it, or not. */
    @ParameterizedTest
    @CsvSource({"499, true", "500, false"})
    void shouldNotTakeForLostWhatALinePublishedThatWasNotInStepBefore(long previousCopyMs, boolean late) {
        both(STREAM, 1);
        feed.lines.lead(c, feed.history.newest(), 500 * MS);
        publish(c, STREAM, 510);
        b.previousCopyNanos = previousCopyMs * MS;

        assertThat(isLate(1_000)).isEqualTo(late);
    }

    @Test
    void shouldNotTakeForLostWhatALinePublishedThatHasLeft() {
        both(STREAM, 1);
        publish(c, STREAM, 510);
        b.previousCopyNanos = 400 * MS;
        assertThat(isLate(1_000)).isFalse();
        feed.history.release(c.slot);
        assertThat(isLate(1_000)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"255, true", "256, false"})
    void shouldBoundTheSearch(int others, boolean late) {
        both(STREAM, 0);
        publish(a, STREAM, 1);
        for (int i = 0; i < others; i++) {
            publish(a, OTHER, 2);
        }
        publish(a, STREAM, 3);

        assertThat(isLate(1_000)).isEqualTo(late);
    }

    @Test
    void shouldBeginWithTheOldestMessageRemembered() {
        LinesInStep small = new LinesInStep(4);
        long one = small.at(0).publish(small.a, STREAM, 1);
        small.deliver(small.b, one);
        for (int hash = 2; hash < 300; hash++) {
            small.publish(small.a, OTHER, hash);
        }
        small.publish(small.a, STREAM, 300);
        small.publish(small.a, STREAM, 301);

        assertThat(small.lateness.isLate(small.b, STREAM, 10 * SKEW)).isTrue();
    }
}
