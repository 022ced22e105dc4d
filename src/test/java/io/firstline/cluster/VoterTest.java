package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The memory of a voter. */
class VoterTest {
    @Test
    void shouldVoteOnABoundedNumberOfFeeds() {
        Voter voter = new Voter(1, 0, 0);

        for (int i = 0; i < Said.MOST_FEEDS; i++) {
            assertThat(voter.vote("a", new Ask("f" + i, 1), 10).granted()).isTrue();
        }

        assertThat(voter.vote("a", new Ask("one more", 1), 10).granted()).isFalse();
        assertThat(voter.promised("one more")).isNull();
        assertThat(voter.vote("b", new Ask("f0", 2), 20).granted()).isTrue();
    }
}
