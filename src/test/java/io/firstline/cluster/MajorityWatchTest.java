package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.cluster.MajorityWatch.Change;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** When the absence of a majority is reported. */
class MajorityWatchTest {
    private static final long START = -7;

    private final MajorityWatch watch = new MajorityWatch(START);

    private Change see(boolean isThere, long seconds) {
        return watch.see(isThere, START + TimeUnit.SECONDS.toNanos(seconds));
    }

    @Test
    void shouldWarnOnceAfterTenSecondsWithoutOneAndWhenItIsBack() {
        assertThat(see(false, 9)).isEqualTo(Change.NONE);
        assertThat(see(false, 10)).isEqualTo(Change.MISSED);
        assertThat(see(false, 100)).isEqualTo(Change.NONE);
        assertThat(see(true, 101)).isEqualTo(Change.REGAINED);
        assertThat(see(true, 200)).isEqualTo(Change.NONE);
        assertThat(see(false, 201)).isEqualTo(Change.LOST);
        assertThat(see(false, 211)).isEqualTo(Change.MISSED);
    }

    @Test
    void shouldWarnOfNothingThatLastsLess() {
        assertThat(see(true, 3)).isEqualTo(Change.GAINED);
        assertThat(see(false, 30)).isEqualTo(Change.LOST);
        assertThat(watch.isThere()).isFalse();
        assertThat(watch.sinceNanos()).isEqualTo(START + TimeUnit.SECONDS.toNanos(30));
        assertThat(see(false, 39)).isEqualTo(Change.NONE);
        assertThat(see(true, 40)).isEqualTo(Change.GAINED);
    }
}
