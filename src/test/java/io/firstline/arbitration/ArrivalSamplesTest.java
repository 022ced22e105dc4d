package io.firstline.arbitration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Samples of an arbiter, in virtual milliseconds. */
class ArrivalSamplesTest {
    private static final long MS = 1_000_000L;
    private static final int NEVER = ArrivalTable.NEVER;

    private Arbiter<String> arbiter;

    private record Copy(long identity, String message) implements Arrival<String> {
        @Override
        public long content() {
            return 0;
        }

        @Override
        public int stream() {
            return 0;
        }

        @Override
        public int bytes() {
            return 1;
        }
    }

    @BeforeEach
    void open() {
        arbiter = new Arbiter<>(new ArbiterSettings(1_024, 60_000 * MS, 500 * MS, 100 * MS), new Arbiter.Output<>() {
            @Override
            public void first(Line line, String message, boolean late) {}

            @Override
            public void inStep(Line line, boolean alone) {}

            @Override
            public void outOfStep(Line line) {}

            @Override
            public void conflict(Line line, int stream) {}
        });
    }

    private ArrivalSamples sample(int connections, long everyMs, int open, int kept) {
        ArrivalSamples samples = new ArrivalSamples(connections, everyMs * MS, open, kept);
        arbiter.sample(samples);
        return samples;
    }

    private Line join(int number, long ms) {
        return arbiter.join(number, ms * MS, ms * MS);
    }

    private void copy(Line line, int message, long micros) {
        arbiter.copy(line, new Copy(message, "m" + message), micros * 1_000);
    }

    private List<List<Integer>> lags(ArrivalSamples samples, int connections, long ms) {
        arbiter.settleFigures(ms * MS);
        ArrivalTable table = samples.table(Long.MAX_VALUE);
        List<List<Integer>> lags = new ArrayList<>();
        for (int message = 0; message < table.messages(); message++) {
            List<Integer> ofMessage = new ArrayList<>();
            for (int connection = 0; connection < connections; connection++) {
                ofMessage.add(table.lagsOf(connection)[message]);
            }
            lags.add(ofMessage);
        }
        return lags;
    }

    @Test
    void shouldNoteWhenEachConnectionDelivered() {
        ArrivalSamples samples = sample(2, 0, 64, 100);
        Line a = join(0, 0);
        Line b = join(1, 0);
        copy(a, 1, 1_000);
        copy(b, 1, 1_250); // now both are known
        copy(b, 2, 2_000);
        copy(a, 2, 2_007);
        copy(a, 3, 3_000);
        copy(a, 4, 4_000);
        copy(b, 4, 4_001);

        assertThat(lags(samples, 2, 3_000)).containsExactly(List.of(7, 0), List.of(0, NEVER), List.of(0, 1));
    }

    @Test
    void shouldLeaveOutWhatIsNotSettledAndWhatIsTooYoung() {
        ArrivalSamples samples = sample(1, 0, 64, 100);
        Line a = join(0, 0);
        copy(a, 1, 0);
        copy(a, 2, 500_000);
        copy(a, 3, 1_500_000);

        assertThat(lags(samples, 1, 3_000)).hasSize(2);
        assertThat(samples.table(500 * MS).messages()).isEqualTo(1);
        assertThat(samples.table(500 * MS + 1).messages()).isEqualTo(2);
    }

    @Test
    void shouldSampleAtMostOneMessageInATime() {
        ArrivalSamples samples = sample(1, 10, 64, 100);
        Line a = join(0, 0);
        for (int ms = 0; ms < 100; ms++) {
            copy(a, ms + 1, ms * 1_000L);
        }

        assertThat(lags(samples, 1, 3_000)).hasSize(10);
    }

    @Test
    void shouldKeepTheMessagesSampledLast() {
        ArrivalSamples samples = sample(1, 0, 256, 100);
        Line a = join(0, 0);
        for (int ms = 0; ms < 250; ms++) {
            copy(a, ms + 1, ms * 1_000L);
        }

        assertThat(lags(samples, 1, 3_000)).hasSize(100);
        assertThat(samples.table(150 * MS).messages()).as("the older ones").isZero();
    }

    @Test
    void shouldDropAMessageWhosePlaceAnotherTakes() {
        ArrivalSamples samples = sample(1, 0, 4, 100);
        Line a = join(0, 0);
        for (int ms = 0; ms < 10; ms++) {
            copy(a, ms + 1, ms * 1_000L);
        }

        assertThat(lags(samples, 1, 3_000)).hasSizeBetween(1, 4);
    }

    @Test
    void shouldKeepMessagesAtAnyRegularStep() {
        for (int step : new int[] {1, 2, 16, 64, 100, 250, 256, 1_000, 4_096}) {
            open();
            ArrivalSamples samples = sample(1, step, 64, 1_000);
            Line a = join(0, 0);
            for (int ms = 0; ms < 8 * step; ms++) {
                copy(a, ms + 1, ms * 1_000L);
            }

            assertThat(lags(samples, 1, 8 * step + 3_000)).as("each %dth", step).hasSize(8);
        }
    }

    @Test
    void shouldBeginWithoutAConnectionThatNeverOpens() {
        ArrivalSamples samples = sample(3, 0, 1 << 14, 1 << 14);
        Line a = join(0, 0);
        Line b = join(1, 0);
        for (int ms = 0; ms < 12_000; ms += 1_000) {
            copy(a, ms + 1, ms * 1_000L);
            copy(b, ms + 1, ms * 1_000L + 5);
        }

        assertThat(lags(samples, 3, 20_000)).containsExactly(List.of(0, 5, NEVER), List.of(0, 5, NEVER));
    }

    @Test
    void shouldCountAReplacementAsTheSameConnection() {
        ArrivalSamples samples = sample(2, 0, 64, 100);
        Line a = join(0, 0);
        Line b = join(1, 0);
        copy(a, 1, 0);
        copy(b, 1, 1);
        arbiter.leave(b, 10 * MS);
        Line another = arbiter.join(40, 20 * MS, 20 * MS); // not one of those that are compared
        Line next = join(1, 20);
        for (int message = 2; message < 100; message++) { // long enough for new lines to be in step
            copy(a, message, message * 20_000L);
            copy(another, message, message * 20_000L + 1);
            copy(next, message, message * 20_000L + 2);
        }

        List<List<Integer>> lags = lags(samples, 2, 5_000);
        assertThat(lags.get(lags.size() - 1)).containsExactly(0, 2);
    }

    @Test
    void shouldForgetACopyThatBelongedToAnotherMessage() {
        ArrivalSamples samples = sample(2, 0, 64, 100);
        Line a = join(0, 0);
        Line b = join(1, 0);
        copy(a, 1, 0);
        copy(b, 1, 1);
        copy(a, 2, 10_000);
        copy(b, 2, 10_003);
        samples.takenBack(b, 2);
        samples.takenBack(b, 77); // not sampled

        assertThat(lags(samples, 2, 3_000)).containsExactly(List.of(0, NEVER));
    }
}
