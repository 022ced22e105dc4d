package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.cluster.HandOverPolicy.Facts;
import io.firstline.cluster.HandOverPolicy.Other;
import io.firstline.cluster.HandOverPolicy.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HandOverPolicyTest {
    private static final List<Other> WARM = List.of(new Other(true, 0));
    private static final Facts STANDS_BY = new Facts(false, false, 0, WARM, true, false, false);
    private static final Facts WELL = new Facts(true, true, 0, WARM, false, false, false);
    private static final Facts BLIND = new Facts(true, false, 0, WARM, false, false, false);
    private static final Facts AWAY = new Facts(true, true, 0, WARM, true, false, false);

    /** The largest difference between the members' recoveries from a stall of the exchange. */
    private static final int BACK_MS = 900;

    private final HandOverPolicy handOver = new HandOverPolicy();

    @BeforeEach
    void standBy() {
        decide(STANDS_BY, -1_000_000, -1);
    }

    private Reason decide(Facts facts, long lastMs, long nowMs) {
        return handOver.decide(facts, TimeUnit.MILLISECONDS.toNanos(lastMs), TimeUnit.MILLISECONDS.toNanos(nowMs));
    }

    /** Its open connections answer nothing; nothing has arrived for a time, and for another time at another member. */
    private static Facts unanswered(long silentMs, boolean isWarm, long otherSilentMs) {
        return new Facts(
                true,
                false,
                TimeUnit.MILLISECONDS.toNanos(silentMs),
                List.of(new Other(isWarm, TimeUnit.MILLISECONDS.toNanos(otherSilentMs))),
                false,
                false,
                false);
    }

    @Test
    void shouldKeepWhatIsWell() {
        assertThat(decide(WELL, 0, 0)).isNull();
        assertThat(decide(WELL, 0, 1_000_000)).isNull();
    }

    @Test
    void shouldLeaveWhatItDoesNotReceiveToWhoDoes() {
        decide(WELL, 0, 0);
        assertThat(decide(BLIND, 0, 500)).isNull();
        assertThat(decide(BLIND, 0, 501)).isEqualTo(Reason.BLIND);
    }

    @Test
    void shouldLeaveWhatAWarmMemberProvesToBeMissingAfterAMoment() {
        Facts lacks = new Facts(true, true, 0, WARM, false, false, true);
        decide(WELL, 0, 0);
        assertThat(decide(lacks, 0, 49)).as("the process may have been paused").isNull();
        assertThat(decide(lacks, 0, 50)).isEqualTo(Reason.BLIND);
        decide(STANDS_BY, 0, 60);
        decide(WELL, 0, 1_000);
        assertThat(decide(lacks, 0, 2_049)).as("not again so soon").isNull();
        assertThat(decide(lacks, 0, 2_050)).isEqualTo(Reason.BLIND);
    }

    @Test
    void shouldTakeALateMemberForLateBeforeItTakesItForBlind() {
        Facts lacks = new Facts(true, true, 0, WARM, false, false, true);
        Facts late = new Facts(true, true, 0, WARM, false, true, true);
        decide(WELL, 0, 0);
        assertThat(decide(late, 0, 999)).isNull();
        assertThat(decide(late, 0, 10_000)).as("however long").isNull();
        assertThat(decide(lacks, 0, 10_049)).isNull();
        assertThat(decide(late, 0, 10_060)).as("late again").isNull();
        assertThat(decide(lacks, 0, 10_109)).isNull();
        assertThat(decide(lacks, 0, 10_110)).isEqualTo(Reason.BLIND);

        Facts unanswered = new Facts(true, false, TimeUnit.SECONDS.toNanos(2), WARM, false, true, false);
        HandOverPolicy other = new HandOverPolicy();
        assertThat(other.decide(unanswered, 0, TimeUnit.MILLISECONDS.toNanos(2_900)))
                .isNull();
        Facts closed = new Facts(true, false, 0, WARM, false, true, false);
        assertThat(other.decide(closed, 0, TimeUnit.MILLISECONDS.toNanos(2_900)))
                .as("no connection is open")
                .isEqualTo(Reason.BLIND);
    }

    @Test
    void shouldKeepWhatItDoesNotReceiveUntilSomebodyDoesForAMoment() {
        decide(WELL, 0, 600);
        assertThat(decide(BLIND, 0, 1_100))
                .as("it has received something since")
                .isNull();
        assertThat(decide(new Facts(true, false, 0, List.of(), false, false, false), 0, 5_000))
                .as("nobody does")
                .isNull();
        assertThat(decide(new Facts(true, false, 0, List.of(), false, false, false), 0, 5_100))
                .as("nobody does")
                .isNull();
        assertThat(decide(BLIND, 0, 5_101)).as("now somebody does").isNull();
        assertThat(decide(BLIND, 0, 6_100)).as("for a second").isNull();
        assertThat(decide(BLIND, 0, 6_101)).isEqualTo(Reason.BLIND);
    }

    /** While nothing is published, no member can show that it would continue without a loss. */
    @Test
    void shouldLeaveWhatItDoesNotReceiveToWhoReceivesItEvenIfThatIsNotWarm() {
        Facts allCold = new Facts(true, false, 0, List.of(new Other(false, 0)), false, false, false);
        decide(WELL, 0, 0);
        assertThat(decide(allCold, 0, 3_000)).isNull();
        assertThat(decide(allCold, 0, 3_001)).isEqualTo(Reason.BLIND);
    }

    @Test
    void shouldLeaveWhatAnswersNothingAtOnceToWhoHasHeardSomethingSince() {
        decide(WELL, 0, 0);
        decide(WELL, 0, 900);

        assertThat(decide(unanswered(1_000, true, 400), 0, 1_000))
                .as("perhaps it has not")
                .isNull();
        assertThat(decide(unanswered(1_200, true, 400), 0, 1_200)).isEqualTo(Reason.BLIND);

        decide(WELL, 0, 20_000);
        assertThat(decide(unanswered(1_000, true, 600), 0, 21_000)).as("hardly").isNull();
        assertThat(decide(unanswered(2_000, true, 400), 0, 22_000)).isNull();
        assertThat(decide(unanswered(2_001, true, 400), 0, 22_001)).isEqualTo(Reason.BLIND);
    }

    /** The exchange stalls for all members, which send pings at different times and recover one after another. */
    @Test
    void shouldKeepWhatComesToNobody() {
        long seed = System.nanoTime();
        System.out.println("HandOverTest seed " + seed);
        Random random = new Random(seed);
        for (int world = 0; world < 1_000; world++) {
            HandOverPolicy owner = new HandOverPolicy();
            int intervalMs = 500 + random.nextInt(20_000);
            long lastHere = random.nextInt(intervalMs); // the member's last pong; then the exchange stalls
            long lastThere = random.nextInt(intervalMs);
            long stallMs = 2L * intervalMs + random.nextInt(60_000); // it has noticed by then
            long backMs = intervalMs + stallMs;
            for (long now = 0; now < backMs + BACK_MS; now += 50) {
                boolean unanswered = now - lastHere >= 19L * intervalMs / 10 && now < backMs + BACK_MS;
                long there = now >= backMs ? 0 : Math.max(0, now - lastThere);
                boolean receives = now >= backMs || now - lastThere < 19L * intervalMs / 10;
                Facts facts = new Facts(
                        true,
                        !unanswered,
                        unanswered ? TimeUnit.MILLISECONDS.toNanos(now - lastHere) : 0,
                        receives ? List.of(new Other(true, TimeUnit.MILLISECONDS.toNanos(there))) : List.of(),
                        false,
                        false,
                        false);
                assertThat(owner.decide(facts, 0, TimeUnit.MILLISECONDS.toNanos(now)))
                        .as("seed %d, world %d, interval %d, at %d of %d", seed, world, intervalMs, now, backMs)
                        .isNull();
            }
        }
    }

    @Test
    void shouldNotHandOverAgainAndAgain() {
        List<Long> handedOver = new ArrayList<>();
        for (long now = 0; now < 60_000; now += 10) {
            boolean stalls = now % 2_500 < 2_000; // each time after it has acquired the feed again
            boolean unanswered = stalls && now % 2_500 > 1_000;
            if (decide(unanswered ? unanswered(now % 2_500, true, 10) : WELL, 0, now) != null) {
                handedOver.add(now);
            }
        }
        assertThat(handedOver).hasSizeBetween(3, 6);
        for (int i = 1; i < handedOver.size(); i++) {
            assertThat(handedOver.get(i) - handedOver.get(i - 1)).isGreaterThanOrEqualTo(10_000);
        }
    }

    @Test
    void shouldTryForLongerToReconnectWithinTenSecondsOfAHandOver() {
        decide(WELL, 0, 0);
        assertThat(decide(BLIND, 0, 501)).isEqualTo(Reason.BLIND);
        decide(WELL, 0, 9_000);
        assertThat(decide(BLIND, 0, 10_500)).isNull();
        assertThat(decide(BLIND, 0, 10_501)).isEqualTo(Reason.BLIND);
    }

    @Test
    void shouldLeaveWhatBelongsElsewhereAfterAWhileAndOneByOne() {
        decide(WELL, 0, 0);
        assertThat(decide(AWAY, 0, 19_999)).isNull();
        assertThat(decide(AWAY, 19_500, 20_000)).as("another has just gone").isNull();
        assertThat(decide(AWAY, 19_500, 20_500)).isEqualTo(Reason.AWAY);

        decide(WELL, 19_500, 20_600);
        assertThat(decide(AWAY, 19_500, 40_599))
                .as("the first was cold meanwhile")
                .isNull();
        assertThat(decide(AWAY, 19_500, 40_600)).isEqualTo(Reason.AWAY);
        assertThat(Reason.AWAY).hasToString("the preferred member is ready");
        assertThat(Reason.BLIND).hasToString("it does not receive the feed");
    }
}
