package io.firstline.bus.publish;

import static io.firstline.bus.publish.Shedding.Verdict.KEEP;
import static io.firstline.bus.publish.Shedding.Verdict.PASS;
import static io.firstline.bus.publish.Shedding.Verdict.SHED;
import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.bus.publish.Shedding.Verdict;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SheddingTest {
    private static final String A = "firstline.feed.a";
    private static final String B = "firstline.feed.a.b";

    private final Shedding shedding = new Shedding(new Volume(100, 1_000), 2);

    private boolean reached(long message, long newest) {
        return shedding.reached(new Volume(message, 0), new Volume(newest, 0));
    }

    private boolean reachedByte(long at, long newest) {
        return shedding.reached(new Volume(0, at), new Volume(0, newest));
    }

    private List<Verdict> next(int count, String address) {
        return Stream.generate(() -> shedding.next(address)).limit(count).toList();
    }

    @Test
    void shouldPassEverythingToAConsumerThatIsNotFurtherBehindThanTheBound() {
        assertThat(next(3, A)).containsOnly(PASS);

        assertThat(reached(0, 100)).isFalse();

        assertThat(next(3, A)).containsOnly(PASS);
        assertThat(shedding.isOn()).isFalse();
    }

    @Test
    void shouldShedFromTheBoundDownToHalfOfIt() {
        assertThat(reached(0, 101)).isFalse();
        assertThat(next(4, A)).containsExactly(KEEP, KEEP, SHED, SHED);

        assertThat(reached(50, 101)).as("51 behind").isFalse();
        assertThat(next(1, A)).containsExactly(SHED);

        assertThat(reached(51, 101)).as("50 behind: what was kept is due").isTrue();
        assertThat(next(1, A)).containsExactly(PASS);
        assertThat(shedding.isOn()).isFalse();
    }

    @Test
    void shouldShedByBytesAsWell() {
        reachedByte(0, 1_001);
        assertThat(next(3, A)).containsExactly(KEEP, KEEP, SHED);

        assertThat(reachedByte(500, 1_001)).isFalse();
        assertThat(reachedByte(501, 1_001)).isTrue();
        assertThat(next(1, A)).containsExactly(PASS);
    }

    @Test
    void shouldMeasureAgainstWhatIsSentMeanwhile() {
        reached(0, 101);

        assertThat(reached(100, 201)).as("as far behind as before").isFalse();
        assertThat(reached(151, 201)).isTrue();
    }

    @Test
    void shouldKeepTheFirstMessagesOfEachAddressEachTime() {
        for (int time = 0; time < 2; time++) {
            reached(0, 1_000);
            assertThat(next(3, A)).containsExactly(KEEP, KEEP, SHED);
            assertThat(next(3, B)).containsExactly(KEEP, KEEP, SHED);
            assertThat(reached(1_000, 1_000)).isTrue();
        }
    }

    @Test
    void shouldNotKeepWithoutABoundInBytes() {
        reachedByte(0, 10_000);
        reachedByte(1_000, 10_000);
        assertThat(next(1, A)).containsExactly(KEEP);

        reachedByte(1_001, 10_000);

        assertThat(next(1, A)).containsExactly(SHED);
        assertThat(next(1, B)).containsExactly(SHED);
    }
}
