package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LeaseProposerTest {
    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long NOON_MS = 1_800_000_000_000L;

    private final LeaseProposer candidate = new LeaseProposer("f", "b:1", 3, 800 * MS, 0);

    private LeaseRequest giveWay(String rival, int rivalEpoch) {
        return candidate.giveWay(rival, rivalEpoch, 100 * MS, 1 * MS);
    }

    @Test
    void shouldGiveWayToTheBetterOfTwoClaims() {
        assertThat(giveWay("a:1", 9)).as("it claims nothing").isNull();
        candidate.claim(NOON_MS, 0);
        int mine = candidate.epoch();

        assertThat(giveWay("a:1", mine - 1)).isNull();
        assertThat(giveWay("c:1", mine)).as("its name comes later").isNull();
        assertThat(giveWay("a:1", mine)).isEqualTo(new LeaseRequest("f", mine));
        assertThat(candidate.epoch()).isZero();
        assertThat(candidate.isFree(749 * MS)).isFalse();
        assertThat(candidate.isFree(750 * MS)).isTrue();

        candidate.claim(NOON_MS, 750 * MS);
        assertThat(giveWay("c:1", candidate.epoch() + 1)).isNotNull();
    }

    @Test
    void shouldNotGiveWayAsTheOwner() {
        candidate.claim(NOON_MS, 0);
        LeaseRequest ask = candidate.ask(1, 0);
        candidate.voted("b:1", 1, new LeaseVote("f", ask.epoch(), true, ask.epoch()));
        candidate.voted("c:1", 1, new LeaseVote("f", ask.epoch(), true, ask.epoch()));

        assertThat(candidate.owns(1 * MS)).isTrue();
        assertThat(giveWay("a:1", ask.epoch() + 1)).isNull();
    }
}
