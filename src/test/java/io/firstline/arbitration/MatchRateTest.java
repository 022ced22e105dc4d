package io.firstline.arbitration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MatchRateTest {
    private static final long ALL = -1;

    private final MatchRate agreement = new MatchRate(2);

    private void alone(int slot, int messages) {
        for (int i = 0; i < messages; i++) {
            agreement.came(1L << slot, ALL, 0);
        }
    }

    private void shared(long lines, int messages) {
        for (int i = 0; i < messages; i++) {
            agreement.came(lines, ALL, 0);
        }
    }

    @ParameterizedTest
    @CsvSource({
        // seconds, alone on 0, alone on 1, shared a second, differing slots
        "3, 4, 4, 0, 3",
        "2, 100, 100, 0, 0",
        "3, 3, 3, 0, 0",
        "12, 1, 1, 0, 3",
        "3, 95, 95, 5, 3",
        "3, 90, 90, 10, 3",
        "60, 89, 89, 10, 0",
        "60, 80, 80, 20, 0",
        "60, 24, 24, 76, 0",
        "60, 100, 0, 0, 0",
        "60, 100, 0, 12, 0",
        "60, 0, 0, 100, 0",
        "60, 0, 0, 0, 0",
    })
    void shouldTellLinesThatHardlyEverMatch(int seconds, int aloneOn0, int aloneOn1, int shared, long differing) {
        for (int i = 0; i < seconds; i++) {
            alone(0, aloneOn0);
            alone(1, aloneOn1);
            shared(3, shared);
            agreement.look();
        }

        assertThat(agreement.differing(0)).isEqualTo(differing);
        assertThat(agreement.differing(1)).isZero();
    }

    @Test
    void shouldTellTheOneThatDiffersFromOthersThatMatch() {
        for (int i = 0; i < 3; i++) {
            shared(3, 50);
            alone(2, 50);
            agreement.look();
        }

        assertThat(agreement.differing(0)).isEqualTo(4);
        agreement.cleared(2);
        assertThat(agreement.differing(0)).isZero();
    }

    @Test
    void shouldNotJudgeLinesThatStandStillInTurns() {
        for (int i = 0; i < 40; i++) {
            alone(i / 5 % 2, 100); // copies after the pause are not matched any more
            agreement.look();
        }

        assertThat(agreement.differing(0)).isZero();
    }

    @Test
    void shouldTakeWhatComesLateForAMatch() {
        for (int i = 0; i < 40; i++) {
            alone(0, 50);
            for (int k = 0; k < 50; k++) {
                agreement.cameLate(1, 1, 0);
            }
            agreement.look();
        }

        assertThat(agreement.differing(0)).isZero();
    }

    /** Of 20 messages on one line, so many came on another one too late: a tenth is too few. */
    @ParameterizedTest
    @CsvSource({"20, 2, 1", "19, 2, 0"})
    void shouldNotCountAMessageThatCameLateAsAlone(int messages, int late, long differing) {
        for (int i = 0; i < 3; i++) {
            alone(0, messages);
            for (int k = 0; k < late; k++) {
                agreement.cameLate(1, 1, 0);
            }
            agreement.look();
        }

        assertThat(agreement.differing(0)).isEqualTo(differing);
    }

    @Test
    void shouldProveNothingWithMessagesOfSingleLines() {
        alone(0, 5);
        agreement.look();
        assertThat(agreement.isProven()).isFalse();
        shared(3, 1);
        agreement.look();
        assertThat(agreement.isProven()).isTrue();
    }

    @Test
    void shouldNotCountLinesThatStartUp() {
        for (int i = 0; i < 10; i++) {
            for (int k = 0; k < 100; k++) {
                agreement.came(1, 0, 0);
                agreement.came(2, 0, 0);
                agreement.came(3, 1, 0);
            }
            agreement.look();
        }

        assertThat(agreement.differing(0)).isZero();
        assertThat(agreement.isProven()).isTrue();
    }

    @Test
    void shouldRecoverWhenCopiesMatchAgain() {
        for (int i = 0; i < 3; i++) {
            alone(0, 50);
            alone(1, 50);
            agreement.look();
        }
        assertThat(agreement.isSuspect()).isTrue();

        for (int i = 0; i < 3; i++) {
            assertThat(agreement.differing(0)).isEqualTo(3);
            assertThat(agreement.isProven()).isFalse();
            agreement.look(); // a quiet second changes nothing
            shared(3, 50);
            agreement.look();
        }

        assertThat(agreement.differing(0)).isZero();
        assertThat(agreement.isProven()).isTrue();
        assertThat(agreement.isSuspect()).isFalse();
    }

    @Test
    void shouldJudgeEachGroupAlone() {
        for (int i = 0; i < 3; i++) {
            shared(3, 1_000);
            for (int k = 0; k < 10; k++) {
                agreement.came(1, ALL, 1);
                agreement.came(2, ALL, 1);
            }
            agreement.look();
        }

        assertThat(agreement.differing(0)).isZero();
        assertThat(agreement.differing(1)).isEqualTo(3);
    }

    /** Lossy lines at all rates: they lack different messages, and match in the rest. */
    @ParameterizedTest
    @ValueSource(ints = {1, 5, 24, 50})
    void shouldNeverTakeLossForADifference(int lossPercent) {
        long seed = System.nanoTime();
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        for (int second = 0; second < 20_000; second++) {
            int messages = random.nextInt(random.nextBoolean() ? 3 : 60);
            for (int i = 0; i < messages; i++) {
                long lines = 0;
                for (int slot = 0; slot < 3; slot++) {
                    lines |= random.nextInt(100) < lossPercent ? 0 : 1L << slot;
                }
                agreement.came(lines, ALL, 0);
            }
            agreement.look();
            assertThat(agreement.differing(0))
                    .as("seed %d, second %d", seed, second)
                    .isZero();
        }
    }
}
