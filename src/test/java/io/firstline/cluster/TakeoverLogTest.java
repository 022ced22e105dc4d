package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.cluster.TakeoverLog.Takeover;
import org.junit.jupiter.api.Test;

class TakeoverLogTest {
    private static final long MS = 1_000_000;

    private final TakeoverLog log = new TakeoverLog();

    @Test
    void shouldMeasureTheSilenceBeforeEachTakeover() {
        log.begins(1, false, 0);
        assertThat(log.list()).as("the first owner took over from nobody").isEmpty();
        assertThat(log.silence(1)).isEmpty();
        log.published(10 * MS);

        log.begins(2, true, 584 * MS);
        log.published(600 * MS);
        log.begins(3, false, 605 * MS);

        assertThat(log.list())
                .containsExactly(new Takeover(3, false, 605 * MS, 5 * MS), new Takeover(2, true, 584 * MS, 574 * MS));
        assertThat(log.silence(3)).isEqualTo(", 5 ms after its last message");
        assertThat(log.silence(2)).isEmpty();
    }

    @Test
    void shouldKeepTheLastOnes() {
        log.published(0);
        for (int epoch = 1; epoch <= TakeoverLog.CAPACITY + 2; epoch++) {
            log.begins(epoch, false, epoch);
        }
        assertThat(log.list()).hasSize(TakeoverLog.CAPACITY);
        assertThat(log.list().get(0).epoch()).isEqualTo(TakeoverLog.CAPACITY + 2);
    }
}
