package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.cluster.MissingRanges.Range;
import io.firstline.replay.retention.EpochHistory;
import io.firstline.replay.retention.ReplayResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

class MissingRangesTest {
    private final MissingRanges lacking = new MissingRanges();
    private int epoch = 1;

    /** The owner answers about numbers up to one; it does not keep this many of them. */
    private void answered(Range asked, long to, long missing, boolean more, long hole, long nowNanos) {
        EpochHistory epochs = EpochHistory.NONE.begin(epoch, 1);
        lacking.answered(asked, new ReplayResponse(epochs, 1, 0, 0, to, missing, more, List.of()), hole, nowNanos);
    }

    @Test
    void shouldAskForOneRangeAndKeepTheOthersTogether() {
        lacking.add(5, 4);
        assertThat(lacking.isEmpty()).isTrue();
        lacking.add(5, 7);
        lacking.add(10, 12);
        lacking.add(20, 21);
        lacking.add(15, 16);

        assertThat(lacking.next()).isEqualTo(new Range(5, 7));
        answered(new Range(5, 7), 7, 0, false, 30, 0);
        assertThat(lacking.next()).isEqualTo(new Range(10, 21));
        answered(new Range(10, 21), 14, 0, true, 30, 0);
        assertThat(lacking.next()).isEqualTo(new Range(15, 21));
        assertThat(lacking.first()).isEqualTo(15);
        answered(new Range(15, 21), 21, 0, false, 30, 0);

        assertThat(lacking.next()).isNull();
        assertThat(lacking.isEmpty()).isTrue();
        assertThat(lacking.first()).isEqualTo(MissingRanges.NOTHING);
    }

    @Test
    void shouldAskOnceForWhatTheOwnerShowsToBeOther() {
        lacking.add(10, 12);
        answered(new Range(10, 12), 12, 0, false, 8, 0);

        assertThat(lacking.next()).isEqualTo(new Range(8, 9));
        answered(new Range(8, 9), 9, 0, false, 8, 0);
        assertThat(lacking.isEmpty()).isTrue();
    }

    @Test
    void shouldNotAskAgainForAHoleThatNobodyFills() {
        lacking.add(10, 30);
        answered(new Range(10, 30), 20, 0, true, 5, 0);
        assertThat(lacking.next()).isEqualTo(new Range(21, 30));
        answered(new Range(21, 30), 30, 0, false, 5, 0);
        assertThat(lacking.next()).isEqualTo(new Range(5, 9));
        answered(new Range(5, 9), 9, 5, false, 5, 0);

        assertThat(lacking.next()).isNull();
        lacking.add(40, 41);
        answered(new Range(40, 41), 41, 0, false, 5, 0);
        assertThat(lacking.next()).isNull();

        epoch = 2;
        lacking.add(40, 41);
        answered(new Range(40, 41), 41, 0, false, 5, 0);
        assertThat(lacking.next()).as("a new owner may have begun there").isEqualTo(new Range(5, 39));
    }

    /** A message that waits for its publication may be one that was published and is missing. */
    @Test
    void shouldLackWhatIsNotKeptUntilNothingWaitsThatIsAsOld() {
        lacking.add(10, 12);
        answered(new Range(10, 12), 12, 3, false, 13, 100);

        assertThat(lacking.next()).as("it would be asked in vain").isNull();
        assertThat(lacking.isEmpty()).isFalse();
        assertThat(lacking.first()).isEqualTo(10);
        lacking.compared(100);
        assertThat(lacking.isEmpty()).isFalse();
        lacking.compared(101);
        assertThat(lacking.isEmpty()).isTrue();
    }

    @Test
    void shouldLackWhatItCannotTellFromWhatWasPublished() {
        lacking.comesLate(20, 100);
        lacking.comesLate(MissingRanges.NOTHING, 200);

        assertThat(lacking.next()).as("there is nothing to ask for").isNull();
        assertThat(lacking.first()).isEqualTo(20);
        lacking.compared(200);
        assertThat(lacking.isEmpty()).isFalse();
        lacking.compared(201);
        assertThat(lacking.isEmpty()).isTrue();
    }

    @Test
    void shouldLackNothingOnlyBecauseItComesLate() {
        lacking.comesLate(MissingRanges.NOTHING, 100);

        assertThat(lacking.isEmpty()).isTrue();
        assertThat(lacking.first()).isEqualTo(MissingRanges.NOTHING);
    }

    @Test
    void shouldForgetEverything() {
        lacking.add(10, 12);
        answered(new Range(10, 12), 12, 1, true, 13, 100);
        lacking.clear();

        assertThat(lacking.isEmpty()).isTrue();
    }
}
