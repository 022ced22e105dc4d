package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.cluster.ClusterConfig;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** When a node deploys a feed and gives it up again. Times are milliseconds. */
class FeedOnNodeTest {
    private static final List<String> MEMBERS = List.of("a:1", "b:1", "c:1");
    private static final LeaseAction DEPLOY = new LeaseAction.Deploy("f");
    private static final long LINGER_MS = 100;

    private final LeaseProposer proposer =
            new LeaseProposer("f", "a:1", MEMBERS.size(), MEMBERS::size, nanos(ClusterConfig.DEFAULT.leaseMs()), 0);
    private final FeedOnNode feed = new FeedOnNode("f", "a:1", proposer, 0);

    private static long nanos(long ms) {
        return TimeUnit.MILLISECONDS.toNanos(ms);
    }

    private LeaseAction place(boolean here, long ms) {
        return feed.place(here, nanos(LINGER_MS), nanos(ms));
    }

    @Test
    void shouldRunAFeedOnceAndNotBeforeTheLastDeploymentHasEnded() {
        assertThat(place(false, 0)).isNull();
        assertThat(feed.isCarried()).isFalse();
        assertThat(place(true, 0)).isEqualTo(DEPLOY);
        assertThat(feed.isCarried()).isTrue();
        assertThat(feed.isRunning()).isFalse();
        assertThat(place(true, 1)).as("it starts").isNull();
        assertThat(place(false, 1)).as("it starts").isNull();
        feed.started();
        assertThat(feed.isRunning()).isTrue();
        assertThat(place(true, 2)).isNull();

        assertThat(place(false, 10)).isNull();
        assertThat(place(false, 10 + LINGER_MS)).isNull();
        assertThat(place(false, 11 + LINGER_MS)).isEqualTo(new LeaseAction.Undeploy("f"));
        assertThat(feed.isCarried()).isFalse();
        assertThat(feed.isRunning()).isFalse();
        assertThat(place(true, 200)).as("it stops").isNull();
        assertThat(place(false, 400)).isNull();
        feed.started();
        feed.failed(1);
        assertThat(feed.isCarried()).as("it stops").isFalse();
        feed.stopped();
        assertThat(place(true, 201)).isEqualTo(DEPLOY);
        feed.stopped();
        assertThat(feed.isCarried()).as("it starts").isTrue();
    }

    @Test
    void shouldLingerAnewAfterItWasWantedInBetween() {
        place(true, 0);
        feed.started();
        place(false, 10);
        place(true, 50);
        assertThat(place(false, 200)).isNull();
        assertThat(place(false, 200 + LINGER_MS)).isNull();
        assertThat(place(false, 201 + LINGER_MS)).isNotNull();
    }

    @Test
    void shouldRetryAFailedDeploymentAfterFiveSeconds() {
        place(true, 0);
        feed.failed(nanos(7));
        assertThat(feed.isCarried()).isTrue();
        assertThat(feed.isRunning()).isFalse();
        assertThat(place(true, 5_007)).isNull();
        assertThat(place(true, 5_008)).isEqualTo(DEPLOY);
        feed.started();
        assertThat(feed.isRunning()).isTrue();
        feed.failed(nanos(5_009));
        assertThat(feed.isRunning()).as("it has started").isTrue();
    }

    @Test
    void shouldGiveUpAFailedDeploymentThatIsNoLongerWanted() {
        place(true, 0);
        feed.failed(0);
        place(false, 1);
        assertThat(place(false, 2 + LINGER_MS)).isEqualTo(new LeaseAction.Undeploy("f"));
    }

    private void own() {
        proposer.claim(1_800_000_000_000L, 0);
        LeaseRequest ask = proposer.ask(1, 0);
        proposer.voted("a:1", 1, new LeaseVote("f", ask.epoch(), true, ask.epoch()));
        proposer.voted("b:1", 1, new LeaseVote("f", ask.epoch(), true, ask.epoch()));
    }

    /** Nothing has arrived on its connections for four seconds. */
    @Test
    void shouldHandOverWhatItDoesNotReceiveToOneThatDoesOnly() {
        place(true, 0);
        feed.started();
        feed.observe(new StandbyState(false, false, true, nanos(-4_000), 1, false, 0));
        own();
        for (boolean received : new boolean[] {true, false}) {
            MembershipView view = new MembershipView("a:1", MEMBERS, nanos(1_000));
            NodeHeartbeat.Part theirs = new NodeHeartbeat.Part(false, received, 0, 1, false, 0);
            view.heard(new NodeHeartbeat("b:1", 1, 600, List.of(), List.of(), Map.of("f", theirs), NodeRun.UNKNOWN), 0);
            assertThat(feed.handOver(view, 0, nanos(1)))
                    .as("received there: %b", received)
                    .isEqualTo(received ? HandOverPolicy.Reason.BLIND : null);
        }
    }

    /** The other node reports messages that this one has not published. */
    @Test
    void shouldNotHandOverWhatItIsOnlyTooBusyToPublish() {
        place(true, 0);
        feed.started();
        own();
        MembershipView view = new MembershipView("a:1", MEMBERS, nanos(1_000));
        NodeHeartbeat.Part theirs = new NodeHeartbeat.Part(true, true, 0, proposer.epoch(), true, 0);
        view.heard(new NodeHeartbeat("b:1", 1, 600, List.of(), List.of(), Map.of("f", theirs), NodeRun.UNKNOWN), 0);
        StandbyState busy = new StandbyState(false, true, false, 0, 1, false, 0);
        feed.observe(busy);
        assertThat(feed.handOver(view, 0, nanos(160))).isNull();
        feed.observe(busy.withLooked(nanos(165)));
        assertThat(feed.handOver(view, 0, nanos(170))).as("it may read it yet").isNull();
        assertThat(feed.handOver(view, 0, nanos(264))).isNull();
        feed.observe(feed.state().withLooked(nanos(265)));
        assertThat(feed.handOver(view, 0, nanos(313))).as("it has read it").isNull();
        assertThat(feed.handOver(view, 0, nanos(314))).isEqualTo(HandOverPolicy.Reason.BLIND);
    }

    @Test
    void shouldKeepAFeedThatItOwns() {
        place(true, 0);
        feed.started();
        own();

        assertThat(place(false, 1)).isNull();
        assertThat(place(false, 500)).isNull();
        assertThat(place(false, 600)).as("its lease has ended").isNull();
        assertThat(place(false, 701)).isNotNull();
    }

    @Test
    void shouldKnowTheStateOfADeployedFeedOnly() {
        StandbyState seen = new StandbyState(true, true, true, 5, 9, false, 0);
        feed.observe(seen);
        assertThat(feed.state()).isEqualTo(StandbyState.atStart(0));
        place(true, 1);
        assertThat(feed.state()).isEqualTo(StandbyState.atStart(nanos(1)));
        feed.observe(seen);
        assertThat(feed.state()).isEqualTo(seen);
        proposer.claim(0, 0);
        assertThat(proposer.epoch()).as("epochs ascend").isEqualTo(10);
        assertThat(feed.part(5 + nanos(3))).isEqualTo(new NodeHeartbeat.Part(true, true, 3, 9, false, 0));
        assertThat(feed.part(5 + nanos(1L << 31)).silentMs()).isEqualTo(Integer.MAX_VALUE - 1);
        assertThat(feed.part(0).silentMs()).as("it has just arrived").isZero();
    }

    @Test
    void shouldLetThePreferredMemberClaimAFeedThatNeverHadAnOwner() {
        place(true, 0);
        MembershipView view = new MembershipView("a:1", MEMBERS, nanos(1_000));
        assertThat(feed.claimDelayNanos(null, MEMBERS, view, 0))
                .isEqualTo(ClaimDelay.atStartNanos("f", "a:1", MEMBERS));
        long later = ClaimDelay.nanos("f", "a:1", false, false, false, 0, null, view, 0);
        assertThat(feed.claimDelayNanos(new GrantedLease("b:1", 1, 0), MEMBERS, view, 0))
                .as("this node knows an owner")
                .isEqualTo(later);
        view.heard(
                new NodeHeartbeat(
                        "b:1",
                        1,
                        600,
                        List.of(),
                        List.of(),
                        Map.of("f", new NodeHeartbeat.Part(false, false, 0, 3, false, 0)),
                        NodeRun.UNKNOWN),
                0);
        assertThat(feed.claimDelayNanos(null, MEMBERS, view, 0))
                .as("another node knows an owner")
                .isEqualTo(ClaimDelay.nanos("f", "a:1", false, false, false, 0, null, view, 0));
        feed.observe(new StandbyState(true, true, false, 0, 3, false, 0));
        assertThat(feed.claimDelayNanos(null, MEMBERS, new MembershipView("a:1", MEMBERS, 1), 0))
                .as("the feed has heard an owner")
                .isEqualTo(ClaimDelay.nanos(
                        "f", "a:1", true, false, true, 0, null, new MembershipView("a:1", MEMBERS, 1), 0));
    }
}
