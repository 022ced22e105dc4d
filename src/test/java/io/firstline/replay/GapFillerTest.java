package io.firstline.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.bus.publish.Volume;
import io.firstline.config.feed.Retention;
import io.firstline.replay.SimulatedCluster.Consumer;
import io.firstline.replay.SimulatedCluster.Sent;
import io.firstline.replay.retention.EpochHistory;
import io.firstline.replay.retention.OwnerEpochs;
import io.firstline.replay.retention.ReplayResponse;
import io.firstline.replay.retention.RetentionBuffer;
import io.firstline.stream.FeedMessage;
import io.firstline.stream.Loss;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class GapFillerTest {
    private static final long MS = 1_000_000;
    private static final GapFiller.Settings SETTINGS =
            new GapFiller.Settings(100 * MS, 10 * MS, new Volume(10, 1_000), 16, 10_000 * MS);

    private final List<String> got = new ArrayList<>();
    private GapFiller gapFiller = gapFiller(false);
    private final RetentionBuffer owner = new RetentionBuffer(new Retention(100, 10_000, 10), 1);

    private GapFiller gapFiller(boolean lastValues) {
        return new GapFiller(SETTINGS, lastValues, new GapFiller.Receiver() {
            @Override
            public void deliver(FeedMessage message) {
                got.add(message.asText());
            }

            @Override
            public void lost(Loss loss) {
                got.add("lost " + loss.first() + "-" + loss.last());
            }
        });
    }

    private static FeedMessage message(int epoch, long sequence, String text) {
        return new FeedMessage("f", epoch, sequence, "c", text.hashCode(), null, 0, Buffer.buffer(text), true, false);
    }

    /** The owner publishes a message, and it arrives. */
    private void comes(int epoch, long sequence, String text, long nowMs) {
        owner.add(message(epoch, sequence, text), text.substring(0, 1));
        gapFiller.arrived(message(epoch, sequence, text), nowMs * MS);
    }

    private void lost(int epoch, long sequence, String text) {
        owner.add(message(epoch, sequence, text), text.substring(0, 1));
    }

    private void answer(RetentionBuffer retention, long nowMs) {
        for (ReplayRequest request = gapFiller.request(nowMs * MS);
                request != null;
                request = gapFiller.request(nowMs * MS)) {
            ReplayResponse answer = request.lastValues()
                    ? retention.lastValues(request.from(), List.of())
                    : request.from() > 0 ? retention.range(request.from(), request.to()) : retention.state();
            gapFiller.answered(request, answer, nowMs * MS);
        }
    }

    @Test
    void shouldBeginAnywhereAndPassOnWhatComesInOrder() {
        comes(0, 7, "a", 0);
        comes(0, 8, "b", 0);
        answer(owner, 0);
        comes(0, 9, "c", 0);

        assertThat(got).containsExactly("a", "b", "c");
        assertThat(gapFiller.request(0)).isNull();
        assertThat(gapFiller.dueInNanos(0)).isEqualTo(-1);
        assertThat(gapFiller.report()).isEqualTo(new SubscriptionReport(3, 0, 0, 0, 0, 0, 0, 0));
    }

    @Test
    void shouldAskForWhatIsMissingAndPutItInItsPlace() {
        comes(0, 1, "a", 0);
        answer(owner, 0);
        lost(0, 2, "b");
        comes(0, 3, "c", 0);
        lost(0, 4, "d");
        comes(0, 5, "e", 0);
        assertThat(got).containsExactly("a");

        ReplayRequest request = gapFiller.request(0);
        assertThat(request.toJson().encode()).isEqualTo("{\"epoch\":0,\"from\":2,\"to\":2}");
        assertThat(gapFiller.request(0)).as("one at a time").isNull();
        gapFiller.answered(request, owner.range(2, 2), 0);
        assertThat(got).containsExactly("a", "b", "c");
        answer(owner, 0);

        assertThat(got).containsExactly("a", "b", "c", "d", "e");
        assertThat(gapFiller.report().filled()).isEqualTo(2);
    }

    @Test
    void shouldTellAtOnceWhatTheOwnerDoesNotKeep() {
        RetentionBuffer forgetful = new RetentionBuffer(Retention.NONE, 1);
        forgetful.begin(0);
        for (long n : new long[] {1, 4, 6}) {
            forgetful.add(message(0, n, "m" + n), null);
            gapFiller.arrived(message(0, n, "m" + n), 0);
        }
        answer(forgetful, 0);

        assertThat(got).containsExactly("m1", "lost 2-3", "m4", "lost 5-5", "m6");
        assertThat(gapFiller.report().lost()).isEqualTo(3);
    }

    @Test
    void shouldGoOnWithoutWhatNobodyAnswersFor() {
        comes(0, 1, "a", 0);
        gapFiller.unanswered(gapFiller.request(0), true, 0);
        comes(0, 3, "c", 5);
        assertThat(gapFiller.request(5 * MS)).as("rests after a failure").isNull();
        assertThat(gapFiller.dueInNanos(5 * MS)).isEqualTo(5 * MS);
        ReplayRequest request = gapFiller.request(10 * MS);
        gapFiller.unanswered(request, false, 10 * MS);
        gapFiller.unanswered(request, false, 10 * MS);
        gapFiller.passed(104 * MS);
        assertThat(got).containsExactly("a");
        assertThat(gapFiller.dueInNanos(104 * MS)).isEqualTo(0);

        gapFiller.passed(105 * MS);
        assertThat(got).containsExactly("a", "lost 2-2", "c");
        assertThat(gapFiller.dueInNanos(105 * MS)).isEqualTo(-1);
    }

    @Test
    void shouldHoldBackNoMoreThanThereIsRoomFor() {
        comes(0, 1, "a", 0);
        for (int n = 3; n <= 13; n++) {
            comes(0, n, "x", 0);
        }
        assertThat(got).hasSize(13).startsWith("a", "lost 2-2", "x");
        comes(0, 15, "y".repeat(2_000), 0);
        assertThat(got).hasSize(15).contains("lost 14-14");
    }

    @Test
    void shouldHandOverWhatWaitsWhenItEnds() {
        comes(0, 1, "a", 0);
        comes(0, 3, "c", 0);
        comes(2, 9, "z", 0);
        gapFiller.end(0);

        assertThat(got).containsExactly("a", "lost 2-2", "c", "lost 4-8", "z");
    }

    @Test
    void shouldLeaveOutWhatANewOwnerPublishesAgain() {
        RetentionBuffer standby = new RetentionBuffer(new Retention(100, 10_000, 10), 2);
        comes(1, 1, "a", 0);
        comes(1, 2, "b", 0);
        standby.add(message(1, 1, "a"), "");
        standby.add(message(1, 2, "b"), "");
        comes(1, 3, "same", 0);
        comes(1, 4, "d", 0);
        answer(owner, 0);
        assertThat(standby.begin(2)).isEqualTo(3);
        for (FeedMessage again :
                List.of(message(2, 3, "d"), message(2, 4, "same"), message(2, 5, "same"), message(2, 6, "f"))) {
            standby.add(again, "");
            gapFiller.arrived(again, 0);
        }
        gapFiller.arrived(message(1, 5, "only the dead one had it"), 0);
        assertThat(got).containsExactly("a", "b", "same", "d", "only the dead one had it");

        answer(standby, 0);
        assertThat(got).endsWith("same", "f").hasSize(7);
        gapFiller.arrived(message(1, 6, "does not count"), 0);

        SubscriptionReport report = gapFiller.report();
        assertThat(report.repeated()).isEqualTo(2);
        assertThat(report.stale()).isEqualTo(1);
        assertThat(report.takeovers()).isEqualTo(1);
        assertThat(report.waiting()).isZero();
    }

    @Test
    void shouldFollowANewOwnerAtOnceThatSaysWhereItBegins() {
        comes(1, 1, "a", 0);
        comes(1, 2, "b", 0);
        comes(1, 3, "c", 0);
        answer(owner, 0);

        new OwnerReader(gapFiller).arrived("1/1:1,2:3", message(2, 3, "d"), 0);
        gapFiller.arrived(message(2, 4, "c"), 0);
        gapFiller.arrived(message(2, 5, "e"), 0);

        assertThat(got).containsExactly("a", "b", "c", "d", "e");
        assertThat(gapFiller.report().repeated()).isEqualTo(1);
        assertThat(gapFiller.report().takeovers()).isEqualTo(1);
        assertThat(gapFiller.request(0)).isNull();
    }

    @Test
    void shouldAskANewOwnerWhereItBeginsIfItsFirstMessageIsMissingOrSaysAnythingElse() {
        OwnerReader reader = new OwnerReader(gapFiller);
        comes(1, 1, "a", 0);
        answer(owner, 0);

        reader.arrived(null, message(2, 2, "b"), 0);
        reader.arrived("1/7:3", message(2, 3, "c"), 0);
        reader.arrived("nonsense", message(2, 4, "d"), 0);

        assertThat(got).containsExactly("a");
        assertThat(gapFiller.request(0).epoch()).isEqualTo(2);
    }

    @Test
    void shouldTakeWhatComesLateOfTheOldOwnerIfTheNewOneDoesNotHaveItEither() {
        RetentionBuffer standby = new RetentionBuffer(new Retention(100, 10_000, 10), 2);
        standby.add(message(1, 1, "a"), "");
        standby.add(message(1, 3, "c"), "");
        standby.begin(2);
        standby.add(message(2, 4, "d"), "");
        comes(1, 1, "a", 0);
        comes(1, 3, "c", 0);
        gapFiller.arrived(message(2, 4, "d"), 0);
        answer(standby, 0);
        assertThat(got).as("it may be on its way").containsExactly("a");

        gapFiller.arrived(message(1, 2, "b"), 50 * MS);
        assertThat(got).containsExactly("a", "b", "c", "d");
    }

    @Test
    void shouldNotBelieveWhoIsNoLongerTheOwner() {
        comes(1, 1, "a", 0);
        answer(owner, 0);
        gapFiller.arrived(message(3, 2, "b"), 0);
        ReplayRequest request = gapFiller.request(0);
        assertThat(request.epoch()).isEqualTo(3);
        gapFiller.answered(request, owner.state(), 0);
        assertThat(got).containsExactly("a");
        assertThat(gapFiller.request(9 * MS)).isNull();

        gapFiller.passed(100 * MS);
        assertThat(got)
                .as("nobody can say: the first is taken for the beginning")
                .containsExactly("a", "b");
        RetentionBuffer next = new RetentionBuffer(new Retention(100, 10_000, 10), 3);
        next.add(message(1, 1, "a"), "");
        next.begin(3);
        next.add(message(3, 2, "b"), "");
        next.add(message(3, 3, "c"), "");
        gapFiller.arrived(message(3, 3, "c"), 0);
        gapFiller.arrived(message(3, 5, "e"), 101 * MS);
        answer(next, 120 * MS);
        assertThat(gapFiller.report().lost()).isZero();
    }

    @Test
    void shouldKnowARestartByItsNumbersAndAnotherLife() {
        for (int n = 1; n <= 5; n++) {
            comes(0, n, "old" + n, 0);
        }
        answer(owner, 0);
        comes(0, 7, "old7", 0);
        RetentionBuffer again = new RetentionBuffer(new Retention(100, 10_000, 10), 2);
        again.begin(0);
        again.add(message(0, 1, "new1"), "");
        again.add(message(0, 2, "new2"), "");
        again.add(message(0, 5, "new5"), "");
        ReplayRequest early = gapFiller.request(0);
        gapFiller.arrived(message(0, 2, "new2"), 0);
        gapFiller.arrived(message(0, 5, "new5"), 0);
        assertThat(got).hasSize(5);
        gapFiller.unanswered(early, false, 10 * MS);

        answer(again, 20 * MS);
        assertThat(got)
                .containsExactly(
                        "old1", "old2", "old3", "old4", "old5", "lost 6-6", "old7", "new1", "new2", "lost 3-4", "new5");
        assertThat(gapFiller.report().restarts()).isEqualTo(1);
    }

    @Test
    void shouldTakeTheSameMessageUnderItsNumberForARepeat() {
        comes(0, 1, "a", 0);
        comes(0, 2, "b", 0);
        answer(owner, 0);
        comes(0, 1, "a", 0);
        comes(0, 2, "another", 0);
        answer(owner, 0);
        comes(0, 4, "d", 0);
        comes(0, 4, "d", 0);

        assertThat(got).containsExactly("a", "b");
        assertThat(gapFiller.report().repeated()).isEqualTo(3);
        assertThat(gapFiller.report().restarts())
                .as("it is still the same life")
                .isZero();
    }

    @Test
    void shouldKnowARestartThoughNobodyEverSaidWhichLifeItWas() {
        comes(0, 1, "a", 0);
        gapFiller.unanswered(gapFiller.request(0), true, 0);
        comes(0, 2, "b", 0);
        RetentionBuffer again = new RetentionBuffer(new Retention(100, 10_000, 10), 2);
        again.begin(0);
        again.add(message(0, 1, "x"), "");
        gapFiller.arrived(message(0, 1, "x"), 20 * MS);
        answer(again, 20 * MS);

        assertThat(got).containsExactly("a", "b", "x");
    }

    @Test
    void shouldTakeANumberThatFallsBackForARestartIfNobodySaysWhatItIs() {
        comes(0, 1, "a", 0);
        answer(owner, 0);
        comes(0, 2, "b", 0);
        gapFiller.arrived(message(0, 1, "x"), 0);
        ReplayRequest request = gapFiller.request(0);
        gapFiller.passed(100 * MS);
        assertThat(got).containsExactly("a", "b", "x");

        gapFiller.answered(request, owner.state(), 100 * MS);
        gapFiller.arrived(message(0, 2, "y"), 100 * MS);
        assertThat(got).as("the answer is about the old life").containsExactly("a", "b", "x", "y");
    }

    @Test
    void shouldRememberOnlySoMuch() {
        for (int n = 1; n <= 100; n++) {
            comes(0, n, "m" + n, 0);
        }
        answer(owner, 0);
        comes(0, 85, "m85", 0);
        assertThat(gapFiller.request(0)).as("is known").isNull();
        comes(0, 84, "m84", 0);
        assertThat(gapFiller.request(0)).as("may be another").isNotNull();
        assertThat(got).hasSize(100);
    }

    @Test
    void shouldAskAgainIfAnAnswerComesFromAnEarlierOwner() {
        comes(3, 1, "a", 0);
        answer(owner, 0);
        gapFiller.arrived(message(3, 3, "c"), 0);
        RetentionBuffer earlier = new RetentionBuffer(new Retention(100, 10_000, 10), 1);
        earlier.begin(2);
        gapFiller.answered(gapFiller.request(0), earlier.state(), 0);
        assertThat(gapFiller.request(9 * MS)).isNull();
        lost(3, 2, "b");
        answer(owner, 10 * MS);

        assertThat(got).containsExactly("a", "b", "c");
    }

    @Test
    void shouldFollowAClusterThatHasForgottenItsEpochs() {
        comes(5, 1, "a", 0);
        answer(owner, 0);
        gapFiller.arrived(message(1, 1, "x"), 1_000 * MS);
        gapFiller.arrived(message(1, 2, "y"), 2_000 * MS);
        assertThat(got).containsExactly("a");

        gapFiller.arrived(message(1, 3, "z"), 31_001 * MS);
        gapFiller.passed(31_200 * MS);
        assertThat(got).containsExactly("a", "lost 1-2", "z");
    }

    @Test
    void shouldBeginWithTheLastValuesAndGoOnFromThere() {
        gapFiller = gapFiller(true);
        lost(0, 1, "a1");
        lost(0, 2, "b1");
        comes(0, 3, "a2", 0);
        lost(0, 4, "c1");
        comes(0, 5, "b2", 0);
        assertThat(got).isEmpty();
        ReplayRequest request = gapFiller.request(0);
        assertThat(request.toJson().encode()).isEqualTo("{\"from\":1,\"last\":true}");
        ReplayResponse answer = owner.lastValues(1, List.of());
        lost(0, 6, "d1");
        comes(0, 7, "d2", 0);
        gapFiller.answered(request, answer, 0);
        answer(owner, 0);

        assertThat(got).containsExactly("a2", "c1", "b2", "d1", "d2");
    }

    @Test
    void shouldBeginWithoutLastValuesWhereNobodyHasThem() {
        gapFiller = gapFiller(true);
        gapFiller.unanswered(gapFiller.request(0), true, 0);
        assertThat(gapFiller.request(50 * MS)).as("not before there is a feed").isNull();
        gapFiller.arrived(message(0, 4, "a"), 60 * MS);
        gapFiller.unanswered(gapFiller.request(60 * MS), true, 60 * MS);

        assertThat(got).containsExactly("a");
    }

    @Test
    void shouldNotGoBackToLastValuesThatComeTooLate() {
        gapFiller = gapFiller(true);
        lost(0, 1, "a1");
        comes(0, 2, "b1", 0);
        ReplayRequest request = gapFiller.request(0);
        ReplayResponse answer = owner.lastValues(1, List.of());
        comes(0, 3, "a2", 0);
        gapFiller.passed(100 * MS);
        assertThat(got).containsExactly("b1", "a2");
        gapFiller.answered(request, answer, 101 * MS);
        comes(0, 4, "a3", 102 * MS);
        answer(owner, 102 * MS);

        assertThat(got).containsExactly("b1", "a2", "a3");
        assertThat(gapFiller.dueInNanos(102 * MS)).isEqualTo(-1);
    }

    @Test
    void shouldWaitForOneThingAtATime() {
        assertThat(GapPhase.of(new GapPhase.Facts(true, true, 2, 1, true))).isEqualTo(GapPhase.LAST_VALUES);
        assertThat(GapPhase.of(new GapPhase.Facts(false, true, 2, 1, true))).isEqualTo(GapPhase.NEW_OWNER);
        assertThat(GapPhase.of(new GapPhase.Facts(false, true, 1, 1, true))).isEqualTo(GapPhase.IN_DOUBT);
        assertThat(GapPhase.of(new GapPhase.Facts(false, false, 0, 1, true))).isEqualTo(GapPhase.HOLE);
        assertThat(GapPhase.of(new GapPhase.Facts(false, false, 0, 1, false))).isEqualTo(GapPhase.IN_ORDER);
    }

    @Test
    void shouldReadLastValuesInParts() {
        gapFiller = gapFiller(true);
        RetentionBuffer large = new RetentionBuffer(new Retention(10, 1 << 30, 10), 1);
        for (int n = 1; n <= 5; n++) {
            large.add(message(0, n, n + "x".repeat(400_000)), "s" + n);
        }
        answer(large, 0);

        assertThat(got).extracting(text -> text.charAt(0)).containsExactly('1', '2', '3', '4', '5');
        gapFiller.arrived(message(0, 6, "f"), 0);
        assertThat(got).endsWith("f");
    }

    /**
     * Owners die at any moment, messages are lost on the way to nodes and consumers, late, or sent several times:
     * each is delivered exactly once.
     */
    @Test
    void shouldGiveEveryConsumerEveryMessageOnceWhoeverDies() {
        long seed = Long.getLong("continuity.seed", System.nanoTime());
        System.out.println("ContinuityTest seed " + seed);
        Random random = new Random(seed);
        long repeated = 0;
        long filled = 0;
        long holes = 0;
        int ordered = 0;
        for (int round = 0; round < 150; round++) {
            SimulatedCluster world = new SimulatedCluster(random);
            world.start(5, 4, 1);
            world.loseFromHereOn();
            for (int deaths = random.nextInt(5); deaths >= 0; deaths--) {
                world.send(random.nextInt(3) == 0 ? random.nextInt(5) : random.nextInt(60), true);
                if (deaths > 0) {
                    world.takeOver();
                    world.send(random.nextInt(20), true);
                }
                world.run(random.nextInt(5) * 3_000L);
            }
            world.settle();
            holes += world.holes;
            ordered += world.inOrder ? 1 : 0;
            for (Consumer consumer : world.consumers) {
                String where = "seed " + seed + ", round " + round + ", " + consumer.gapFiller;
                assertThat(consumer.losses).as(where).isEmpty();
                assertOnce(where, world.sent, consumer.got);
                if (world.inOrder) {
                    assertInOrder(where, world.sent, consumer.got);
                }
                repeated += consumer.gapFiller.report().repeated();
                filled += consumer.gapFiller.report().filled();
            }
        }
        assertThat(repeated).as("the test tests something").isPositive();
        assertThat(filled).isPositive();
        assertThat(holes).isPositive();
        assertThat(ordered).isGreaterThan(30);
    }

    /** A restarted feed of one node: messages that are not delivered are reported. */
    /** The exchange's messages to the new owner were held up for 51 seconds; it did not know that 2 and 3 were published. */
    @Test
    void shouldRecogniseARepeatForAsLongAsTheOwnerSaysThatItMayComeLate() {
        comes(1, 1, "a", 0);
        answer(owner, 0);
        comes(1, 2, "b", 0);
        comes(1, 3, "c", 0);
        OwnerEpochs next = new OwnerEpochs(1, EpochHistory.NONE.begin(1, 1).begin(2, 2));
        gapFiller.introduced(next, 0);
        gapFiller.arrived(message(2, 2, "d"), 0);
        for (int second = 2; second <= 50; second += 2) {
            gapFiller.introduced(next, second * 1_000L * MS);
        }
        gapFiller.arrived(message(2, 3, "b"), 51_000 * MS);
        gapFiller.arrived(message(2, 4, "e"), 60_000 * MS);
        gapFiller.arrived(message(2, 5, "f"), 69_999 * MS);
        gapFiller.arrived(message(2, 6, "c"), 80_000 * MS);

        assertThat(got).as("it says so no more").containsExactly("a", "b", "c", "d", "e", "f", "c");
        assertThat(gapFiller.report().repeated()).isEqualTo(1);
    }

    /** The new owner had to drop 2, 3 and 4, and did not hear that 2 and 4 were published. */
    @Test
    void shouldReportOnlyThoseOfTheNumbersLeftOutWhoseMessagesItDoesNotHave() {
        comes(1, 1, "a", 0);
        answer(owner, 0);
        comes(1, 2, "b", 0);
        comes(1, 3, "d", 0);
        owner.forgetFrom(2);
        owner.begin(2);
        owner.leaveOut(
                2,
                List.of(
                        message(1, 2, "b").identity(),
                        message(1, 0, "c").identity(),
                        message(1, 3, "d").identity()));
        comes(2, 5, "e", 0);
        answer(owner, 0);

        assertThat(got).containsExactly("a", "b", "d", "lost 3-3", "e");
        assertThat(gapFiller.report().lost()).isEqualTo(1);
        assertThat(gapFiller.report().repeated()).isEqualTo(2);
    }

    @Test
    void shouldTakeARestartForNoRepeatAndNoHole() {
        long seed = Long.getLong("continuity.seed", System.nanoTime());
        System.out.println("ContinuityTest restart seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 150; round++) {
            SimulatedCluster world = new SimulatedCluster(random);
            world.start(1, 4, 0);
            int lives = 1 + random.nextInt(4);
            for (int incarnation = 0; incarnation < lives; incarnation++) {
                world.loseFromHereOn();
                world.send(20 + random.nextInt(60), true);
                world.settle();
                if (incarnation + 1 < lives) {
                    world.restartOwner();
                }
            }
            for (Consumer consumer : world.consumers) {
                String where = "seed " + seed + ", round " + round + ", " + consumer.gapFiller;
                assertThat(consumer.got.size()
                                + consumer.losses.stream()
                                        .mapToLong(Loss::count)
                                        .sum())
                        .as(where)
                        .isEqualTo(world.sent.size());
                assertThat(consumer.losses).as(where).isEmpty();
                assertOnce(where, world.sent, consumer.got);
                if (world.inOrder) {
                    assertInOrder(where, world.sent, consumer.got);
                }
                assertThat(consumer.gapFiller.report().restarts()).as(where).isEqualTo(lives - 1);
            }
        }
    }

    private static void assertOnce(String where, List<Sent> sent, List<FeedMessage> got) {
        assertThat(surplus(sent, got)).as(where).isEmpty();
    }

    /** Returns how often each text was delivered too often, or too rarely. */
    private static Map<String, Integer> surplus(List<Sent> sent, List<FeedMessage> got) {
        Map<String, Integer> surplus = new TreeMap<>();
        got.forEach(message -> surplus.merge(message.asText(), 1, Integer::sum));
        sent.forEach(message -> surplus.merge(message.text(), -1, Integer::sum));
        surplus.values().removeIf(count -> count == 0);
        return surplus;
    }

    private static void assertInOrder(String where, List<Sent> sent, List<FeedMessage> got) {
        for (int stream = 0; stream < 4; stream++) {
            String prefix = "s" + stream + "-";
            assertThat(got.stream().map(FeedMessage::asText).filter(text -> text.startsWith(prefix)))
                    .as(where)
                    .containsExactlyElementsOf(sent.stream()
                            .map(Sent::text)
                            .filter(text -> text.startsWith(prefix))
                            .toList());
        }
    }
}
