package io.firstline.arbitration;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.arbitration.SequenceTracker.Gap;
import io.firstline.arbitration.report.GapFate;
import io.firstline.arbitration.report.Proof;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SequenceTrackerTest {
    private final SequenceTracker chain = new SequenceTracker();

    private Gap published(long number, long nowNanos) {
        return chain.published(number, number, true, nowNanos).stream()
                .findFirst()
                .orElse(null);
    }

    @Test
    void shouldProveWhatFollows() {
        assertThat(chain.proof()).isEqualTo(Proof.UNPROVABLE);
        for (long n = 7; n < 20; n++) {
            assertThat(published(n, n)).isNull();
        }
        assertThat(chain.published(20, 25, true, 20)).isEmpty();
        assertThat(published(26, 26)).isNull();
        assertThat(chain.proof()).isEqualTo(Proof.PROVEN_COMPLETE);
        assertThat(chain.newest()).isEqualTo(26);
    }

    @Test
    void shouldOpenAGapAndHealItWhenAllOfItHasCome() {
        published(1, 0);
        assertThat(published(5, 10)).isEqualTo(new Gap(2, 4, 10, GapFate.OPEN));
        assertThat(published(3, 11)).isNull();
        assertThat(published(2, 12)).isNull();
        assertThat(chain.openGaps()).isEqualTo(1);
        assertThat(chain.proof()).as("on its way").isEqualTo(Proof.PROVEN_COMPLETE);
        assertThat(published(4, 13)).isEqualTo(new Gap(2, 4, 10, GapFate.HEALED));
        assertThat(chain.openGaps()).isZero();
        assertThat(chain.healedGaps()).isEqualTo(1);
        assertThat(published(4, 14)).as("repeated").isNull();
    }

    @Test
    void shouldKnowWhichNumbersMayStillCome() {
        assertThat(chain.hasBegun()).isFalse();
        published(1, 0);
        assertThat(chain.hasBegun()).isTrue();
        assertThat(chain.open()).isEmpty();
        published(5, 10);
        published(9, 20);
        published(7, 21);

        assertThat(chain.open()).containsExactly(new Gap(2, 4, 10, GapFate.OPEN), new Gap(6, 8, 20, GapFate.OPEN));
        for (long number = 0; number <= 10; number++) {
            assertThat(chain.lacks(number))
                    .as("%d", number)
                    .isEqualTo((number >= 2 && number <= 4) || number == 6 || number == 8);
        }
        chain.restart();
        assertThat(chain.hasBegun()).isFalse();
        assertThat(chain.lacks(3)).isFalse();
    }

    @Test
    void shouldHealSeveralGapsAtOnce() {
        published(1, 0);
        published(3, 1);
        published(5, 2);

        assertThat(chain.published(1, 5, true, 3))
                .containsExactly(new Gap(2, 2, 1, GapFate.HEALED), new Gap(4, 4, 2, GapFate.HEALED));
        assertThat(chain.healedGaps()).isEqualTo(2);
    }

    @Test
    void shouldGiveUpWhatDoesNotCome() {
        published(1, 0);
        published(5, 10);
        published(9, 20);
        published(3, 21);

        assertThat(chain.giveUpBefore(10)).isEmpty();
        assertThat(chain.giveUpBefore(11)).containsExactly(new Gap(2, 4, 10, GapFate.LOST));

        assertThat(chain.proof()).isEqualTo(Proof.GAP);
        assertThat(chain.lostGaps()).isEqualTo(1);
        assertThat(chain.lostNumbers()).as("3 came").isEqualTo(2);
        assertThat(chain.openGaps()).isEqualTo(1);
    }

    @Test
    void shouldTellOnlyOrderWhereNumbersMayBeLeftOut() {
        chain.published(5, 5, false, 0);
        assertThat(chain.published(9, 9, false, 1)).isEmpty();
        assertThat(chain.isOld(8)).isTrue();
        assertThat(chain.isOld(9)).isFalse();
        assertThat(chain.proof()).isEqualTo(Proof.UNPROVABLE);
    }

    @Test
    void shouldBeginAnewWhereTheVenueDoes() {
        published(100, 0);
        published(102, 1);

        assertThat(chain.restart()).containsExactly(new Gap(101, 101, 1, GapFate.LOST));
        assertThat(published(1, 2)).isNull();
        assertThat(published(2, 3)).isNull();
        assertThat(chain.isOld(1)).isTrue();
    }

    @Test
    void shouldRememberOnlySoManyOpenGaps() {
        for (long n = 0; n <= 2 * (SequenceTracker.MAX_OPEN + 1); n += 2) {
            published(n, n);
        }
        assertThat(chain.openGaps()).isEqualTo(SequenceTracker.MAX_OPEN);
        assertThat(chain.lostNumbers()).isEqualTo(1);
    }

    @Test
    void shouldAccountForEveryNumberWhateverTheOrder() {
        long seed = Long.getLong("firstline.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            SequenceTracker any = new SequenceTracker();
            TreeSet<Long> missing = new TreeSet<>();
            any.published(0, 0, true, 0);
            long newest = 0;
            for (int step = 1; step < 200; step++) {
                if (!missing.isEmpty() && random.nextInt(3) == 0) {
                    Long late = missing.ceiling(random.nextLong(newest + 1));
                    long number = late == null ? missing.first() : late;
                    long last = number + random.nextInt(3);
                    for (long n = number; n <= Math.min(last, newest); n++) {
                        missing.remove(n);
                    }
                    any.published(number, Math.min(last, newest), true, step);
                } else {
                    long next = newest + 1 + (random.nextInt(4) == 0 ? random.nextInt(5) : 0);
                    for (long n = newest + 1; n < next; n++) {
                        missing.add(n);
                    }
                    newest = next;
                    any.published(next, next, true, step);
                }
            }
            any.giveUpBefore(Long.MAX_VALUE);
            assertThat(any.lostNumbers()).as("seed %d, round %d", seed, round).isEqualTo(missing.size());
            assertThat(any.openGaps()).isZero();
        }
    }
}
