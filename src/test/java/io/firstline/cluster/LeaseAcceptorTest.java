package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The memory of a voter. */
class LeaseAcceptorTest {
    @Test
    void shouldVoteOnABoundedNumberOfFeeds() {
        LeaseAcceptor voter = new LeaseAcceptor(1, 0, 0);

        for (int i = 0; i < MessageFields.MOST_FEEDS; i++) {
            assertThat(voter.vote("a", new LeaseRequest("f" + i, 1), 10).granted())
                    .isTrue();
        }

        assertThat(voter.vote("a", new LeaseRequest("one more", 1), 10).granted())
                .isFalse();
        assertThat(voter.promised("one more")).isNull();
        assertThat(voter.vote("b", new LeaseRequest("f0", 2), 20).granted()).isTrue();
    }
}
