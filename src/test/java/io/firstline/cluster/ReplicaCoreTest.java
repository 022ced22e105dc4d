package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.cluster.ReplicaCore.Change;
import io.firstline.cluster.ReplicaCore.Request;
import io.firstline.config.feed.Retention;
import io.firstline.connection.report.Path;
import io.firstline.feed.report.FeedActivity;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedFact;
import io.firstline.feed.report.FeedState;
import io.firstline.replay.retention.EpochHistory;
import io.firstline.replay.retention.ReplayResponse;
import io.firstline.replay.retention.RetentionBuffer;
import io.firstline.stream.FeedMessage;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The decisions of an owner and of a standby. Times are seconds; the test plays the other nodes. */
class ReplicaCoreTest {
    private static final Lease NONE = new Lease(0, at(0));
    private static final Buffer SMALL = Buffer.buffer("x");
    private static final Buffer LARGE = Buffer.buffer(new byte[33 << 20]);

    private final RetentionBuffer retention = new RetentionBuffer(new Retention(10_000, 1 << 20, 10), 1);
    private final ReplicaCore core = new ReplicaCore(retention, message -> retention.add(message, ""), at(0));

    private static long at(long seconds) {
        return TimeUnit.SECONDS.toNanos(seconds);
    }

    private static Lease lease(int epoch, long untilSeconds) {
        return new Lease(epoch, at(untilSeconds));
    }

    private static FeedMessage message(String text) {
        return new FeedMessage("f", 0, "c", 0, Buffer.buffer(text), true, false);
    }

    private FeedMessage receives(String text, long seconds) {
        return core.received(message(text), at(seconds));
    }

    private void published(int epoch, long sequence, String text, long seconds) {
        core.published(message(text).in(epoch, sequence), at(seconds));
    }

    private static ReplayResponse answer(EpochHistory epochs, long to, long missing, FeedMessage... messages) {
        return new ReplayResponse(epochs, 1, 1, to, to, missing, false, List.of(messages));
    }

    private static FeedMessage[] messages(int epoch, long from, long to) {
        return LongStream.rangeClosed(from, to)
                .mapToObj(i -> message("" + i).in(epoch, i))
                .toArray(FeedMessage[]::new);
    }

    private List<FeedMessage> waiting(Lease lease, long seconds) {
        List<FeedMessage> all = new ArrayList<>();
        FeedMessage one = core.nextWaiting(lease, at(seconds));
        while (one != null) {
            all.add(one);
            retention.add(one, "");
            one = core.nextWaiting(lease, at(seconds));
        }
        return all;
    }

    private static List<String> texts(FeedMessage... messages) {
        return Arrays.stream(messages).map(FeedMessage::asText).toList();
    }

    private void connected(long seconds) {
        core.happened(new FeedEvent("f", 0, 0, new FeedFact.Connected("c", Path.to("h"))), at(seconds));
    }

    /** A standby that is warm at this time, having heard messages 1 and 2 of epoch 1. */
    private void warm(long seconds) {
        connected(seconds);
        core.subscriptionsChanged();
        published(1, 1, "1", seconds);
        receives("1", seconds);
        assertThat(core.state().warm()).isTrue();
    }

    @Test
    void shouldPublishWhileItsLeaseRunsOnly() {
        assertThat(core.check(NONE, at(1))).isNull();
        assertThat(receives("1", 1)).isNull();
        assertThat(core.ahead()).isEqualTo(1);

        assertThat(core.check(lease(3, 5), at(2))).isEqualTo(new Change.BecameOwner(3, 1, 1, 0, 0));
        assertThat(core.isPublishing()).isTrue();
        assertThat(waiting(lease(3, 5), 2)).containsExactly(message("1").in(3, 1));
        assertThat(core.check(lease(3, 5), at(2))).as("it is the owner").isNull();
        assertThat(core.sequence()).isEqualTo(1);
        assertThat(receives("2", 2)).isEqualTo(message("2").in(3, 2));
        assertThat(core.publishingEpoch(lease(3, 5), at(5) - 1)).isEqualTo(3);
        assertThat(core.check(lease(3, 5), at(5) - 1)).isNull();
        assertThat(core.publishingEpoch(lease(3, 5), at(5))).isZero();
        assertThat(core.check(lease(3, 5), at(5))).isEqualTo(new Change.LeaseExpired());
        assertThat(core.isPublishing()).isFalse();
        assertThat(core.check(lease(3, 5), at(5))).as("reported").isNull();
        assertThat(receives("3", 5)).isNull();
        assertThat(core.check(lease(4, 9), at(6)))
                .as("what waits is published now")
                .isEqualTo(new Change.BecameOwner(4, 2, 1, 0, 0));
    }

    @Test
    void shouldBecomeTheOwnerAnewWithAnotherEpoch() {
        core.check(lease(3, 5), at(1));
        assertThat(core.check(lease(4, 9), at(2))).isEqualTo(new Change.BecameOwner(4, 1, 0, 0, 0));
        assertThat(receives("1", 2).epoch()).isEqualTo(4);
        assertThat(core.epoch()).isEqualTo(4);
        assertThat(core.state().heardEpoch()).isEqualTo(4);
    }

    @Test
    void shouldNotPublishInAnEpochBeforeTheLastOne() {
        published(5, 1, "1", 1);
        assertThat(core.check(lease(4, 9), at(2))).isNull();
        assertThat(core.check(lease(5, 9), at(2))).isInstanceOf(Change.BecameOwner.class);
    }

    @Test
    void shouldStopWhenAnotherNodePublishesInALaterEpoch() {
        core.check(lease(4, 9), at(1));
        published(5, 1, "1", 2);
        assertThat(core.check(lease(4, 9), at(2))).isEqualTo(new Change.LeaseExpired());
    }

    @Test
    void shouldPublishNothingWhenItIsClosed() {
        core.check(lease(4, 9), at(1));
        core.close();
        assertThat(core.isPublishing()).isFalse();
        assertThat(core.check(lease(4, 9), at(1))).isNull();
        published(5, 1, "1", 2);
        assertThat(core.epoch()).isEqualTo(4);
        core.retry();
        assertThat(core.nextRequest()).isNull();
        assertThat(core.unanswered()).isFalse();
    }

    @Test
    void shouldReportTheLossOfALeaseThatItHadOnly() {
        assertThat(core.leaseLost(at(2))).isFalse();
        core.check(lease(4, 9), at(1));
        assertThat(core.leaseLost(at(2))).isTrue();
        assertThat(core.isPublishing()).isFalse();
        assertThat(core.leaseLost(at(2))).isFalse();
    }

    @Test
    void shouldKeepTheRestWhenTheLeaseEndsWhileItPublishesWhatWaits() {
        for (Lease later : List.of(lease(4, 2), lease(5, 9))) {
            ReplicaCore one = new ReplicaCore(new RetentionBuffer(Retention.DEFAULT, 1), message -> true, at(0));
            for (String text : List.of("1", "2", "3")) {
                one.received(message(text), at(1));
            }
            one.check(lease(4, 9), at(1));
            assertThat(one.nextWaiting(lease(4, 9), at(1)).asText()).isEqualTo("1");
            assertThat(one.nextWaiting(later, at(2))).isNull();
            assertThat(one.isPublishing()).isFalse();
            assertThat(one.ahead()).isEqualTo(2);
            assertThat(one.nextWaiting(lease(4, 9), at(2))).isNull();
            assertThat(one.check(lease(6, 9), at(3))).isEqualTo(new Change.BecameOwner(6, 1, 2, 0, 0));
        }
    }

    @Test
    void shouldPublishWhatWaitsBeforeWhatArrivesMeanwhile() {
        receives("1", 1);
        receives("2", 1);
        core.check(lease(4, 9), at(1));
        assertThat(receives("3", 2)).isNull();
        assertThat(core.hasWaiting()).isTrue();
        assertThat(waiting(lease(4, 9), 2)).extracting(FeedMessage::asText).containsExactly("1", "2", "3");
        assertThat(core.hasWaiting()).isFalse();
        assertThat(receives("4", 2)).isEqualTo(message("4").in(4, 4));
    }

    @Test
    void shouldKeepWhatWaitsWhenTheLeaseIsReleased() {
        receives("1", 1);
        receives("2", 1);
        core.check(lease(4, 9), at(1));
        assertThat(core.nextWaiting(lease(4, 9), at(1)).asText()).isEqualTo("1");
        core.leaseLost(at(2));
        assertThat(core.hasWaiting()).isFalse();
        receives("3", 2);
        core.check(lease(5, 9), at(2));
        assertThat(waiting(lease(5, 9), 2)).extracting(FeedMessage::asText).containsExactly("2", "3");
    }

    @Test
    void shouldNotBeWarmAgainBeforeItHasComparedAMessageThatCameAfterItWasOverloaded() {
        warm(1);
        core.shed(true);
        assertThat(core.cold()).isEqualTo(ColdReason.OVERLOADED);
        receives("2", 2);
        published(1, 2, "2", 2);
        assertThat(core.ahead()).as("it does not compare").isEqualTo(1);
        core.shed(false);
        assertThat(core.cold()).isEqualTo(ColdReason.OWNER_NOT_HEARD);

        receives("3", 3);
        published(1, 3, "3", 3);
        core.answered(
                core.nextRequest(),
                answer(EpochHistory.NONE.begin(1, 1), 2, 0, message("2").in(1, 2)),
                at(3));

        assertThat(core.cold()).isNull();
        assertThat(core.ahead()).isZero();
    }

    @Test
    void shouldPublishWhatItReceivedWhileItWasOverloadedIfThereIsNoOther() {
        warm(1);
        core.shed(true);
        receives("2", 2);
        core.check(lease(2, 99), at(3));
        assertThat(waiting(lease(2, 99), 3)).containsExactly(message("2").in(2, 2));
    }

    @Test
    void shouldNotBeWarmUntilWhatItHadToDropIsOld() {
        ReplicaCore small = new ReplicaCore(retention, message -> retention.add(message, ""), 1_000, at(0));
        small.happened(new FeedEvent("f", 0, 0, new FeedFact.Connected("c", Path.to("h"))), at(1));
        small.subscriptionsChanged();
        small.published(message("1").in(1, 1), at(1));
        small.received(message("1"), at(1));
        assertThat(small.cold()).isNull();
        for (int i = 2; i <= 6; i++) {
            small.received(message("" + i), at(2));
        }
        assertThat(small.crowdedOut()).isPositive();
        assertThat(small.cold()).isEqualTo(ColdReason.NOT_COMPARED);
        for (int i = 2; i <= 6; i++) {
            small.published(message("" + i).in(1, i), at(3));
        }
        small.received(message("7"), at(3));
        small.published(message("7").in(1, 7), at(3));
        assertThat(small.cold()).isNull();
    }

    @Test
    void shouldLeaveNumbersOutForWhatItHadToDropUnpublished() {
        ReplicaCore small = new ReplicaCore(retention, message -> retention.add(message, ""), 1_000, at(0));
        small.happened(new FeedEvent("f", 0, 0, new FeedFact.Connected("c", Path.to("h"))), at(1));
        small.published(message("1").in(1, 1), at(1));
        small.received(message("1"), at(1));
        for (int i = 2; i <= 6; i++) {
            small.received(message("" + i), at(2));
        }
        long dropped = small.crowdedOut();
        int kept = small.ahead();
        assertThat(dropped).isPositive();
        assertThat(small.check(lease(2, 99), at(3)))
                .isEqualTo(new Change.BecameOwner(2, 2 + dropped, kept, 0, dropped));
        FeedMessage first = small.nextWaiting(lease(2, 99), at(3));
        assertThat(first).isEqualTo(message("" + (2 + dropped)).in(2, 2 + dropped));
        retention.add(first, "");
        assertThat(retention.state().epochs().epochOf(2))
                .as("the owner of the numbers left out")
                .isEqualTo(2);
        assertThat(retention.range(2, 2 + dropped).missing()).isEqualTo(dropped);
        assertThat(retention.range(2, 2 + dropped).leftOut())
                .as("so that consumers that have one of them know it")
                .hasSize((int) dropped)
                .containsEntry(2L, message("2").identity());
    }

    @Test
    void shouldLeaveNoNumbersOutForWhatItDroppedBeforeSomethingThatWasPublished() {
        ReplicaCore small = new ReplicaCore(retention, message -> retention.add(message, ""), 1_000, at(0));
        small.happened(new FeedEvent("f", 0, 0, new FeedFact.Connected("c", Path.to("h"))), at(1));
        for (int i = 1; i <= 6; i++) {
            small.received(message("" + i), at(i));
        }
        assertThat(small.crowdedOut()).isPositive();
        for (int i = 1; i <= 6; i++) {
            small.published(message("" + i).in(1, i), at(7));
        }
        assertThat(small.check(lease(2, 99), at(8)))
                .isInstanceOfSatisfying(Change.BecameOwner.class, owner -> assertThat(owner.lost())
                        .isZero());
    }

    @Test
    void shouldLeaveNoNumbersOutIfItsMessagesNeverEqualThoseOfTheOwner() {
        connected(1);
        for (int i = 1; i <= 60; i++) {
            published(1, i, "owner's " + i, i);
            receives("own " + i, i);
        }
        assertThat(core.check(lease(2, 99), at(61)))
                .isInstanceOfSatisfying(Change.BecameOwner.class, owner -> assertThat(owner.lost())
                        .isZero());
    }

    @Test
    void shouldNotPublishAgainWhatItsPredecessorPublished() {
        published(1, 1, "1", 1);
        published(1, 2, "2", 1);
        receives("1", 1);
        assertThat(core.check(lease(2, 99), at(2))).isEqualTo(new Change.BecameOwner(2, 3, 0, 1, 0));
        assertThat(core.behind()).isEqualTo(1);
        assertThat(receives("3", 2)).isEqualTo(message("3").in(2, 3));
        assertThat(receives("2", 2)).as("published by the other").isNull();
        assertThat(receives("2", 2)).as("again").isEqualTo(message("2").in(2, 4));
    }

    @Test
    void shouldTakeNoNoticeOfFormerOwnersNorOfItself() {
        published(5, 1, "1", 1);
        published(4, 2, "2", 1);
        assertThat(retention.last()).isEqualTo(1);
        core.check(lease(6, 9), at(2));
        published(6, 2, "own", 2);
        assertThat(retention.last()).isEqualTo(1);
        assertThat(core.behind()).isEqualTo(1);
    }

    @Test
    void shouldRequestWhatMayHaveBeenPublishedBeforeItListened() {
        receives("a", 1);
        receives("b", 1);
        published(1, 1_000, "c", 1);
        assertThat(core.nextRequest()).as("twice what waits, and 500").isEqualTo(new Request(496, 999, 1));
        assertThat(core.nextRequest()).as("one at a time").isNull();
    }

    /** It was cut off: its own messages come later, however many they are. */
    @Test
    void shouldRequestAllSinceItListenedLast() {
        published(1, 1, "a", 1);
        core.check(lease(2, 2), at(1));
        core.leaseLost(at(2));
        published(3, 2_000, "b", 20);
        assertThat(core.nextRequest()).isEqualTo(new Request(2, 1_999, 3));
    }

    /** It was cut off from the owner, and from the other nodes, but not from the exchange. */
    @Test
    void shouldNotBeWarmAfterItHasDroppedMessagesThatItHasNotHeardOf() {
        warm(1);
        receives("2", 2);
        core.look(List.of(new FeedActivity(2, at(11), false, false)), at(11));
        assertThat(core.state().warm()).as("it keeps what it has not heard of").isTrue();
        core.look(List.of(new FeedActivity(2, at(12), false, false)), at(12));
        assertThat(core.cold()).as("it no longer does").isEqualTo(ColdReason.OWNER_NOT_HEARD);

        receives("5", 14);
        published(1, 5, "5", 14);
        Request all = core.nextRequest();
        assertThat(all).as("all since it heard the owner last").isEqualTo(new Request(2, 4, 1));
        assertThat(core.state().warm()).isFalse();
        core.answered(all, answer(EpochHistory.NONE.begin(1, 1), 4, 0, messages(1, 2, 4)), at(14));
        assertThat(core.state().warm()).isTrue();
    }

    /** The first connection delivers messages for longer than anything is held up, and others are younger. */
    @Test
    void shouldMissWhatNoNodeKeepsWhileOlderMessagesMayStillCome() {
        warm(1);
        core.look(List.of(new FeedActivity(2, at(1), false, false)), at(3));
        published(1, 9, "9", 20);
        EpochHistory epochs = EpochHistory.NONE.begin(1, 1);
        core.answered(core.nextRequest(), answer(epochs, 8, 4, messages(1, 6, 8)), at(20));
        core.look(List.of(new FeedActivity(2, at(21), false, true)), at(21));
        receives("9", 21);
        assertThat(core.state().warm()).as("the old connection lingers").isFalse();
        core.look(List.of(new FeedActivity(2, at(30), false, false)), at(30));
        receives("10", 41);
        published(1, 10, "10", 41);
        assertThat(core.state().warm()).isTrue();
    }

    @Test
    void shouldRequestNothingBeforeTheFirstNumber() {
        published(1, 1, "a", 1);
        assertThat(core.nextRequest()).isNull();
    }

    @Test
    void shouldRequestFromTheFirstNumberIfItIsNear() {
        published(1, 3, "c", 1);
        assertThat(core.nextRequest()).isEqualTo(new Request(1, 2, 1));
    }

    @Test
    void shouldRequestHolesAndAtANewOwnerTheLastNumber() {
        published(1, 1, "1", 1);
        published(1, 2, "2", 1);
        assertThat(core.nextRequest()).as("no hole").isNull();
        published(1, 5, "5", 1);
        Request hole = core.nextRequest();
        assertThat(hole).isEqualTo(new Request(3, 4, 1));
        core.answered(hole, answer(EpochHistory.NONE.begin(1, 1), 4, 0, messages(1, 3, 4)), at(1));
        assertThat(core.nextRequest()).isNull();
        assertThat(retention.range(1, 9).messages()).hasSize(5);

        published(2, 6, "6", 2);

        assertThat(core.nextRequest()).as("where it continues from").isEqualTo(new Request(5, 5, 2));
        assertThat(core.epoch()).isEqualTo(2);
    }

    @Test
    void shouldRequestAgainAfterAPauseOnly() {
        published(1, 3, "3", 1);
        Request request = core.nextRequest();
        assertThat(core.unanswered()).isTrue();
        published(1, 4, "4", 1);
        assertThat(core.nextRequest()).as("nothing more is missing").isNull();
        core.retry();
        assertThat(core.nextRequest()).isEqualTo(request);
        core.check(lease(2, 99), at(2));
        assertThat(core.unanswered()).as("it is the owner").isFalse();
        core.retry();
        assertThat(core.nextRequest()).isNull();
    }

    @Test
    void shouldTakeNoAnswerAsTheOwner() {
        published(1, 3, "3", 1);
        Request request = core.nextRequest();
        core.check(lease(2, 99), at(2));
        waiting(lease(2, 99), 2);
        long last = retention.last();
        core.answered(request, answer(EpochHistory.NONE.begin(1, 1), 9, 0, messages(1, 1, 9)), at(2));
        assertThat(retention.last()).isEqualTo(last);
    }

    @Test
    void shouldContinueFromTheFirstNumberThatItMisses() {
        published(1, 1, "1", 1);
        published(1, 4, "4", 1);
        receives("1", 1);
        receives("2", 1);
        assertThat(core.check(lease(2, 99), at(2))).isEqualTo(new Change.BecameOwner(2, 2, 2, 1, 0));
        List<FeedMessage> first = waiting(lease(2, 99), 2);
        assertThat(texts(first.toArray(FeedMessage[]::new)))
                .as("and last what it has not received")
                .containsExactly("2", "4");
        assertThat(first).extracting(FeedMessage::sequence).containsExactly(2L, 3L);
        assertThat(receives("4", 2)).as("published by now").isNull();
    }

    /** The second owner continues from number 3, whose message this node missed: it cannot know that. */
    @Test
    void shouldPublishOnceWhatTwoOwnersPublishedIfItDoesNotKnowWhereTheSecondBegan() {
        published(1, 1, "same", 1);
        published(1, 2, "b", 1);
        published(1, 3, "same", 1);
        List.of("same", "b", "same").forEach(text -> receives(text, 1));
        published(2, 4, "c", 1);
        published(2, 5, "same", 1);

        core.check(lease(3, 99), at(2));
        assertThat(waiting(lease(3, 99), 2)).extracting(FeedMessage::asText).containsExactly("same", "c");
        assertThat(receives("c", 2)).as("published by now").isNull();
        assertThat(receives("same", 2))
                .as("another one")
                .isEqualTo(message("same").in(3, 5));
    }

    @Test
    void shouldPublishAgainNothingOfASecondOwnerWhoseFirstMessagesItMissed() {
        for (FeedMessage each : messages(1, 1, 4)) {
            core.published(each, at(1));
            receives(each.asText(), 1);
        }
        published(2, 5, "3", 1);
        published(2, 6, "5", 1);

        core.check(lease(3, 99), at(2));
        assertThat(waiting(lease(3, 99), 2)).extracting(FeedMessage::asText).containsExactly("4");
        assertThat(receives("5", 2))
                .as("it follows a doubtful one")
                .isEqualTo(message("5").in(3, 5));
    }

    @Test
    void shouldPublishAllOfASecondOwnerOfWhichItKnowsWhereItBegan() {
        published(1, 1, "same", 1);
        receives("same", 1);
        published(2, 2, "same", 1);
        EpochHistory epochs = EpochHistory.NONE.begin(1, 1).begin(2, 2);
        core.answered(core.nextRequest(), answer(epochs, 1, 0, message("same").in(1, 1)), at(1));
        published(2, 4, "d", 1);
        published(2, 5, "same", 1);

        core.check(lease(3, 99), at(2));
        assertThat(waiting(lease(3, 99), 2))
                .as("the hole is at 3")
                .extracting(FeedMessage::asText)
                .containsExactly("d", "same");
    }

    /** An answer about something else shows that numbers of the former owner do not count. */
    @Test
    void shouldContinueFromTheFirstNumberThatASecondOwnerTookAnew() {
        for (long number : new long[] {1, 3, 4, 5}) {
            published(1, number, "" + number, 1);
        }
        Request hole = core.nextRequest();
        assertThat(hole).isEqualTo(new Request(2, 2, 1));
        published(2, 7, "7", 1);
        EpochHistory epochs = EpochHistory.NONE.begin(1, 1).begin(2, 4);
        core.answered(hole, answer(epochs, 2, 0, messages(1, 2, 2)), at(1));

        assertThat(core.check(lease(3, 99), at(2)))
                .isInstanceOfSatisfying(Change.BecameOwner.class, owner -> assertThat(owner.from())
                        .isEqualTo(4));
    }

    /** Two owners died; messages of the first one are still on their way to this node, after an answer of the third. */
    @Test
    void shouldNotTakeForPublishedWhatALaterOwnerDoesNotContinueFrom() {
        published(1, 1, "1", 1);
        published(1, 3, "3", 1);
        receives("1", 1);
        receives("late", 1);
        EpochHistory epochs = EpochHistory.NONE.begin(1, 1).begin(2, 3);
        core.answered(core.nextRequest(), answer(epochs, 2, 0, messages(1, 2, 2)), at(1));

        published(1, 4, "late", 1);

        assertThat(core.ahead()).as("it is still to be published").isEqualTo(1);
        core.check(lease(3, 99), at(2));
        assertThat(waiting(lease(3, 99), 2)).extracting(FeedMessage::asText).contains("late");
    }

    @Test
    void shouldBeWarmOnlyIfItIsNotTheOwnerAndHearsItAndMissesNothingAndHasItsSubscriptionsAndOverlaps() {
        assertThat(core.state()).isEqualTo(StandbyState.atStart(at(0)));
        assertThat(core.cold()).isEqualTo(ColdReason.NOT_RECEIVED);
        connected(1);
        assertThat(core.cold()).isEqualTo(ColdReason.OWNER_NOT_HEARD);
        published(1, 1, "1", 1);
        receives("1", 1);
        assertThat(core.state().warm()).as("without the subscriptions").isFalse();
        assertThat(core.cold()).isEqualTo(ColdReason.SUBSCRIPTIONS_UNKNOWN);
        core.subscriptionsChanged();
        assertThat(core.state().warm()).isTrue();
        assertThat(core.cold()).isNull();
        assertThat(core.state()).isSameAs(core.state());

        published(1, 3, "3", 1);
        assertThat(core.state().warm()).as("with a hole").isFalse();
        assertThat(core.cold()).isEqualTo(ColdReason.MESSAGES_MISSING);
        Request hole = core.nextRequest();
        core.answered(hole, answer(EpochHistory.NONE.begin(1, 1), 2, 0, messages(1, 2, 2)), at(1));
        assertThat(core.state().warm()).isTrue();

        core.check(lease(2, 9), at(2));
        assertThat(core.state().warm()).as("as the owner").isFalse();
        assertThat(core.cold()).isNull();
        core.leaseLost(at(2));
        assertThat(core.state().warm()).as("before it hears the new one").isFalse();
        published(3, 4, "4", 3);
        core.answered(core.nextRequest(), answer(EpochHistory.NONE.begin(1, 1).begin(3, 4), 3, 0), at(3));
        assertThat(core.state().warm()).as("before the two overlap again").isFalse();
        assertThat(core.cold()).isEqualTo(ColdReason.NOT_COMPARED);
        receives("4", 3);
        assertThat(core.state().warm()).isTrue();
    }

    @Test
    void shouldNotBeWarmAfterItLostTheFeed() {
        warm(1);
        core.happened(new FeedEvent("f", 0, 0, new FeedFact.Degraded(0, 2, FeedState.DISCONNECTED, "")), at(2));
        assertThat(core.state().warm()).isFalse();
        assertThat(core.state().receives()).isFalse();
        connected(3);
        assertThat(core.state().receives()).isTrue();
        assertThat(core.state().warm()).isFalse();
    }

    @Test
    void shouldSayThatTheOwnerPublishesNothingOfWhatArrives() {
        warm(1);
        receives("a", 2);
        receives("b", 2);
        core.look(List.of(new FeedActivity(2, at(3), false, false)), at(3));
        assertThat(core.state().ahead()).as("two may be on their way").isFalse();
        receives("c", 3);
        assertThat(core.state().ahead()).as("for a moment").isFalse();
        receives("d", 4);
        assertThat(core.state().ahead()).isTrue();
        published(1, retention.last() + 1, "a", 4);
        assertThat(core.state().ahead()).as("it publishes").isFalse();
    }

    /** Its connections to the exchange are held up, but have not been for long enough to be unanswered. */
    @Test
    void shouldBeBehindIfTheOwnerPublishesAndNothingArrivesHere() {
        warm(1);
        long now = at(2);
        for (int i = 2; i <= 4; i++) {
            assertThat(core.state().warm()).isTrue();
            core.published(message("" + i).in(1, i), now);
            now += 100_000_000;
        }
        assertThat(core.cold()).isEqualTo(ColdReason.BEHIND);
        assertThat(core.state().warm()).isFalse();
        assertThat(core.state().behind()).as("it would lose nothing").isTrue();
        receives("2", 3);
        assertThat(core.state().behind()).as("what arrives is a second late").isTrue();
        receives("3", 3);
        receives("4", 3);
        assertThat(core.state().warm()).isTrue();
        assertThat(core.state().behind()).isFalse();
    }

    @Test
    void shouldNotBeBehindOnceItReceivesWhatTheOwnerPublishesNow() {
        warm(1);
        for (int i = 2; i <= 4; i++) {
            published(1, i, "" + i, i);
        }
        receives("2", 5);
        assertThat(core.cold()).as("late").isEqualTo(ColdReason.BEHIND);
        published(1, 5, "5", 6);
        receives("5", 6);
        assertThat(core.cold()).as("on another connection").isNull();
    }

    /** A node far from the exchange, or its loop pauses once: it would be behind for ever. */
    @Test
    void shouldNotStayBehindIfEverythingAlwaysArrivesLate() {
        warm(1);
        for (int i = 2; i <= 4; i++) {
            published(1, i, "" + i, i);
        }
        for (int i = 5; i <= 13; i++) {
            published(1, i, "" + i, i);
            receives("" + (i - 2), i);
            assertThat(core.cold()).as("at %d s", i).isEqualTo(ColdReason.BEHIND);
        }
        for (int i = 14; i <= 17; i++) {
            published(1, i, "" + i, i);
            receives("" + (i - 2), i);
        }
        assertThat(core.cold()).isNull();
    }

    @Test
    void shouldNotBeBehindIfItHasReceivedWhatTheOwnerPublishesSlowly() {
        warm(1);
        for (int i = 2; i <= 5; i++) {
            receives("" + i, 2);
        }
        for (int i = 2; i <= 5; i++) {
            published(1, i, "" + i, i);
        }
        assertThat(core.cold()).isNull();
        published(1, 6, "6", 6);
        published(1, 7, "7", 7);
        assertThat(core.cold()).as("two are too few").isNull();
        published(1, 8, "8", 8);
        assertThat(core.cold()).isEqualTo(ColdReason.BEHIND);
        core.check(lease(2, 9), at(8));
        assertThat(core.state().behind()).as("it publishes").isFalse();
    }

    /** The exchange stalls after it has sent some messages to this node only. */
    @Test
    void shouldNotTakeASilenceOfTheExchangeForOneOfTheOwner() {
        warm(1);
        receives("a", 2);
        receives("b", 2);
        receives("c", 2);
        core.look(List.of(new FeedActivity(2, at(2), false, false)), at(9));
        assertThat(core.state().ahead()).isFalse();
        receives("d", 10);
        assertThat(core.state().ahead())
                .as("it may have come to this node first")
                .isFalse();
        receives("e", 11);
        assertThat(core.state().ahead()).isTrue();
    }

    @Test
    void shouldSayHowLongNothingHasArrivedAndWhetherItIsUnanswered() {
        warm(1);
        core.look(List.of(new FeedActivity(2, at(5), true, false)), at(6));
        assertThat(core.state()).isEqualTo(new StandbyState(false, false, true, at(5), 1, false, 0).withLooked(at(6)));
        core.look(List.of(new FeedActivity(2, at(7), false, false)), at(7));
        assertThat(core.state())
                .usingRecursiveComparison()
                .ignoringFields("lookedOnTime")
                .isEqualTo(new StandbyState(true, true, false, at(7), 1, false, 0));
    }

    @Test
    void shouldBeOnTimeAgainWithTheNextLookThatIs() {
        core.look(List.of(), at(1));
        assertThat(core.state().isOnTime(at(1))).as("a second late").isFalse();
        core.look(List.of(), at(1) + 149_000_000);
        assertThat(core.state().isOnTime(at(1) + 298_000_000)).isTrue();
        assertThat(core.state().isOnTime(at(1) + 299_000_000)).as("late now").isFalse();
    }

    @Test
    void shouldKnowWhatWasPublishedWhileItsPathStalledHoweverLateItComes() {
        warm(1);
        core.look(List.of(new FeedActivity(2, at(1), false, false)), at(3));
        assertThat(core.state().warm()).as("it has all that is published").isTrue();
        published(1, 2, "2", 3);
        core.look(List.of(new FeedActivity(2, at(1), false, false)), at(60));
        receives("2", 60);
        assertThat(core.ahead()).as("it was published long ago").isZero();
        assertThat(core.behind()).isZero();
    }

    @Test
    void shouldIntroduceItselfAgainWhileMessagesMayComeThatItDoesNotKnowToBePublished() {
        core.check(lease(2, 99), at(1));
        assertThat(core.takeIntroduction()).isNotNull();
        core.look(List.of(new FeedActivity(2, at(10), false, true)), at(2));
        assertThat(core.takeIntroduction()).as("just introduced").isNull();
        core.look(List.of(new FeedActivity(2, at(10), false, true)), at(3));
        assertThat(core.takeIntroduction().epochs()).isEqualTo(EpochHistory.NONE.begin(2, 1));
        core.look(List.of(new FeedActivity(2, at(10), false, false)), at(10));
        assertThat(core.takeIntroduction()).as("still catching up").isNotNull();
        core.look(List.of(new FeedActivity(2, at(20), false, false)), at(20));
        assertThat(core.takeIntroduction()).isNull();
    }

    @Test
    void shouldForgetWhatWasPublishedTenSecondsAgoIfNothingIsHeldUp() {
        warm(1);
        published(1, 2, "2", 3);
        core.look(List.of(new FeedActivity(2, at(13), false, false)), at(13));
        assertThat(core.behind()).isEqualTo(1);
        core.look(List.of(new FeedActivity(2, at(14), false, false)), at(14));
        assertThat(core.behind()).isZero();
        assertThat(core.crowdedOut()).isZero();
    }

    @Test
    void shouldMissWhatNoNodeKeepsUntilNothingWaitsThatIsAsOld() {
        warm(1);
        receives("old", 1);
        published(1, 4, "4", 2);
        core.answered(core.nextRequest(), answer(EpochHistory.NONE.begin(1, 1), 3, 2), at(2));
        assertThat(core.nextRequest()).isNull();
        assertThat(core.state().warm()).as("\"old\" may be 2 or 3").isFalse();
        published(1, 5, "old", 3);
        receives("4", 3);
        assertThat(core.state().warm()).isTrue();
    }

    @Test
    void shouldTakeAnAnswerForPublishedOnce() {
        receives("2", 1);
        published(1, 1, "1", 1);
        published(1, 4, "4", 1);
        EpochHistory epochs = EpochHistory.NONE.begin(1, 1);
        core.answered(core.nextRequest(), answer(epochs, 3, 0, messages(1, 1, 3)), at(1));
        assertThat(core.ahead()).as("2 has arrived before").isZero();
        assertThat(core.behind()).as("1 and 4 are known, 3 is news").isEqualTo(3);
    }

    @Test
    void shouldForgetWhatItMissedWhenItBecomesTheOwner() {
        published(1, 1, "1", 1);
        published(1, 4, "4", 1);
        core.check(lease(2, 9), at(2));
        assertThat(waiting(lease(2, 9), 2)).hasSize(1);
        core.leaseLost(at(2));
        published(3, 3, "5", 3);
        assertThat(core.nextRequest()).as("where the new owner continues from").isEqualTo(new Request(2, 2, 3));
    }

    @Test
    void shouldNotOverlapByAMessageThatOnlyOneOfTheTwoHas() {
        connected(1);
        core.subscriptionsChanged();
        published(1, 1, "1", 1);
        receives("2", 1);
        assertThat(core.state().warm()).isFalse();
        published(1, 2, "2", 2);
        assertThat(core.state().warm()).as("received first, published later").isTrue();
    }

    @Test
    void shouldAwaitAnAnswerBeforeTheNextRequest() {
        published(1, 3, "3", 1);
        Request first = core.nextRequest();
        published(1, 6, "6", 1);
        assertThat(core.nextRequest()).as("one is on its way").isNull();
        core.answered(first, answer(EpochHistory.NONE.begin(1, 1), 2, 0, messages(1, 1, 2)), at(1));
        assertThat(core.nextRequest()).isEqualTo(new Request(4, 5, 1));
    }

    private static FeedMessage large(int number) {
        return new FeedMessage("f", 0, 0, "c", 0, null, number, LARGE, true, false);
    }

    /** Two large messages are more than a standby keeps. */
    @Test
    void shouldCountWhatItDropsToMakeRoom() {
        core.received(large(1), at(1));
        assertThat(core.crowdedOut()).isZero();
        core.received(large(2), at(1));
        assertThat(core.crowdedOut()).isEqualTo(1);
        assertThat(core.ahead()).isEqualTo(1);
    }

    /** A new owner does not continue from the last messages of its predecessor, which this node has received. */
    @Test
    void shouldKeepNoMoreOfWhatIsToBePublishedAgain() {
        RetentionBuffer large = new RetentionBuffer(new Retention(10, 1 << 30, 10), 1);
        ReplicaCore one = new ReplicaCore(large, message -> large.add(message, ""), at(0));
        one.published(message("1").in(1, 1), at(1));
        for (int i = 2; i <= 3; i++) {
            one.received(large(i), at(1));
            one.published(large(i).in(1, i), at(1));
        }
        one.published(message("new").in(2, 2), at(2));
        assertThat(one.ahead()).isEqualTo(1);
        assertThat(one.crowdedOut()).isEqualTo(1);
    }

    /** Messages 2 and 3 are held up on their way here, and so many are published meanwhile that it forgets some. */
    private void forgetsWhatWasPublished() {
        warm(1);
        published(1, 2, "2", 1);
        published(1, 3, "3", 1);
        core.look(List.of(new FeedActivity(2, at(1), false, false)), at(3));
        for (int i = 4; i <= 200_003; i++) {
            core.published(new FeedMessage("f", 1, i, "c", 0, null, i, SMALL, true, false), at(3));
        }
        core.look(List.of(new FeedActivity(2, at(4), false, false)), at(4));
    }

    private Change.BecameOwner becomesOwner(Lease lease, long seconds) {
        return (Change.BecameOwner) core.check(lease, at(seconds));
    }

    @Test
    void shouldContinueFromTheFirstMessageThatWasHeldUpIfItCannotTellWhichOnesArePublished() {
        forgetsWhatWasPublished();
        assertThat(core.state().warm()).isFalse();
        assertThat(becomesOwner(lease(2, 99), 4).from()).isEqualTo(2);
        waiting(lease(2, 99), 4);

        core.look(List.of(new FeedActivity(2, at(5), false, false)), at(5));
        assertThat(becomesOwner(lease(3, 99), 5).from())
                .as("as the owner it knows what is published")
                .isEqualTo(retention.last() + 1);
    }
}
