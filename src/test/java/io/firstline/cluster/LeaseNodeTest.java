package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.cluster.ClusterConfig;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** One member's decisions; the test plays the other two members. Times are milliseconds since the start. */
class LeaseNodeTest {
    private static final String SELF = "127.0.0.1:1";
    private static final String SECOND = "127.0.0.1:2";
    private static final String THIRD = "127.0.0.1:3";
    private static final int LEASE_MS = 800;
    private static final ClusterConfig CONFIG =
            new ClusterConfig(true, "test", "127.0.0.1", 1, 0, List.of(SELF, SECOND, THIRD), 1, LEASE_MS, null, null);
    private static final long LINGER_MS = 2_000;
    /** The clock overflows two seconds after the start. */
    private static final long START_NANOS = Long.MAX_VALUE - nanos(2_000);

    private static final long NOON_MS = 1_800_000_000_000L;
    /** Before this, an acceptor that has just started grants nothing. */
    private static final long READY_MS = 1_100;

    private final String feed = preferredBy(SELF);
    private final LeaseNode node = new LeaseNode(CONFIG, List.of(feed), 1, nanos(LINGER_MS), at(0));
    private long number;

    private static String preferredBy(String... order) {
        return IntStream.range(0, 1_000)
                .mapToObj(i -> "f" + i)
                .filter(name -> Placement.order(name, CONFIG.members())
                        .subList(0, order.length)
                        .equals(List.of(order)))
                .findFirst()
                .orElseThrow();
    }

    private static long nanos(long ms) {
        return TimeUnit.MILLISECONDS.toNanos(ms);
    }

    private static StepTime at(long ms) {
        return new StepTime(START_NANOS + nanos(ms), NOON_MS + ms);
    }

    private List<LeaseAction> tick(long ms) {
        return node.tick(at(ms));
    }

    private List<LeaseAction> hears(String from, long ms, LeaseRequest... asks) {
        return hears(from, ms, List.of(asks), List.of(), Map.of());
    }

    private List<LeaseAction> hears(
            String from,
            long ms,
            List<LeaseRequest> asks,
            List<LeaseRequest> released,
            Map<String, NodeHeartbeat.Part> carries) {
        return node.step(new NodeHeartbeat(from, ++number, LEASE_MS, asks, released, carries, NodeRun.UNKNOWN), at(ms));
    }

    /** It listens at its port since 0.6 s before it starts: no earlier process has voted since then. */
    @Test
    void shouldVoteOnceNoVoteOfAnEarlierProcessCounts() {
        LeaseNode late = new LeaseNode(CONFIG, null, List.of(feed), 1, nanos(LINGER_MS), at(0), at(-600).nanos());
        assertThat(granted(late, READY_MS - 601)).isFalse();
        assertThat(granted(late, READY_MS - 600)).isTrue();
    }

    private boolean granted(LeaseNode voter, long ms) {
        NodeHeartbeat asking = new NodeHeartbeat(
                SECOND, ++number, LEASE_MS, List.of(new LeaseRequest(feed, 7)), List.of(), Map.of(), NodeRun.UNKNOWN);
        return votes(voter.step(asking, at(ms))).votes().get(0).granted();
    }

    private static <T extends LeaseAction> List<T> of(Class<T> type, List<LeaseAction> actions) {
        return actions.stream().filter(type::isInstance).map(type::cast).toList();
    }

    private static List<NodeHeartbeat> heartbeats(List<LeaseAction> actions) {
        return of(LeaseAction.Broadcast.class, actions).stream()
                .map(LeaseAction.Broadcast::heartbeat)
                .toList();
    }

    private static NodeHeartbeat heartbeat(List<LeaseAction> actions) {
        assertThat(heartbeats(actions)).hasSize(1);
        return heartbeats(actions).get(0);
    }

    private List<LeaseAction> grants(String from, NodeHeartbeat of, long ms) {
        List<LeaseVote> votes = of.asks().stream()
                .map(ask -> new LeaseVote(ask.feed(), ask.epoch(), true, ask.epoch()))
                .toList();
        return node.step(new NodeHeartbeat.Votes(from, of.number(), votes), at(ms));
    }

    private void receives(boolean receives, long ms) {
        node.observe(feed, new StandbyState(false, receives, false, at(ms).nanos(), 0, false, 0));
    }

    /** Deploys the feed with both others in view. */
    private void deploy() {
        hears(SECOND, 1);
        hears(THIRD, 1);
        assertThat(tick(2)).contains(new LeaseAction.Deploy(feed));
        node.started(feed);
    }

    /** Owns the feed from {@link #READY_MS} on; returns the epoch. */
    private int own() {
        deploy();
        receives(true, 2);
        hears(SECOND, READY_MS);
        hears(THIRD, READY_MS);
        NodeHeartbeat claim = heartbeat(tick(READY_MS));
        assertThat(claim.asks()).hasSize(1);
        List<LeaseAction.Extend> extended = of(LeaseAction.Extend.class, grants(SECOND, claim, READY_MS + 5));
        assertThat(extended)
                .containsExactly(new LeaseAction.Extend(
                        feed,
                        claim.asks().get(0).epoch(),
                        at(READY_MS + LEASE_MS - LEASE_MS / 20).nanos()));
        return extended.get(0).epoch();
    }

    @Test
    void shouldDeployAFeedOnceAllMembersAreInViewOrAMajorityHasGathered() {
        assertThat(of(LeaseAction.Deploy.class, tick(0))).isEmpty();
        assertThat(of(LeaseAction.Deploy.class, tick(3_001))).as("no majority").isEmpty();
        hears(SECOND, 3_001);
        assertThat(tick(3_001)).contains(new LeaseAction.Deploy(feed));
        assertThat(of(LeaseAction.Deploy.class, tick(3_002))).as("once").isEmpty();
    }

    @Test
    void shouldWaitForTheThirdMemberAtTheStart() {
        hears(SECOND, 3_000);
        assertThat(of(LeaseAction.Deploy.class, tick(3_000))).isEmpty();
        hears(THIRD, 3_000);
        assertThat(tick(3_000)).contains(new LeaseAction.Deploy(feed));
    }

    @Test
    void shouldReportEachChangeOfTheMembersInViewOnce() {
        assertThat(of(LeaseAction.ReportMembers.class, tick(0)))
                .extracting(LeaseAction.ReportMembers::present)
                .containsExactly(java.util.Set.of(SELF));
        assertThat(of(LeaseAction.ReportMembers.class, tick(1))).isEmpty();
        hears(SECOND, 2);
        assertThat(of(LeaseAction.ReportMembers.class, tick(3)))
                .containsExactly(new LeaseAction.ReportMembers(
                        MajorityWatch.Change.GAINED, java.util.Set.of(SELF, SECOND), true, at(3).nanos()));
        assertThat(node.hasMajority()).isTrue();
        assertThat(node.majoritySinceNanos()).isEqualTo(at(3).nanos());
        hears(THIRD, 4);
        assertThat(of(LeaseAction.ReportMembers.class, tick(5)))
                .as("the majority stands")
                .extracting(LeaseAction.ReportMembers::change)
                .containsExactly(MajorityWatch.Change.NONE);
        assertThat(node.present(at(2 * LEASE_MS + 1).nanos()))
                .as("twice the lease")
                .containsExactlyInAnyOrder(SELF, SECOND, THIRD);
        assertThat(node.present(at(2 * LEASE_MS + 2).nanos())).containsExactlyInAnyOrder(SELF, THIRD);
    }

    @Test
    void shouldClaimWhenItMayVoteItself() {
        deploy();
        hears(SECOND, READY_MS - 1);
        assertThat(heartbeat(tick(READY_MS - 1)).asks()).isEmpty();
        NodeHeartbeat claim = heartbeat(tick(READY_MS));
        assertThat(claim.asks()).containsExactly(new LeaseRequest(feed, LeaseProposer.epochAt(NOON_MS + READY_MS)));
        assertThat(of(
                        LeaseAction.Extend.class,
                        grants(
                                SECOND,
                                new NodeHeartbeat(
                                        SELF,
                                        claim.number() - 1,
                                        LEASE_MS,
                                        claim.asks(),
                                        List.of(),
                                        Map.of(),
                                        NodeRun.UNKNOWN),
                                READY_MS + 1)))
                .as("for an earlier heartbeat")
                .isEmpty();
        assertThat(of(LeaseAction.Extend.class, grants(THIRD, claim, READY_MS + 1)))
                .hasSize(1);
    }

    @Test
    void shouldSendAHeartbeatEightTimesALeaseAndThirtyTwoTimesWhileItClaims() {
        long eighth = LEASE_MS / 8;
        assertThat(heartbeats(tick(0))).hasSize(1);
        assertThat(heartbeats(tick(eighth - 1))).isEmpty();
        assertThat(heartbeats(tick(eighth))).hasSize(1);
        deploy();
        hears(SECOND, READY_MS);
        assertThat(heartbeat(tick(READY_MS)).asks()).hasSize(1);
        assertThat(heartbeats(tick(READY_MS + LEASE_MS / 32 - 1))).isEmpty();
        assertThat(heartbeats(tick(READY_MS + LEASE_MS / 32))).hasSize(1);
    }

    @Test
    void shouldNumberHeartbeatsByTheTimeOfDaySoThatVotesForAnEarlierRunDoNotCount() {
        assertThat(heartbeat(tick(0)).number()).isEqualTo(NOON_MS + 1);
    }

    @Test
    void shouldExtendItsLeaseAndStopOneTwentiethEarly() {
        int epoch = own();
        NodeHeartbeat next = heartbeat(tick(READY_MS + LEASE_MS / 4));

        assertThat(next.asks()).containsExactly(new LeaseRequest(feed, epoch));
        assertThat(of(LeaseAction.Extend.class, grants(THIRD, next, READY_MS + LEASE_MS / 4 + 3)))
                .extracting(LeaseAction.Extend::untilNanos)
                .containsExactly(
                        at(READY_MS + LEASE_MS / 4 + LEASE_MS - LEASE_MS / 20).nanos());
    }

    @Test
    void shouldGiveUpAClaimThatGetsTooFewVotesAndClaimAgainAfterAPause() {
        deploy();
        hears(SECOND, READY_MS);
        LeaseRequest ask = heartbeat(tick(READY_MS)).asks().get(0);

        assertThat(of(LeaseAction.ReportLostClaim.class, tick(READY_MS + LEASE_MS)))
                .isEmpty();
        List<LeaseAction> late = tick(READY_MS + LEASE_MS + 1);
        assertThat(late).contains(new LeaseAction.ReportLostClaim(feed, null));
        assertThat(heartbeat(late).given()).containsExactly(ask);
        assertThat(heartbeat(late).asks()).isEmpty();
        long again = READY_MS + LEASE_MS + 1 + 300; // as a node that is not warm
        hears(SECOND, again - 1);
        assertThat(heartbeats(tick(again - 1))).allMatch(beat -> beat.asks().isEmpty());
        assertThat(heartbeat(tick(again)).asks()).hasSize(1);
    }

    @Test
    void shouldGiveWayToTheBetterClaimBeforeItVotes() {
        deploy();
        hears(SECOND, READY_MS);
        LeaseRequest mine = heartbeat(tick(READY_MS)).asks().get(0);
        LeaseRequest theirs = new LeaseRequest(feed, mine.epoch() + 1);

        List<LeaseAction> actions = hears(SECOND, READY_MS + 1, theirs);

        assertThat(actions).startsWith(new LeaseAction.ReportLostClaim(feed, SECOND));
        assertThat(heartbeat(actions).given()).containsExactly(mine);
        assertThat(of(LeaseAction.Reply.class, actions))
                .extracting(LeaseAction.Reply::to, reply -> reply.votes().votes())
                .containsExactly(org.assertj.core.groups.Tuple.tuple(
                        SECOND, List.of(new LeaseVote(feed, theirs.epoch(), true, theirs.epoch()))));
    }

    @Test
    void shouldClaimAtOnceWhatAnotherMemberReleases() {
        deploy();
        receives(true, 2);
        node.observe(feed, new StandbyState(true, true, false, at(2).nanos(), 0, false, 0));
        LeaseRequest theirs = new LeaseRequest(feed, 7);
        assertThat(of(LeaseAction.Reply.class, hears(SECOND, READY_MS, theirs))).hasSize(1);
        assertThat(heartbeats(tick(READY_MS + 1))).allMatch(beat -> beat.asks().isEmpty());

        List<LeaseAction> actions = hears(SECOND, READY_MS + 400, List.of(), List.of(theirs), Map.of());

        assertThat(heartbeat(actions).asks()).hasSize(1);
        assertThat(heartbeat(actions).asks().get(0).epoch()).isGreaterThan(7);
    }

    private List<LeaseAction> hearsOwner(NodeRun run, long ms) {
        return node.step(
                new NodeHeartbeat(
                        SECOND,
                        ++number,
                        LEASE_MS,
                        List.of(new LeaseRequest(feed, 7)),
                        List.of(),
                        Map.of(feed, new NodeHeartbeat.Part(false, true, 0, 7, false, 0)),
                        run),
                at(ms));
    }

    @Test
    void shouldClaimAtOnceWhatBelongedToAProcessThatHasEnded() {
        NodeRun run = new NodeRun(1_000, 99);
        deploy();
        node.observe(feed, new StandbyState(true, true, false, at(2).nanos(), 0, false, 0));
        assertThat(of(LeaseAction.Reply.class, hearsOwner(run, READY_MS))).hasSize(1);
        assertThat(node.run(SECOND)).isEqualTo(run);
        assertThat(node.run(THIRD)).isEqualTo(NodeRun.UNKNOWN);

        List<LeaseAction> actions = node.died(SECOND, run, at(READY_MS + 10));

        assertThat(actions).startsWith(new LeaseAction.ReportDeath(SECOND));
        assertThat(heartbeat(actions).asks()).hasSize(1);
        assertThat(node.died(SECOND, run, at(READY_MS + 11))).as("once").isEmpty();
        assertThat(hearsOwner(run, READY_MS + 12)).as("sent before it ended").isEmpty();
    }

    @Test
    void shouldNotWaitAfterAPauseForAProcessThatHasEnded() {
        NodeRun run = new NodeRun(1_000, 99);
        deploy();
        node.observe(feed, new StandbyState(true, true, false, at(2).nanos(), 0, false, 0));
        node.timer(at(READY_MS).nanos());
        long resumed = READY_MS + LEASE_MS / 2;
        node.timer(at(resumed).nanos());
        hearsOwner(run, resumed);

        assertThat(heartbeat(node.died(SECOND, run, at(resumed + 10))).asks()).hasSize(1);
    }

    @Test
    void shouldNotTakeTheEndOfAnEarlierProcessForThatOfThePresentOne() {
        NodeRun run = new NodeRun(1_000, 99);
        deploy();
        node.observe(feed, new StandbyState(true, true, false, at(2).nanos(), 0, false, 0));
        hearsOwner(new NodeRun(2_000, 99), READY_MS);

        assertThat(node.died(SECOND, run, at(READY_MS + 10))).isEmpty();
        assertThat(node.died(THIRD, NodeRun.UNKNOWN, at(READY_MS + 10))).isEmpty();
        assertThat(heartbeats(tick(READY_MS + 11))).allMatch(beat -> beat.asks().isEmpty());
    }

    @Test
    void shouldTellTheOwnerAtOnceThatItPublishesNothingOfWhatArrives() {
        deploy();
        tick(READY_MS);
        assertThat(heartbeats(tick(READY_MS + 1))).isEmpty();
        node.observe(feed, new StandbyState(true, true, false, at(2).nanos(), 7, true, 12));

        assertThat(heartbeat(tick(READY_MS + 2)).carries().get(feed))
                .isEqualTo(new NodeHeartbeat.Part(true, true, (int) READY_MS, 7, true, 12));
        assertThat(heartbeats(tick(READY_MS + 3))).isEmpty();
    }

    @Test
    void shouldNotClaimWhileALeaseThatItGrantedRuns() {
        deploy();
        node.observe(feed, new StandbyState(true, true, false, at(2).nanos(), 0, false, 0));
        hears(SECOND, READY_MS, new LeaseRequest(feed, 7));
        hears(THIRD, READY_MS + LEASE_MS - 1);
        assertThat(heartbeats(tick(READY_MS + LEASE_MS - 1)))
                .allMatch(beat -> beat.asks().isEmpty());
        assertThat(heartbeat(tick(READY_MS + LEASE_MS)).asks())
                .as("the lost owner does not count")
                .hasSize(1);
    }

    @Test
    void shouldClaimNothingWithoutAMajority() {
        deploy();
        long alone = 1 + 2 * LEASE_MS;
        assertThat(heartbeat(tick(alone)).asks()).isEmpty();
        assertThat(node.hasMajority()).isFalse();
        hears(SECOND, alone + 1);
        assertThat(heartbeat(tick(alone + 1)).asks()).hasSize(1);
    }

    @Test
    void shouldEndTheLeaseBeforeItSaysThatItHandsTheFeedOver() {
        int epoch = own();
        Map<String, NodeHeartbeat.Part> warm = Map.of(feed, new NodeHeartbeat.Part(true, true, 0, epoch, false, 0));
        receives(false, READY_MS + 10);
        hears(SECOND, READY_MS + 10, List.of(), List.of(), warm);
        assertThat(of(LeaseAction.End.class, tick(READY_MS + 500))).isEmpty();

        List<LeaseAction> actions = tick(READY_MS + 501);

        assertThat(actions).startsWith(new LeaseAction.End(feed, HandOverPolicy.Reason.BLIND));
        assertThat(heartbeat(actions).given()).containsExactly(new LeaseRequest(feed, epoch));
        assertThat(heartbeat(actions).asks()).isEmpty();
        long pause = READY_MS + 501 + LEASE_MS;
        receives(true, pause);
        hears(SECOND, pause, List.of(), List.of(), Map.of());
        assertThat(heartbeats(tick(pause - 1)))
                .as("it leaves the feed to others for a lease")
                .allMatch(beat -> beat.asks().isEmpty());
    }

    @Test
    void shouldMoveFeedsToTheirPreferredMemberOneASecond() {
        List<String> names = List.of(preferredBy(SECOND, SELF), preferredBy(SECOND, SELF) + "");
        String other = IntStream.range(0, 1_000)
                .mapToObj(i -> "g" + i)
                .filter(name ->
                        Placement.order(name, CONFIG.members()).subList(0, 2).equals(List.of(SECOND, SELF)))
                .findFirst()
                .orElseThrow();
        ClusterConfig two = new ClusterConfig(
                true, "test", "127.0.0.1", 1, 0, List.of(SELF, SECOND, THIRD), 2, LEASE_MS, null, null);
        LeaseNode owner = new LeaseNode(two, List.of(names.get(0), other), 1, nanos(LINGER_MS), at(0));
        Map<String, NodeHeartbeat.Part> warm = Map.of(
                names.get(0),
                new NodeHeartbeat.Part(true, true, 0, 1, false, 0),
                other,
                new NodeHeartbeat.Part(true, true, 0, 1, false, 0));
        long home = 0;
        int ended = 0;
        for (long ms = 0; ms < 40_000 && ended < 2; ms += 25) {
            boolean back = ms >= 10_000;
            owner.step(
                    new NodeHeartbeat(THIRD, ms + 1, LEASE_MS, List.of(), List.of(), Map.of(), NodeRun.UNKNOWN),
                    at(ms));
            if (back) {
                owner.step(
                        new NodeHeartbeat(SECOND, ms + 1, LEASE_MS, List.of(), List.of(), warm, NodeRun.UNKNOWN),
                        at(ms));
            }
            for (LeaseAction action : owner.tick(at(ms))) {
                if (action instanceof LeaseAction.Deploy deploy) {
                    owner.started(deploy.feed());
                    owner.observe(deploy.feed(), new StandbyState(false, true, false, at(ms).nanos(), 0, false, 0));
                } else if (action instanceof LeaseAction.Broadcast broadcast) {
                    List<LeaseVote> votes = broadcast.heartbeat().asks().stream()
                            .map(ask -> new LeaseVote(ask.feed(), ask.epoch(), true, ask.epoch()))
                            .toList();
                    owner.step(
                            new NodeHeartbeat.Votes(THIRD, broadcast.heartbeat().number(), votes), at(ms));
                } else if (action instanceof LeaseAction.End end) {
                    assertThat(end.reason()).isEqualTo(HandOverPolicy.Reason.AWAY);
                    assertThat(ms).isGreaterThanOrEqualTo(30_000 - 25);
                    assertThat(ms - home).as("one a second").isGreaterThanOrEqualTo(1_000);
                    home = ms;
                    ended++;
                }
            }
        }
        assertThat(ended).isEqualTo(2);
    }

    /**
     * The voter has forgotten what it granted to the owner, and the time of day of the claimant is minutes behind. The member
     * that knows the epoch may have left: consumers may know it too.
     */
    @Test
    void shouldGrantNoEpochBeforeOneInWhichAMemberKnowsTheFeedToBePublished() {
        NodeHeartbeat.Part published = new NodeHeartbeat.Part(false, true, 0, 900, false, 1);
        hears(THIRD, READY_MS, List.of(), List.of(), Map.of(feed, published));

        assertThat(vote(READY_MS, 7)).isEqualTo(new LeaseVote(feed, 7, false, 900));
        assertThat(vote(READY_MS + 60_000, 7)).as("it has left").isEqualTo(new LeaseVote(feed, 7, false, 900));
        assertThat(vote(READY_MS + 60_000, 901)).isEqualTo(new LeaseVote(feed, 901, true, 901));
    }

    /** An epoch from a clock that is minutes ahead delays a claim by one exchange of messages: it names the epoch to exceed. */
    @Test
    void shouldElectAnOwnerThoughAPresentMemberKnowsAnEpochFarAhead() {
        LeaseNode voter = new LeaseNode(configOf(SECOND), List.of(feed), 2, nanos(LINGER_MS), at(0));
        int ahead = LeaseProposer.epochAt(NOON_MS) + 1_000_000;
        voter.step(
                new NodeHeartbeat(
                        THIRD,
                        1,
                        LEASE_MS,
                        List.of(),
                        List.of(),
                        Map.of(feed, new NodeHeartbeat.Part(false, true, 0, ahead, false, 1)),
                        NodeRun.UNKNOWN),
                at(1));
        deploy();
        receives(true, 2);
        hears(SECOND, READY_MS);

        NodeHeartbeat claim = heartbeat(tick(READY_MS));
        node.step(votes(voter.step(claim, at(READY_MS))), at(READY_MS + 1));
        NodeHeartbeat raised = heartbeat(tick(READY_MS + LEASE_MS / 32));
        List<LeaseAction> won = node.step(votes(voter.step(raised, at(READY_MS + 30))), at(READY_MS + 31));

        assertThat(claim.asks().get(0).epoch()).isLessThan(ahead);
        assertThat(of(LeaseAction.Extend.class, won))
                .extracting(LeaseAction.Extend::epoch)
                .containsExactly(ahead + 1);
    }

    private static NodeHeartbeat.Votes votes(List<LeaseAction> actions) {
        return of(LeaseAction.Reply.class, actions).get(0).votes();
    }

    private static ClusterConfig configOf(String member) {
        int port = Integer.parseInt(member.substring(member.indexOf(':') + 1));
        return new ClusterConfig(true, "test", "127.0.0.1", port, 0, CONFIG.members(), 1, LEASE_MS, null, null);
    }

    private LeaseVote vote(long ms, int epoch) {
        return votes(hears(SECOND, ms, new LeaseRequest(feed, epoch))).votes().get(0);
    }

    @Test
    void shouldVoteForNobodyWithAnotherLease() {
        deploy();
        NodeHeartbeat longer = new NodeHeartbeat(
                SECOND, 99, LEASE_MS + 1, List.of(new LeaseRequest(feed, 1)), List.of(), Map.of(), NodeRun.UNKNOWN);

        assertThat(node.step(longer, at(READY_MS))).containsExactly(new LeaseAction.RejectLease(SECOND, LEASE_MS + 1));
        assertThat(node.present(at(READY_MS).nanos())).as("it is there").contains(SECOND);
    }

    @Test
    void shouldTakeNothingFromStrangersNorFromItself() {
        for (String unknown : List.of("127.0.0.1:9", SELF)) {
            NodeHeartbeat theirs = new NodeHeartbeat(
                    unknown, 1, LEASE_MS, List.of(new LeaseRequest(feed, 1)), List.of(), Map.of(), NodeRun.UNKNOWN);
            NodeHeartbeat.Votes votes = new NodeHeartbeat.Votes(unknown, 1, List.of(new LeaseVote(feed, 1, true, 1)));
            assertThat(node.step(theirs, at(READY_MS))).containsExactly(new LeaseAction.RejectUnknownNode(theirs));
            assertThat(node.step(votes, at(READY_MS))).containsExactly(new LeaseAction.RejectUnknownNode(votes));
        }
    }

    @Test
    void shouldVoteForFeedsThatItDoesNotKnowAndCountNoVotesForThem() {
        assertThat(of(LeaseAction.Reply.class, hears(SECOND, READY_MS, new LeaseRequest("unknown", 1))))
                .hasSize(1);
        assertThat(node.step(
                        new NodeHeartbeat.Votes(SECOND, 1, List.of(new LeaseVote("unknown", 1, true, 1))),
                        at(READY_MS)))
                .isEmpty();
        assertThat(of(LeaseAction.Reply.class, hears(SECOND, READY_MS)))
                .as("it asked for nothing")
                .isEmpty();
    }

    @Test
    void shouldReleaseEverythingWhenItLeavesAndWaitForSuccessors() {
        int epoch = own();
        assertThat(node.isLeaving()).isFalse();

        List<LeaseAction> actions = node.leave(at(READY_MS + 100).nanos());

        assertThat(actions).startsWith(new LeaseAction.End(feed, null));
        assertThat(heartbeat(actions).given()).containsExactly(new LeaseRequest(feed, epoch));
        assertThat(node.isLeaving()).isTrue();
        assertThat(node.hasSuccessors()).isFalse();
        assertThat(tick(READY_MS + 5_000)).as("it does nothing more").isEmpty();
        hears(SECOND, READY_MS + 101, new LeaseRequest(feed, epoch + 1));
        assertThat(node.hasSuccessors()).as("it has voted for another").isTrue();
    }

    @Test
    void shouldExtendNothingWhenItHasStopped() {
        own();
        NodeHeartbeat next = heartbeat(tick(READY_MS + LEASE_MS / 4));
        node.stop();

        assertThat(grants(THIRD, next, READY_MS + LEASE_MS / 4 + 1)).isEmpty();
        assertThat(node.hasSuccessors()).as("it has released nothing").isTrue();
    }

    @Test
    void shouldSayWhatItCarriesAndHowItIs() {
        deploy();
        node.observe(feed, new StandbyState(true, true, false, at(2).nanos(), 5, false, 0));
        NodeHeartbeat beat = heartbeat(tick(LEASE_MS));
        assertThat(beat.carries())
                .containsExactly(Map.entry(feed, new NodeHeartbeat.Part(true, true, LEASE_MS - 2, 5, false, 0)));
        assertThat(node.carried()).containsOnlyKeys(feed);
    }

    @Test
    void shouldRetryAFailedDeploymentAfterFiveSeconds() {
        hears(SECOND, 1);
        hears(THIRD, 1);
        assertThat(tick(2)).contains(new LeaseAction.Deploy(feed));
        node.failed(feed, at(2).nanos());
        hears(SECOND, 5_002);
        assertThat(of(LeaseAction.Deploy.class, tick(5_002))).isEmpty();
        assertThat(tick(5_003)).contains(new LeaseAction.Deploy(feed));
    }

    private static NodeHeartbeat alive(String member, long number) {
        return new NodeHeartbeat(member, number, LEASE_MS, List.of(), List.of(), Map.of(), NodeRun.UNKNOWN);
    }

    /** Its preferred member comes late and soon leaves again. */
    @Test
    void shouldDeployAFeedAgainOnlyAfterItHasStopped() {
        String theirs = preferredBy(SECOND, SELF);
        LeaseNode next = new LeaseNode(CONFIG, List.of(theirs), 1, nanos(LINGER_MS), at(0));
        next.step(alive(THIRD, 3_001), at(3_001));
        assertThat(next.tick(at(3_001))).contains(new LeaseAction.Deploy(theirs));
        next.started(theirs);
        for (long ms = 3_002; ms <= 3_002 + LINGER_MS; ms++) {
            next.step(alive(SECOND, ms), at(ms));
            next.step(alive(THIRD, ms), at(ms));
            assertThat(of(LeaseAction.Undeploy.class, next.tick(at(ms)))).isEmpty();
        }
        long undeployed = 3_003 + LINGER_MS;
        assertThat(next.tick(at(undeployed))).contains(new LeaseAction.Undeploy(theirs));

        long left = undeployed + 2 * LEASE_MS;
        next.step(alive(THIRD, left), at(left));
        assertThat(of(LeaseAction.Deploy.class, next.tick(at(left))))
                .as("it stops")
                .isEmpty();
        next.stopped(theirs);
        assertThat(next.tick(at(left))).contains(new LeaseAction.Deploy(theirs));
    }

    @Test
    void shouldClaimAnEpochAfterThoseThatOthersClaim() {
        deploy();
        int ahead = LeaseProposer.epochAt(NOON_MS) + 1_000_000;
        hears(SECOND, 10, new LeaseRequest(feed, ahead));
        hears(SECOND, READY_MS);
        assertThat(heartbeat(tick(READY_MS)).asks()).containsExactly(new LeaseRequest(feed, ahead + 1));
    }

    @Test
    void shouldSendNoHeartbeatBeforeItsTimeAsTheOwner() {
        own();
        assertThat(heartbeats(tick(READY_MS + LEASE_MS / 8 - 1))).isEmpty();
        assertThat(heartbeats(tick(READY_MS + LEASE_MS / 8))).hasSize(1);
    }

    /** A node may read the messages of its pause only after its timer has fired. */
    @Test
    void shouldDecideNothingAboutLeasesJustAfterAPause() {
        deploy();
        node.observe(feed, new StandbyState(true, true, false, at(2).nanos(), 0, false, 0));
        hears(SECOND, READY_MS, new LeaseRequest(feed, 7));
        hears(THIRD, READY_MS);
        node.timer(at(READY_MS).nanos());
        long resumed = READY_MS + 2 * LEASE_MS;
        node.timer(at(resumed).nanos());
        assertThat(heartbeats(tick(resumed))).allMatch(beat -> beat.asks().isEmpty());
        assertThat(node.hasMajority()).as("the others were not silent").isTrue();
        assertThat(heartbeats(tick(resumed + LEASE_MS / 4 - 1)))
                .allMatch(beat -> beat.asks().isEmpty());
        assertThat(heartbeat(tick(resumed + LEASE_MS / 4)).asks()).hasSize(1);
    }

    @Test
    void shouldKeepALeaseThatExpiredInAPauseOfItsOwnIfNobodyElseHasIt() {
        int epoch = own();
        long resumed = READY_MS + 3 * LEASE_MS;
        node.timer(at(READY_MS).nanos());
        node.timer(at(resumed).nanos());
        NodeHeartbeat again = heartbeat(tick(resumed));
        assertThat(again.asks()).containsExactly(new LeaseRequest(feed, epoch));
        assertThat(of(LeaseAction.Extend.class, grants(SECOND, again, resumed + 1)))
                .hasSize(1);
    }

    @Test
    void shouldWaitForAnOwnerThatPausesAtTimes() {
        deploy();
        node.observe(feed, new StandbyState(true, true, false, at(2).nanos(), 7, false, 0));
        node.step(pausing(7), at(READY_MS));
        long until = READY_MS + LEASE_MS + LEASE_MS - LEASE_MS * 2 / 3;
        hears(THIRD, until - 2);
        assertThat(heartbeats(tick(until - 2))).allMatch(beat -> beat.asks().isEmpty());
        assertThat(heartbeat(tick(until + 1)).asks()).hasSize(1);
    }

    @Test
    void shouldNotWaitForAFormerOwnerThatPausesAtTimes() {
        deploy();
        node.observe(feed, new StandbyState(true, true, false, at(2).nanos(), 8, false, 0));
        node.step(pausing(7), at(READY_MS));
        hears(THIRD, READY_MS + LEASE_MS);
        assertThat(heartbeat(tick(READY_MS + LEASE_MS)).asks()).hasSize(1);
    }

    private NodeHeartbeat pausing(int epoch) {
        List<LeaseRequest> asks = List.of(new LeaseRequest(feed, epoch));
        return new NodeHeartbeat(SECOND, 1, LEASE_MS, asks, List.of(), Map.of(), NodeRun.UNKNOWN, LEASE_MS / 2);
    }

    /** The preferred member has three seconds to start with the cluster, and then the next one has its turn. */
    @Test
    void shouldLeaveTheFirstClaimToThePreferredMember() {
        String theirs = preferredBy(SECOND, SELF);
        ClusterConfig two = new ClusterConfig(
                true, "test", "127.0.0.1", 1, 0, List.of(SELF, SECOND, THIRD), 2, LEASE_MS, null, null);
        LeaseNode next = new LeaseNode(two, List.of(theirs), 1, nanos(LINGER_MS), at(0));
        long seen = 10;
        long turn = seen + 3_000 + 80;
        next.step(alive(SECOND, 1), at(seen));
        next.step(alive(THIRD, 1), at(seen));
        next.tick(at(seen));
        next.started(theirs);
        for (long ms = seen; ms < turn; ms += 10) {
            next.step(alive(SECOND, ms), at(ms));
            assertThat(heartbeats(next.tick(at(ms))))
                    .allMatch(beat -> beat.asks().isEmpty());
        }
        assertThat(heartbeat(next.tick(at(turn))).asks()).hasSize(1);
    }

    /** Its earlier claim of the feed failed, so its vote is refused to the owner, whose epoch is smaller. */
    @Test
    void shouldClaimAFeedInVainOnceOnlyAndAtOnceWhenItIsHandedOver() {
        deploy();
        hears(SECOND, READY_MS);
        LeaseRequest mine = heartbeat(tick(READY_MS)).asks().get(0);
        LeaseRequest theirs = new LeaseRequest(feed, mine.epoch() - 1);
        hears(SECOND, READY_MS + 1, theirs);
        long lost = READY_MS + LEASE_MS + 1;
        assertThat(tick(lost)).contains(new LeaseAction.ReportLostClaim(feed, null));
        long handedOver = lost + 5_000;
        for (long ms = lost; ms < handedOver; ms += 100) {
            assertThat(of(LeaseAction.Reply.class, hears(SECOND, ms, theirs)))
                    .allMatch(reply -> !reply.votes().votes().get(0).granted());
            assertThat(heartbeats(tick(ms))).allMatch(beat -> beat.asks().isEmpty());
        }

        List<LeaseAction> actions = hears(SECOND, handedOver, List.of(), List.of(theirs), Map.of());

        assertThat(heartbeat(actions).asks()).hasSize(1);
    }
}
