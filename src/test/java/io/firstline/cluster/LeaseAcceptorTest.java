package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** One vote. Times are nanoseconds since the start, on a clock that is about to overflow. */
class LeaseAcceptorTest {
    private static final long START = Math.subtractExact(Long.MAX_VALUE, 3L);
    private static final long LEASE = 100;
    private static final long SILENT = 150;

    private final LeaseAcceptor acceptor = new LeaseAcceptor(LEASE, SILENT, START);

    private LeaseVote vote(String node, int epoch, long at) {
        return acceptor.vote(node, new LeaseRequest("f", epoch), START + at);
    }

    private void assertGranted(String node, int epoch, long at) {
        assertThat(vote(node, epoch, at)).isEqualTo(new LeaseVote("f", epoch, true, epoch));
        assertThat(acceptor.promised("f")).isEqualTo(new GrantedLease(node, epoch, START + at + LEASE));
    }

    private void assertRefused(String node, int epoch, long at, int known) {
        GrantedLease before = acceptor.promised("f");
        assertThat(vote(node, epoch, at)).isEqualTo(new LeaseVote("f", epoch, false, known));
        assertThat(acceptor.promised("f")).isEqualTo(before);
    }

    @Test
    void shouldGrantNothingUntilAllThatItMayHaveGrantedBeforeItsStartHasExpired() {
        assertThat(acceptor.isReady(START + SILENT - 1)).isFalse();
        assertRefused("a", 1, SILENT - 1, 0);
        assertThat(acceptor.isReady(START + SILENT)).isTrue();
        assertGranted("a", 1, SILENT);

        LeaseAcceptor longLease = new LeaseAcceptor(LEASE, LEASE - 1, START);
        assertThat(longLease.isReady(START + LEASE - 1)).as("at least a lease").isFalse();
        assertThat(longLease.isReady(START + LEASE)).isTrue();
    }

    @Test
    void shouldGrantAFeedToAnotherNodeOnlyAfterTheLeaseThatItGranted() {
        assertGranted("a", 5, SILENT);
        assertRefused("b", 6, SILENT + LEASE - 1, 5);
        assertGranted("b", 6, SILENT + LEASE);
    }

    @Test
    void shouldExtendALeaseAndGiveItsOwnerAGreaterEpoch() {
        assertGranted("a", 5, SILENT);
        assertGranted("a", 5, SILENT + 60);
        assertRefused("b", 6, SILENT + LEASE + 59, 5);
        assertGranted("a", 7, SILENT + 61);
        assertRefused("a", 6, SILENT + 62, 7);
        assertRefused("a", 6, SILENT + 62 + LEASE, 7);
    }

    @Test
    void shouldGrantAnEpochToOneNodeOnlyHoweverLateAnotherAsks() {
        assertGranted("a", 5, SILENT);
        assertRefused("b", 5, SILENT + 10 * LEASE, 5);
        assertRefused("b", 4, SILENT + 10 * LEASE, 5);
        assertGranted("a", 5, SILENT + 10 * LEASE);
    }

    @Test
    void shouldGrantToOthersWhatIsReleasedByItsOwner() {
        assertGranted("a", 5, SILENT);
        acceptor.release("b", new LeaseRequest("f", 5), START + SILENT + 1);
        acceptor.release("a", new LeaseRequest("f", 4), START + SILENT + 1);
        acceptor.release("a", new LeaseRequest("g", 5), START + SILENT + 1);
        assertRefused("b", 6, SILENT + 1, 5);

        acceptor.release("a", new LeaseRequest("f", 5), START + SILENT + 2);

        assertThat(acceptor.promised("f")).isEqualTo(new GrantedLease("a", 5, START + SILENT + 2));
        assertThat(acceptor.promised("g")).isNull();
        assertGranted("b", 6, SILENT + 2);
    }

    @Test
    void shouldNotMoveTheEndOfALeaseThatHasExpired() {
        assertGranted("a", 5, SILENT);
        acceptor.release("a", new LeaseRequest("f", 5), START + SILENT + LEASE + 7);
        assertThat(acceptor.promised("f").untilNanos()).isEqualTo(START + SILENT + LEASE);
    }

    @Test
    void shouldVoteOnABoundedNumberOfFeeds() {
        for (int i = 0; i < MessageFields.MOST_FEEDS; i++) {
            assertThat(acceptor.vote("a", new LeaseRequest("f" + i, 1), START + SILENT)
                            .granted())
                    .isTrue();
        }

        assertThat(acceptor.vote("a", new LeaseRequest("one more", 1), START + SILENT))
                .isEqualTo(new LeaseVote("one more", 1, false, 0));
        assertThat(acceptor.promised("one more")).isNull();
        assertThat(acceptor.vote("b", new LeaseRequest("f0", 2), START + SILENT + LEASE)
                        .granted())
                .isTrue();
    }
}
