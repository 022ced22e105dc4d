package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class FailureLogTest {
    private static final long STABLE = 10_000;

    private final FailureLog log = new FailureLog(STABLE);

    @Test
    void shouldTellEachCauseOnceAndCountThemAll() {
        assertThat(log.isNews("refused", 1)).isTrue();
        assertThat(log.isNews("refused", 2)).isFalse();
        assertThat(log.isNews("dns", 3)).isTrue();

        assertThat(log.counts()).isEqualTo(Map.of("refused", 2L, "dns", 1L));
    }

    @Test
    void shouldCountCausesTogetherThatAreTooMany() {
        for (int code = 3_000; code < 3_000 + 2 * FailureLog.MAX_CAUSES; code++) {
            log.isNews("closed-" + code, code);
        }

        assertThat(log.counts()).hasSize(FailureLog.MAX_CAUSES + 1).containsEntry(FailureLog.OTHER, 64L);
        assertThat(log.isNews("closed-4999", 9_999)).as("told once for all").isFalse();
        assertThat(log.isNews("closed-3000", 9_999)).isFalse();
    }

    @Test
    void shouldTellAgainAfterAStableRecovery() {
        log.isNews("reset", 0);
        log.whole(true, 100);
        log.whole(true, 5_000);

        assertThat(log.isNews("reset", 100 + STABLE)).isTrue();
    }

    @Test
    void shouldNotTakeFlappingForRecovery() {
        log.isNews("reset", 0);
        for (long now = 0; now < 20 * STABLE; now += STABLE / 2) {
            log.whole(true, now);
            assertThat(log.isNews("reset", now + STABLE / 4)).isFalse();
            log.whole(false, now + STABLE / 4);
        }
    }

    @Test
    void shouldForgetWhatWasToldAtARestart() {
        log.isNews("reset", 0);
        log.restart();

        assertThat(log.isNews("reset", 1)).isTrue();
        assertThat(log.counts()).containsEntry("reset", 2L);
    }
}
