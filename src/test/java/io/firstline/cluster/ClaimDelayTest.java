package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.cluster.NodeHeartbeat.Part;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ClaimDelayTest {
    private static final List<String> MEMBERS = List.of("a:1", "b:1", "c:1");
    private static final long GONE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final Part WARM = new Part(true, true, 0, 7, false, 0);
    private static final Part COLD = new Part(false, true, 0, 7, false, 0);

    private final List<String> order = Placement.order("f", MEMBERS);
    private final String self = order.get(0);
    private final String second = order.get(1);
    private final String third = order.get(2);
    private final MembershipView presence = new MembershipView(self, MEMBERS, GONE_NANOS);

    private void hears(String member, Part part) {
        presence.heard(heartbeat(member, 1, part, NodeRun.UNKNOWN), 0);
    }

    private static NodeHeartbeat heartbeat(String node, int number, Part part, NodeRun run) {
        return new NodeHeartbeat(node, number, 800, List.of(), List.of(), Map.of("f", part), run);
    }

    private long turnMs(boolean warm, String last) {
        return TimeUnit.NANOSECONDS.toMillis(ClaimDelay.nanos("f", self, warm, false, true, 7, last, presence, 0));
    }

    private static Part behind() {
        return new Part(false, true, 0, 7, false, true, 0, "");
    }

    @Test
    void shouldLetAWarmNodeGoBeforeOneThatReceivesNothingNow() {
        hears(second, WARM);
        long behindMs =
                TimeUnit.NANOSECONDS.toMillis(ClaimDelay.nanos("f", self, false, true, true, 7, null, presence, 0));
        assertThat(behindMs).as("the warm one waits for 0").isBetween(300L, 500L);

        hears(second, behind());
        assertThat(ClaimDelay.nanos("f", self, false, true, true, 7, null, presence, 0))
                .as("it loses nothing, and no other is better")
                .isZero();
        assertThat(turnMs(true, null)).isZero();
        assertThat(turnMs(false, null)).as("one that would lose something").isGreaterThan(4_000);
    }

    @Test
    void shouldLetTheFeedsOwnOrderDecideAmongEquals() {
        hears(second, WARM);

        assertThat(turnMs(true, third)).isZero();
        MembershipView others = new MembershipView(second, MEMBERS, GONE_NANOS);
        others.heard(heartbeat(self, 1, WARM, NodeRun.UNKNOWN), 0);
        assertThat(ClaimDelay.nanos("f", second, true, false, true, 7, third, others, 0))
                .isPositive();
        assertThat(ClaimDelay.nanos("f", second, true, false, true, 7, self, others, 0))
                .as("its claim was vain")
                .isPositive();
        assertThat(ClaimDelay.nanos("f", second, false, false, true, 7, self, others, 0))
                .isGreaterThan(4_000_000_000L);
        NodeHeartbeat ofOwner = heartbeat(self, 2, COLD, NodeRun.UNKNOWN);
        others.heard(ofOwner, 0);
        assertThat(ClaimDelay.nanos("f", second, false, false, true, 7, self, others, 0))
                .as("it was the last owner")
                .isLessThan(1_000_000_000L);
    }

    @Test
    void shouldLetThoseComeFirstThatLoseNothing() {
        hears(second, COLD);
        assertThat(turnMs(true, null)).isZero();

        long onlyCold = turnMs(false, null);
        assertThat(onlyCold).isPositive().isLessThan(1_000);
        assertThat(TimeUnit.NANOSECONDS.toMillis(
                        ClaimDelay.nanos("f", self, false, false, false, 7, null, presence, 0)))
                .as("it does not receive the feed, and another does")
                .isGreaterThan(onlyCold + 1_000);
        hears(second, new Part(false, false, 0, 7, false, 0));
        assertThat(TimeUnit.NANOSECONDS.toMillis(
                        ClaimDelay.nanos("f", self, false, false, false, 7, null, presence, 0)))
                .as("nobody does")
                .isEqualTo(onlyCold);
        hears(second, WARM);
        assertThat(turnMs(false, null)).as("it has come back with nothing").isGreaterThan(onlyCold + 1_000);
    }

    @Test
    void shouldWaitForEachBetterMemberAndLongestIfItWouldLoseMessages() {
        hears(second, WARM);
        hears(third, WARM);
        assertThat(turnMs(true, null)).isZero();
        MembershipView last = new MembershipView(third, MEMBERS, GONE_NANOS);
        last.heard(heartbeat(self, 1, WARM, NodeRun.UNKNOWN), 0);
        last.heard(heartbeat(second, 1, WARM, NodeRun.UNKNOWN), 0);
        assertThat(ClaimDelay.nanos("f", third, true, false, true, 7, null, last, 0))
                .isEqualTo(TimeUnit.MILLISECONDS.toNanos(2 * 80));
        assertThat(ClaimDelay.nanos("f", third, true, false, true, 7, second, last, 0))
                .as("one whose claim was vain counts")
                .isEqualTo(TimeUnit.MILLISECONDS.toNanos(2 * 80));
        assertThat(ClaimDelay.nanos("f", third, true, false, true, 7, null, last, GONE_NANOS))
                .as("absent members do not count")
                .isZero();
        assertThat(ClaimDelay.nanos("f", self, false, false, true, 7, null, presence, 0))
                .as("cold, after two warm ones")
                .isEqualTo(TimeUnit.MILLISECONDS.toNanos(2 * 80 + 5_000));
        assertThat(ClaimDelay.nanos("f", self, false, false, true, 7, null, presence, GONE_NANOS))
                .as("cold and alone")
                .isEqualTo(TimeUnit.MILLISECONDS.toNanos(300));
    }

    @Test
    void shouldNotWaitForAMemberWhoseProcessHasEnded() {
        NodeRun run = new NodeRun(1_000, 99);
        MembershipView last = new MembershipView(third, MEMBERS, GONE_NANOS);
        last.heard(heartbeat(self, 1, WARM, NodeRun.UNKNOWN), 0);
        last.heard(heartbeat(second, 1, WARM, run), 0);
        assertThat(last.ended(second, run)).isTrue();

        assertThat(ClaimDelay.nanos("f", third, true, false, true, 7, null, last, 0))
                .as("one warm member is left")
                .isEqualTo(TimeUnit.MILLISECONDS.toNanos(80));
        assertThat(ClaimDelay.nanos("f", third, false, false, true, 7, self, last, 0))
                .isEqualTo(TimeUnit.MILLISECONDS.toNanos(80 + 5_000));
        last.heard(heartbeat(self, 2, COLD, NodeRun.UNKNOWN), 0);
        assertThat(ClaimDelay.nanos("f", third, false, false, true, 7, self, last, 0))
                .as("the owner and the other warm member have ended")
                .isEqualTo(TimeUnit.MILLISECONDS.toNanos(300));
    }

    /** All were without an owner for long, so none is warm. */
    @Test
    void shouldLeaveTheFeedToAMemberThatHasHeardALaterOwner() {
        hears(second, COLD);
        assertThat(ClaimDelay.nanos("f", self, false, false, true, 0, null, presence, 0))
                .as("it knows nothing of the feed")
                .isEqualTo(TimeUnit.MILLISECONDS.toNanos(80 + 5_000));
        assertThat(ClaimDelay.nanos("f", self, false, false, true, 8, null, presence, 0))
                .isEqualTo(TimeUnit.MILLISECONDS.toNanos(300));
        hears(second, new Part(false, false, 0, 7, false, 0));
        assertThat(ClaimDelay.nanos("f", self, false, false, true, 0, null, presence, 0))
                .as("the other does not receive the feed")
                .isLessThan(TimeUnit.SECONDS.toNanos(1));
    }

    /** The last owner hung, and is back: it has the messages of the pause, and a node that began meanwhile does not. */
    @Test
    void shouldLeaveTheFeedToTheLastOwnerIfItKnowsMore() {
        hears(second, COLD);
        assertThat(ClaimDelay.nanos("f", self, false, false, true, 0, second, presence, 0))
                .isEqualTo(TimeUnit.MILLISECONDS.toNanos(80 + 5_000));
        assertThat(ClaimDelay.nanos("f", self, false, false, true, 7, second, presence, 0))
                .as("it may be dead, and this node has heard it")
                .isEqualTo(TimeUnit.MILLISECONDS.toNanos(300));
        assertThat(ClaimDelay.nanos("f", self, false, false, true, 0, second, presence, GONE_NANOS))
                .as("it is gone")
                .isEqualTo(TimeUnit.MILLISECONDS.toNanos(300));
    }

    @Test
    void shouldNotWaitForMembersThatDoNotReceiveTheFeedHere() {
        presence.heard(new NodeHeartbeat(second, 1, 800, List.of(), List.of(), Map.of(), NodeRun.UNKNOWN), 0);
        MembershipView other = new MembershipView(third, MEMBERS, GONE_NANOS);
        other.heard(new NodeHeartbeat(self, 1, 800, List.of(), List.of(), Map.of(), NodeRun.UNKNOWN), 0);
        assertThat(ClaimDelay.nanos("f", third, true, false, true, 7, null, other, 0))
                .isZero();
    }

    @Test
    void shouldWaitThreeSecondsAtTheStartForThePreferredMember() {
        assertThat(ClaimDelay.atStartNanos("f", second, MEMBERS)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(3_080));
        assertThat(ClaimDelay.atStartNanos("f", third, MEMBERS)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(3_160));
    }

    @Test
    void shouldBeginWithTheFirstInOrderWhenTheClusterStarts() {
        assertThat(ClaimDelay.atStartNanos("f", self, MEMBERS)).isZero();
        assertThat(ClaimDelay.atStartNanos("f", second, MEMBERS))
                .isPositive()
                .isLessThan(ClaimDelay.atStartNanos("f", third, MEMBERS));
    }

    @Test
    void shouldKnowWhoIsThereAndWhatTheyKnow() {
        assertThat(presence.isMajority(MEMBERS, 0)).isFalse();
        hears(third, new Part(false, true, 0, 9, false, 0));
        hears("stranger:1", new Part(true, true, 0, 99, false, 0));

        assertThat(presence.present(0)).containsExactlyInAnyOrder(self, third);
        assertThat(presence.isMajority(MEMBERS, 0)).isTrue();
        assertThat(presence.epochOf("f", 0)).isEqualTo(9);
        assertThat(presence.epochOf("g", 0)).isZero();
        assertThat(presence.carries(third, "f")).isTrue();
        assertThat(presence.carries(second, "f")).isFalse();
        assertThat(presence.present(GONE_NANOS)).as("it has been silent").containsExactly(self);
        assertThat(presence.epochOf("f", GONE_NANOS)).isZero();
    }

    @Test
    void shouldWaitForAnOwnerThatPausesAtTimesForUpToThreeSeconds() {
        for (int[] row : new int[][] {{0, 0}, {200, 0}, {250, 100}, {500, 600}, {1_400, 2_400}, {9_000, 2_400}}) {
            assertThat(ClaimDelay.forPausesMs(row[0], 600))
                    .as("pauses of %d ms", row[0])
                    .isEqualTo(row[1]);
        }
        assertThat(ClaimDelay.forPausesMs(9_000, 4_000))
                .as("its lease is longer")
                .isZero();
    }

    @Test
    void shouldNotMissMembersThatPauseAtTimesSoSoon() {
        presence.heard(new NodeHeartbeat(second, 1, 800, List.of(), List.of(), Map.of(), NodeRun.UNKNOWN, 500), 0);
        hears(third, Part.NONE);
        assertThat(presence.present(2 * GONE_NANOS - 1)).containsExactlyInAnyOrder(self, second);
        assertThat(presence.present(2 * GONE_NANOS)).containsExactly(self);
        presence.paused(GONE_NANOS, 2 * GONE_NANOS);
        assertThat(presence.present(2 * GONE_NANOS - 1))
                .as("this process has paused itself")
                .containsExactlyInAnyOrder(self, second, third);
    }

    @Test
    void shouldSayTheSameOnTheWire() {
        NodeHeartbeat round = new NodeHeartbeat(
                "a:1",
                12,
                800,
                List.of(new LeaseRequest("f", 5), new LeaseRequest("g", 6)),
                List.of(new LeaseRequest("h", 7)),
                Map.of("f", new Part(true, true, 0, 5, false, 0), "h", Part.NONE),
                NodeRun.UNKNOWN,
                250);
        NodeHeartbeat.Votes votes = new NodeHeartbeat.Votes(
                "b:1", 12, List.of(new LeaseVote("f", 5, true, 5), new LeaseVote("g", 6, false, 9)));

        assertThat(NodeHeartbeat.of(new JsonObject(round.toJson().encode()))).isEqualTo(round);
        assertThat(NodeHeartbeat.Votes.is(round.toJson())).isFalse();
        assertThat(NodeHeartbeat.Votes.is(votes.toJson())).isTrue();
        assertThat(NodeHeartbeat.Votes.of(new JsonObject(votes.toJson().encode())))
                .isEqualTo(votes);
    }

    @Test
    void shouldSpreadFeedsAndMoveOnlyThoseOfANodeThatGoes() {
        int owned = 0;
        for (int i = 0; i < 300; i++) {
            String feed = "feed" + i;
            List<String> before = Placement.carriers(feed, MEMBERS, 2);
            List<String> after = Placement.carriers(feed, List.of("a:1", "b:1"), 2);
            owned += before.get(0).equals("a:1") ? 1 : 0;
            assertThat(after).containsExactlyInAnyOrder("a:1", "b:1");
            if (!before.contains("c:1")) {
                assertThat(after).isEqualTo(before);
            }
        }
        assertThat(owned).isBetween(60, 140);
    }
}
