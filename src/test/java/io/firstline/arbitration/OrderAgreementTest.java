package io.firstline.arbitration;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OrderAgreementTest {
    private static final long MICRO = 1_000;
    private static final long MOST = 60_000_000 * MICRO;
    private static final int ENOUGH = 64;

    private final OrderAgreement agreement = new OrderAgreement(MOST, ENOUGH);

    private void kept(int copies, long micros) {
        for (int i = 0; i < copies; i++) {
            agreement.kept(micros * MICRO);
        }
    }

    /** Copies at this distance came in order: beyond the next power of two lines agree. */
    @ParameterizedTest
    @CsvSource({"0, 0", "1, 2", "2, 4", "3, 4", "4, 8", "1000, 1024", "1023, 1024", "1024, 2048", "1000000, 1048576"})
    void shouldAgreeBeyondTheDistanceAtWhichEnoughCopiesCameInOrder(long micros, long agreedMicros) {
        kept(ENOUGH - 1, micros);
        assertThat(agreement.distanceNanos()).as("one too few").isEqualTo(MOST);
        kept(1, micros);
        assertThat(agreement.distanceNanos()).isEqualTo(agreedMicros * MICRO);
        assertThat(agreement.isComplete()).isEqualTo(agreedMicros == 0);
    }

    @Test
    void shouldAlwaysAgreeBeyondTheMostDistance() {
        OrderAgreement near = new OrderAgreement(5 * MICRO, ENOUGH);
        for (int i = 0; i < ENOUGH; i++) {
            near.kept(100 * MICRO);
        }
        assertThat(near.distanceNanos()).isEqualTo(5 * MICRO);
    }

    /** Copies that are further apart than the learned distance say nothing about nearer ones. */
    @Test
    void shouldCountNearerCopiesWithThoseThatAreFartherApart() {
        kept(ENOUGH / 2, 5);
        kept(ENOUGH / 2, 500);
        assertThat(agreement.distanceNanos()).isEqualTo(512 * MICRO);
        kept(10 * ENOUGH, 600);
        assertThat(agreement.distanceNanos()).isEqualTo(512 * MICRO);
        kept(ENOUGH / 2 - 1, 5);
        assertThat(agreement.distanceNanos()).isEqualTo(512 * MICRO);
        kept(1, 5);
        assertThat(agreement.distanceNanos()).as("half of them came before").isEqualTo(8 * MICRO);
    }

    @Test
    void shouldWantTwiceAsManyAfterADisagreement() {
        kept(ENOUGH, 0);
        agreement.broken(7, 0);
        assertThat(agreement.isComplete()).isFalse();
        assertThat(agreement.distanceNanos()).as("just above 0").isEqualTo(2 * MICRO);
        kept(2 * ENOUGH - 1, 0);
        assertThat(agreement.isComplete()).isFalse();
        kept(1, 0);
        assertThat(agreement.isComplete()).isTrue();
        agreement.broken(7, 0);
        kept(4 * ENOUGH - 1, 0);
        assertThat(agreement.isComplete()).isFalse();
        kept(1, 0);
        assertThat(agreement.isComplete()).isTrue();
    }

    @Test
    void shouldDisagreeOnlyUpToTheDistanceOfTheDisagreement() {
        kept(ENOUGH, 5);
        agreement.broken(7, 5_000 * MICRO);
        assertThat(agreement.distanceNanos()).isEqualTo((1 << 14) * MICRO);
        kept(2 * ENOUGH, 6_000);
        assertThat(agreement.distanceNanos()).isEqualTo((1 << 13) * MICRO);
        agreement.broken(7, 5 * MICRO);
        assertThat(agreement.distanceNanos()).as("no nearer than known").isEqualTo((1 << 13) * MICRO);
    }

    /** A disagreement forgets copies up to its distance, and keeps those that were farther apart. */
    @Test
    void shouldForgetWhatCameInOrderUpToThatDistance() {
        kept(30, 700_000);
        kept(30, 500);
        agreement.broken(7, 500 * MICRO);
        kept(2 * ENOUGH - 31, 500);
        assertThat(agreement.distanceNanos()).isEqualTo(MOST);
        kept(1, 500);
        assertThat(agreement.distanceNanos())
                .as("98 of 128 near, so the far ones count too")
                .isEqualTo((1 << 20) * MICRO);
        kept(29, 500);
        assertThat(agreement.distanceNanos()).isEqualTo((1 << 20) * MICRO);
        kept(1, 500);
        assertThat(agreement.distanceNanos()).isEqualTo(512 * MICRO);
    }

    /** The copy was another message of the same bytes: nothing was out of order. */
    @Test
    void shouldTakeADisagreementBackWhenItsMessageIsPublishedAgain() {
        kept(ENOUGH, 0);
        agreement.broken(7, 0);
        agreement.repeated(8);
        assertThat(agreement.isComplete()).isFalse();
        agreement.repeated(7);
        assertThat(agreement.isComplete()).isTrue();

        agreement.broken(9, 0);
        agreement.repeated(7);
        kept(2 * ENOUGH - 1, 0);
        assertThat(agreement.isComplete()).as("only the first was taken back").isFalse();
        kept(1, 0);
        assertThat(agreement.isComplete()).isTrue();
    }

    @Test
    void shouldCountOnWhereItWasBeforeADisagreementThatIsTakenBack() {
        kept(40, 700_000);
        kept(20, 5);
        agreement.broken(7, 5 * MICRO);
        agreement.repeated(7);
        kept(ENOUGH - 41, 700_000);
        assertThat(agreement.distanceNanos()).isEqualTo(MOST);
        kept(1, 700_000);
        assertThat(agreement.distanceNanos()).isEqualTo((1 << 20) * MICRO);
    }

    @Test
    void shouldNotCountThenWhatCameFartherApartMeanwhile() {
        kept(ENOUGH, 500);
        agreement.broken(7, 5_000 * MICRO);
        kept(40, 5_000);
        agreement.repeated(7);
        kept(ENOUGH - 40, 5);
        assertThat(agreement.distanceNanos()).isEqualTo(512 * MICRO);
    }

    /** A message that was published twice because of the order breaks the agreement without a message to wait for. */
    @Test
    void shouldNotTakeBackADisagreementOfNoMessage() {
        agreement.repeated(0);
        kept(ENOUGH - 1, 0);
        assertThat(agreement.isComplete()).as("no fewer than before").isFalse();
        kept(1, 0);
        agreement.broken(0, 0);
        agreement.repeated(0);
        assertThat(agreement.isComplete()).isFalse();
    }

    @Test
    void shouldAgreeForLongAfterTwiceAsManyCopiesAgain() {
        kept(ENOUGH, 0);
        kept(2 * ENOUGH - 1, 0);
        assertThat(agreement.isLongComplete()).isFalse();
        kept(1, 0);
        assertThat(agreement.isLongComplete()).isTrue();
        agreement.broken(7, 0);
        assertThat(agreement.isLongComplete()).isFalse();
        agreement.repeated(7);
        kept(2 * ENOUGH - 1, 0);
        assertThat(agreement.isLongComplete()).as("counts anew").isFalse();
        kept(1, 0);
        assertThat(agreement.isLongComplete()).isTrue();
    }

    @Test
    void shouldSuspectOneCopyOutOfOrderAndBelieveASecond() {
        assertThat(agreement.suspects(7)).isTrue();
        assertThat(agreement.suspects(7)).as("the same message").isTrue();
        assertThat(agreement.suspects(8)).isFalse();
        assertThat(agreement.suspects(8)).as("starts again").isTrue();
        agreement.repeated(7);
        assertThat(agreement.suspects(9)).as("8 is not explained").isFalse();
        assertThat(agreement.suspects(8)).isTrue();
        agreement.repeated(8);
        assertThat(agreement.suspects(9)).as("8 was another message").isTrue();
    }
}
