package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.cluster.HandOver.Facts;
import io.firstline.cluster.HandOver.Reason;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HandOverTest {
    private static final Facts STANDS_BY = new Facts(false, false, true, true, true);
    private static final Facts WELL = new Facts(true, true, true, true, false);
    private static final Facts BLIND = new Facts(true, false, true, true, false);
    private static final Facts AWAY = new Facts(true, true, true, true, true);

    private final HandOver handOver = new HandOver();

    @BeforeEach
    void standBy() {
        decide(STANDS_BY, -1_000_000, -1);
    }

    private Reason decide(Facts facts, long lastMs, long nowMs) {
        return handOver.decide(facts, TimeUnit.MILLISECONDS.toNanos(lastMs), TimeUnit.MILLISECONDS.toNanos(nowMs));
    }

    @Test
    void shouldKeepWhatIsWell() {
        assertThat(decide(WELL, 0, 0)).isNull();
        assertThat(decide(WELL, 0, 1_000_000)).isNull();
    }

    @Test
    void shouldLeaveWhatItDoesNotReceiveToWhoDoes() {
        decide(WELL, 0, 0);
        assertThat(decide(BLIND, 0, 500)).isNull();
        assertThat(decide(BLIND, 0, 501)).isEqualTo(Reason.BLIND);

        decide(WELL, 0, 600);
        assertThat(decide(BLIND, 0, 1_100))
                .as("it has received something since")
                .isNull();
        assertThat(decide(new Facts(true, false, false, false, false), 0, 5_000))
                .as("nobody does")
                .isNull();
        assertThat(decide(BLIND, 0, 5_001)).as("now somebody does").isEqualTo(Reason.BLIND);
    }

    /** While nothing is published, no member can show that it would continue without a loss. */
    @Test
    void shouldLeaveWhatItDoesNotReceiveToWhoReceivesItEvenIfThatIsNotWarm() {
        Facts allCold = new Facts(true, false, true, false, false);
        decide(WELL, 0, 0);
        assertThat(decide(allCold, 0, 3_000)).isNull();
        assertThat(decide(allCold, 0, 3_001)).isEqualTo(Reason.BLIND);
    }

    @Test
    void shouldLeaveWhatBelongsElsewhereAfterAWhileAndOneByOne() {
        decide(WELL, 0, 0);
        assertThat(decide(AWAY, 0, 19_999)).isNull();
        assertThat(decide(AWAY, 19_500, 20_000)).as("another has just gone").isNull();
        assertThat(decide(AWAY, 19_500, 20_500)).isEqualTo(Reason.AWAY);

        decide(WELL, 19_500, 20_600);
        assertThat(decide(AWAY, 19_500, 40_599))
                .as("the first was cold meanwhile")
                .isNull();
    }
}
