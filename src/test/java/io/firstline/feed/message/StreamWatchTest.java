package io.firstline.feed.message;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StreamWatchTest {
    private static final long MS = 1_000_000L;
    private static final long BOTH = 0b11;

    private final StreamWatch watch = new StreamWatch("x", 1, false, null, 0);

    private boolean isAnew(int slot, long number, boolean restarts, long slots, long ms) {
        return watch.numbered(slot, "f-" + (slot + 1), number, number, restarts, slots, ms * MS);
    }

    private void published(int slot, long number, long ms) {
        assertThat(isAnew(slot, number, false, BOTH, ms)).isFalse();
        watch.chain.published(number, number, true, ms * MS);
    }

    @Test
    void shouldWaitForAnotherThatIsFurtherBeforeItCountsAnew() {
        published(0, 1_000, 0);
        published(0, 1_001, 10);

        assertThat(isAnew(1, 1, true, BOTH, 20)).isFalse();
        assertThat(isAnew(1, 2, false, BOTH, 30)).isFalse();
        published(0, 1_002, 900);
        assertThat(isAnew(1, 3, false, BOTH, 1_100)).as("the other is alive").isFalse();
        assertThat(isAnew(1, 4, false, BOTH, 1_900)).as("it is dead").isTrue();
    }

    @Test
    void shouldCountAnewAtOnceWhereNoOtherIsFurther() {
        published(0, 1_000, 0);
        published(0, 1_001, 10);

        assertThat(isAnew(1, 1, true, BOTH, 20)).isFalse();
        assertThat(isAnew(1, 2, false, 0b10, 30)).as("the other has gone").isTrue();
    }

    @Test
    void shouldCountNothingAnewWhereALaterConnectionCatchesUp() {
        published(0, 100, 0);
        published(0, 101, 10);
        published(0, 102, 20);

        assertThat(isAnew(1, 101, true, BOTH, 30)).isFalse();
        assertThat(isAnew(1, 102, false, BOTH, 5_000)).isFalse();
        assertThat(isAnew(1, 101, false, BOTH, 9_000)).as("it had caught up").isFalse();
    }

    @Test
    void shouldCountAnewBehindASnapshotThatAllHavePassedOnceNobodyIsAhead() {
        published(0, 1_000, 0);
        watch.snapshot(1_000);
        published(0, 1_001, 10);
        published(1, 1_001, 10);

        assertThat(isAnew(0, 5, false, BOTH, 900)).as("the other may be ahead").isFalse();
        assertThat(isAnew(0, 1_000, false, BOTH, 1_000)).isFalse();
        assertThat(isAnew(0, 6, false, BOTH, 1_100)).as("nobody is").isTrue();
    }

    @Test
    void shouldCountNothingAnewOnAConnectionThatWasNeverAheadOfTheSnapshot() {
        published(0, 1_000, 0);
        watch.snapshot(1_000);

        assertThat(isAnew(1, 998, false, BOTH, 5_000)).as("it is slow").isFalse();
    }
}
