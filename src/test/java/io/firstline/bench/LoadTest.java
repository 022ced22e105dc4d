package io.firstline.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LoadTest {
    @Test
    void shouldSpreadMessagesEvenly() {
        Load load = Load.paced(1_000);

        assertThat(load.dueNanos(0)).isZero();
        assertThat(load.dueNanos(3)).isEqualTo(3_000_000);
        assertThat(load.dueAfter(-1)).isZero();
        assertThat(load.dueAfter(0)).isEqualTo(1);
        assertThat(load.dueAfter(2_999_999)).isEqualTo(3);
        assertThat(load.dueAfter(3_000_000)).isEqualTo(4);
    }

    @Test
    void shouldMakeAWholeBurstDueAtOnce() {
        Load load = Load.bursts(2_000, 200);

        assertThat(load.dueNanos(199)).isZero();
        assertThat(load.dueNanos(200)).isEqualTo(100_000_000);
        assertThat(load.dueAfter(0)).isEqualTo(200);
        assertThat(load.dueAfter(100_000_000)).isEqualTo(400);
    }

    @Test
    void shouldSurviveTheWayToAnotherProcess() {
        for (Load load : List.of(
                Load.SATURATING, Load.bursts(2_000, 200), Load.lagging(1_000), Load.saturating(MessageForm.OKX, 50))) {
            assertThat(Load.fromJson(load.toJson())).isEqualTo(load);
        }
    }

    @Test
    void shouldChooseTheMessagesThatAreEqual() {
        assertThat(LongStream.range(0, 1_000).filter(Load.SATURATING::isEqual)).hasSize(1_000);
        assertThat(LongStream.range(0, 1_000).filter(Load.saturating(MessageForm.OKX, 50)::isEqual))
                .hasSize(500);
        assertThat(LongStream.range(0, 1_000).filter(Load.saturating(MessageForm.OKX, 0)::isEqual))
                .isEmpty();
    }

    @Test
    void shouldSayWhatItIs() {
        assertThat(Load.SATURATING.label()).isEqualTo("maximum");
        assertThat(Load.paced(20_000).label()).isEqualTo("20,000/s");
        assertThat(Load.bursts(2_000, 200).label()).isEqualTo("2,000/s in bursts of 200");
        assertThat(Load.lagging(1_000).label()).isEqualTo("1,000/s, lagging");
        assertThat(Load.saturating(MessageForm.GZIP, 0).formLabel()).isEqualTo(", profile with gzip, 0 % equal");
        assertThat(Load.SATURATING.formLabel()).isEmpty();
    }
}
