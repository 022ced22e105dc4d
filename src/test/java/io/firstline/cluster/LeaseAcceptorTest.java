package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import org.junit.jupiter.api.Test;

/** One vote. Times are nanoseconds since the start, on a clock that is about to overflow. */
class LeaseAcceptorTest {
    private static final long START = Math.subtractExact(Long.MAX_VALUE, 3L);
    private static final long LEASE = 100;
    private static final long SILENT = 150;

    private final LeaseAcceptor acceptor = new LeaseAcceptor(LEASE, SILENT, START, START);

    private LeaseVote vote(String node, int epoch, long at) {
        return acceptor.vote(node, new LeaseRequest("f", epoch), feed -> 0, START + at);
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

        LeaseAcceptor longLease = new LeaseAcceptor(LEASE, LEASE - 1, START, START);
        assertThat(longLease.isReady(START + LEASE - 1)).as("at least a lease").isFalse();
        assertThat(longLease.isReady(START + LEASE)).isTrue();
    }

    /** Its port was free long before it started; a member that knows a later epoch may be heard only then. */
    @Test
    void shouldHearTheOthersForHalfALeaseAfterItsOwnStart() {
        LeaseAcceptor restarted = new LeaseAcceptor(LEASE, SILENT, START - 10 * LEASE, START);
        assertThat(restarted.isReady(START + LEASE / 2 - 1)).isFalse();
        assertThat(restarted.isReady(START + LEASE / 2)).isTrue();
    }

    /** It has forgotten what it granted, and the time of day of the claimant is minutes behind. */
    @Test
    void shouldGrantNoEpochBeforeOneInWhichTheFeedWasPublished() {
        assertThat(vote("a", 7, 900, SILENT)).isEqualTo(new LeaseVote("f", 7, false, 900));
        assertThat(vote("a", 900, 900, SILENT)).as("of the owner").isEqualTo(new LeaseVote("f", 900, true, 900));
        assertThat(vote("b", 901, 900, SILENT + LEASE)).isEqualTo(new LeaseVote("f", 901, true, 901));
    }

    /** A granted lease continues: a stale member cannot end it. */
    @Test
    void shouldExtendALeaseWhateverEpochAnotherMemberKnows() {
        assertGranted("a", 5, SILENT);
        assertThat(vote("a", 5, 900, SILENT + 1)).isEqualTo(new LeaseVote("f", 5, true, 5));
        LeaseRequest again = new LeaseRequest("f", 5);
        LeaseVote renewed = acceptor.vote("a", again, feed -> fail("nobody is asked"), START + SILENT + 1);
        assertThat(renewed.granted()).isTrue();
        assertThat(vote("b", 6, 900, SILENT + 1 + LEASE)).isEqualTo(new LeaseVote("f", 6, false, 900));
        assertThat(vote("b", 901, 900, SILENT + 1 + LEASE).granted()).isTrue();
    }

    private LeaseVote vote(String node, int epoch, int published, long at) {
        return acceptor.vote(node, new LeaseRequest("f", epoch), feed -> published, START + at);
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
            assertThat(acceptor.vote("a", new LeaseRequest("f" + i, 1), feed -> 0, START + SILENT)
                            .granted())
                    .isTrue();
        }

        assertThat(acceptor.vote("a", new LeaseRequest("one more", 1), feed -> 0, START + SILENT))
                .isEqualTo(new LeaseVote("one more", 1, false, 0));
        assertThat(acceptor.promised("one more")).isNull();
        assertThat(acceptor.vote("b", new LeaseRequest("f0", 2), feed -> 0, START + SILENT + LEASE)
                        .granted())
                .isTrue();
    }
}
