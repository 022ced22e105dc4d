package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests of one of three nodes. Times are milliseconds since the start, on a clock that is about to overflow. */
class LeaseProposerTest {
    private static final long START_NANOS = Math.subtractExact(Long.MAX_VALUE, 3L);
    private static final long NOON_MS = 1_800_000_000_000L;
    private static final int LEASE_MS = 800;

    private final LeaseProposer proposer = new LeaseProposer("f", "b:1", 3, () -> 3, nanos(LEASE_MS), START_NANOS);

    private static long nanos(long ms) {
        return TimeUnit.MILLISECONDS.toNanos(ms);
    }

    private static long at(long ms) {
        return START_NANOS + nanos(ms);
    }

    private LeaseRequest giveWay(String rival, int rivalEpoch) {
        return proposer.giveWay(rival, rivalEpoch, nanos(100), at(1));
    }

    private int claim(long ms) {
        proposer.claim(NOON_MS, at(ms));
        return proposer.epoch();
    }

    private void votes(String from, long number, boolean granted) {
        proposer.voted(
                from, number, new LeaseVote("f", proposer.epoch(), granted, proposer.epoch() - (granted ? 0 : 1)));
    }

    /** Owns the feed by a request that was sent then. */
    private int own(long ms) {
        int epoch = claim(ms);
        proposer.ask(1, at(ms));
        votes("b:1", 1, true);
        votes("c:1", 1, true);
        return epoch;
    }

    @Test
    void shouldGiveWayToTheBetterOfTwoClaims() {
        assertThat(giveWay("a:1", 9)).as("it claims nothing").isNull();
        int mine = claim(0);

        assertThat(giveWay("a:1", mine - 1)).isNull();
        assertThat(giveWay("b:1", mine)).as("its own name").isNull();
        assertThat(giveWay("c:1", mine)).as("its name comes later").isNull();
        assertThat(giveWay("a:1", mine)).isEqualTo(new LeaseRequest("f", mine));
        assertThat(proposer.epoch()).isZero();
        assertThat(proposer.isFree(at(749))).isFalse();
        assertThat(proposer.isFree(at(750))).isTrue();

        claim(750);
        assertThat(giveWay("c:1", proposer.epoch() + 1)).isNotNull();
    }

    @Test
    void shouldNotGiveWayAsTheOwner() {
        int epoch = own(0);
        assertThat(proposer.owns(at(1))).isTrue();
        assertThat(giveWay("a:1", epoch + 1)).isNull();
    }

    @Test
    void shouldOwnTheFeedFromTheVotesOfAMajorityUntilATwentiethBeforeTheEndOfTheLease() {
        int epoch = claim(0);
        assertThat(proposer.isClaiming()).isTrue();
        assertThat(proposer.ask(1, at(5))).isEqualTo(new LeaseRequest("f", epoch));
        votes("b:1", 1, true);
        votes("b:1", 1, true);
        assertThat(proposer.owns(at(6))).as("one node, twice").isFalse();
        votes("c:1", 1, true);
        assertThat(proposer.owns(at(6))).isTrue();
        assertThat(proposer.isClaiming()).isFalse();
        assertThat(proposer.untilNanos()).isEqualTo(at(5 + 760));
        assertThat(proposer.owns(at(764))).isTrue();
        assertThat(proposer.owns(at(765))).isFalse();
    }

    @Test
    void shouldNotShortenItsLeaseByVotesForAnEarlierRequest() {
        claim(0);
        proposer.ask(1, at(0));
        proposer.ask(2, at(200));
        for (long number : new long[] {2, 1}) {
            votes("b:1", number, true);
            votes("c:1", number, true);
        }
        assertThat(proposer.untilNanos()).isEqualTo(at(200 + 760));
    }

    @Test
    void shouldCountVotesForItsPresentEpochAndTheRequestsOfOneLeaseOnly() {
        int epoch = claim(0);
        for (int number = 1; number <= 40; number++) {
            proposer.ask(number, at(20L * number)); // links may be slow
        }
        proposer.ask(41, at(20 + 800));
        votes("b:1", 1, true);
        votes("c:1", 1, true);
        assertThat(proposer.owns(at(820))).as("too old").isFalse();
        votes("b:1", 2, true);
        proposer.voted("c:1", 2, new LeaseVote("f", epoch - 1, true, epoch - 1));
        assertThat(proposer.owns(at(790))).as("another epoch").isFalse();
        votes("c:1", 2, true);
        assertThat(proposer.owns(at(790))).isTrue();
    }

    @Test
    void shouldCountNoVotesForAnAbandonedClaim() {
        claim(0);
        proposer.ask(1, at(0));
        int before = proposer.epoch();
        proposer.giveUp(0, at(1));
        proposer.voted("b:1", 1, new LeaseVote("f", before, true, before));
        proposer.voted("c:1", 1, new LeaseVote("f", before, true, before));
        assertThat(proposer.owns(at(2))).isFalse();
        assertThat(proposer.ask(2, at(2))).as("it claims nothing").isNull();
        assertThat(claim(1_000)).isGreaterThan(before);
        assertThat(proposer.ask(3, at(1_000)).epoch()).isEqualTo(proposer.epoch());
    }

    /** A vote for this node's own claim may keep it from voting for the owner, so that only the owner's requests show it. */
    @Test
    void shouldClaimNothingWhileOthersRequestTheLease() {
        proposer.requestedBy("a:1", 7, 0, at(0));
        proposer.requestedBy("c:1", 8, nanos(50), at(100));
        assertThat(proposer.isFree(at(LEASE_MS))).as("c:1 requests it").isFalse();
        assertThat(proposer.isFree(at(150 + LEASE_MS) - 1)).isFalse();
        assertThat(proposer.isFree(at(150 + LEASE_MS)))
                .as("for a lease, and longer because its process pauses at times")
                .isTrue();

        proposer.requestedBy("a:1", 7, 0, at(1_000));
        proposer.releasedBy("c:1");
        assertThat(proposer.isFree(at(1_001))).isFalse();
        proposer.releasedBy("a:1");
        assertThat(proposer.isFree(at(1_001))).as("released").isTrue();
    }

    @Test
    void shouldLoseAClaimThatAMajorityRefusesBecauseTheyKnowALaterOne() {
        claim(0);
        proposer.ask(1, at(0));
        refuses("a:1", 1);
        assertThat(proposer.isLost(at(1))).as("it is raised").isFalse();
        assertThat(proposer.ask(2, at(1))).isNotNull();
        refuses("a:1", 2);
        assertThat(proposer.isLost(at(1))).isFalse();
        refuses("c:1", 2);
        assertThat(proposer.isLost(at(1))).isTrue();
        assertThat(proposer.ask(3, at(1))).as("in vain").isNull();
    }

    private void refuses(String from, long number) {
        proposer.voted(from, number, new LeaseVote("f", proposer.epoch(), false, proposer.epoch()));
    }

    /** The owner has been killed, and this node was the first to see it. The pause after a claim is longer than a lease. */
    @Test
    void shouldKeepAClaimThatAMajorityRefusesWhileALeaseRunsThere() {
        claim(0);
        proposer.ask(1, at(0));
        for (String voter : new String[] {"a:1", "b:1", "c:1"}) {
            votes(voter, 1, false);
        }
        assertThat(proposer.isLost(at(1))).isFalse();
        proposer.ask(2, at(25));
        votes("a:1", 2, true);
        votes("b:1", 2, true);
        assertThat(proposer.owns(at(26))).isTrue();
    }

    @Test
    void shouldLoseAClaimWithoutVotesAfterALease() {
        claim(0);
        assertThat(proposer.isLost(at(LEASE_MS))).isFalse();
        assertThat(proposer.isLost(at(LEASE_MS + 1))).isTrue();
    }

    @Test
    void shouldRequestAnExpiredLeaseForOneMoreLease() {
        own(0);
        assertThat(proposer.isLost(at(759))).isFalse();
        assertThat(proposer.isLost(at(760 + LEASE_MS))).isFalse();
        assertThat(proposer.ask(2, at(760 + LEASE_MS))).isNotNull();
        assertThat(proposer.isLost(at(761 + LEASE_MS))).isTrue();
    }

    @Test
    void shouldUseTheRestOfALeaseThatAMajorityNoLongerExtends() {
        own(0);
        proposer.ask(2, at(200));
        votes("a:1", 2, false);
        votes("c:1", 2, false);
        assertThat(proposer.owns(at(759))).isTrue();
        assertThat(proposer.isLost(at(759))).isFalse();
        assertThat(proposer.isLost(at(760))).as("at once, as others have it").isTrue();
    }

    @Test
    void shouldReleaseItsLeaseAndClaimAgainAfterThePause() {
        assertThat(proposer.giveUp(nanos(5), at(0))).as("it has none").isNull();
        assertThat(proposer.isFree(at(0))).isTrue();
        int epoch = own(0);
        assertThat(proposer.isFree(at(1))).isFalse();
        assertThat(proposer.giveUp(nanos(1_000), at(10))).isEqualTo(new LeaseRequest("f", epoch));
        assertThat(proposer.owns(at(10))).isFalse();
        assertThat(proposer.untilNanos()).isEqualTo(at(10));
        assertThat(proposer.isFree(at(1_009))).isFalse();
        assertThat(proposer.isFree(at(1_010))).isTrue();
    }

    @Test
    void shouldExceedEveryKnownEpochAndFollowTheTimeOfDay() {
        int byTime = LeaseProposer.epochAt(NOON_MS);
        assertThat(LeaseProposer.epochAt(NOON_MS + 249)).isEqualTo(byTime);
        assertThat(LeaseProposer.epochAt(NOON_MS + 250)).isEqualTo(byTime + 1);
        assertThat(LeaseProposer.epochAt(0)).isEqualTo(1);
        assertThat(LeaseProposer.epochAt(Long.MAX_VALUE)).isEqualTo(Integer.MAX_VALUE / 2);
        assertThat(claim(0)).isEqualTo(byTime);
        proposer.giveUp(0, at(1));
        assertThat(claim(1)).as("the time of day stands still").isEqualTo(byTime + 1);
        proposer.giveUp(0, at(2));
        proposer.heardOf(byTime + 10);
        proposer.heardOf(byTime);
        assertThat(claim(2)).isEqualTo(byTime + 11);
        proposer.ask(1, at(2));
        proposer.voted("a:1", 1, new LeaseVote("f", proposer.epoch(), false, byTime + 20));
        assertThat(proposer.epoch()).as("a voter knows a greater one").isEqualTo(byTime + 21);
        proposer.giveUp(0, at(3));
        assertThat(claim(3)).isEqualTo(byTime + 22);
    }

    /** Two nodes claim at the same time: the other gives way, but its own vote stays with that epoch. */
    @Test
    void shouldExceedAClaimOfTheSameEpochAtOnceButOnce() {
        int epoch = claim(0);
        proposer.ask(1, at(0));
        proposer.voted("b:1", 1, new LeaseVote("f", epoch, true, epoch));
        proposer.voted("c:1", 1, new LeaseVote("f", epoch, false, epoch));
        assertThat(proposer.epoch()).isEqualTo(epoch + 1);
        assertThat(proposer.ask(2, at(10))).isEqualTo(new LeaseRequest("f", epoch + 1));
        proposer.voted("b:1", 1, new LeaseVote("f", epoch, true, epoch));
        assertThat(proposer.owns(at(10))).as("votes for the old epoch").isFalse();
        proposer.voted("c:1", 2, new LeaseVote("f", epoch + 1, false, epoch + 5));
        assertThat(proposer.epoch()).as("raised before").isEqualTo(epoch + 1);
        proposer.giveUp(0, at(20));
        assertThat(proposer.isFree(at(1_499))).as("it has used two epochs").isFalse();
        assertThat(proposer.isFree(at(1_500))).isTrue();
    }

    /** The speeds of the owner's clock and of the voter's, at most a twentieth apart; requests arrive at once. */
    @ParameterizedTest
    @CsvSource({"1, 1", "1.05, 1", "1, 1.05", "0.953, 1", "0.975, 1.025", "1.025, 0.975"})
    void shouldStopToUseALeaseBeforeAVoterGrantsItToAnother(double ownersSpeed, double votersSpeed) {
        LongUnaryOperator ownersClock = micros -> at(0) + (long) (1_000 * micros * ownersSpeed);
        LongUnaryOperator votersClock = micros -> at(0) + (long) (1_000 * micros * votersSpeed);
        long longAgo = votersClock.applyAsLong(-2_000L * LEASE_MS);
        LeaseAcceptor voter = new LeaseAcceptor(nanos(LEASE_MS), 0, longAgo, longAgo);
        int epoch = claim(0);
        LeaseRequest mine = proposer.ask(1, ownersClock.applyAsLong(0));
        proposer.voted("b:1", 1, voter.vote("b:1", mine, feed -> 0, votersClock.applyAsLong(0)));
        votes("c:1", 1, true);
        assertThat(proposer.owns(ownersClock.applyAsLong(0))).isTrue();

        LeaseRequest theirs = new LeaseRequest("f", epoch + 1);
        long micros = 0;
        while (!voter.vote("a:1", theirs, feed -> 0, votersClock.applyAsLong(micros))
                .granted()) {
            micros += 100;
        }
        assertThat(proposer.owns(ownersClock.applyAsLong(micros))).isFalse();
        assertThat(micros).isBetween(900L * LEASE_MS, 1_100L * LEASE_MS);
    }
}
