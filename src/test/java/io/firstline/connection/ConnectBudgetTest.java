package io.firstline.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.Limit;
import io.firstline.config.Limit.Scope;
import io.firstline.config.Limit.What;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ConnectBudgetTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private static final long WINDOW_NANOS = 300 * SECOND;

    private final ConnectBudget budget = new ConnectBudget();

    /** Attempts in five minutes; 0 = not limited. */
    private static ConnectBudget.Target at(String host, int limit) {
        return ConnectBudget.Target.of(
                "wss://" + host.replace(' ', '-') + "/",
                limit == 0 ? List.of() : List.of(new Limit(What.CONNECTS, limit, 300_000, Scope.HOST)));
    }

    @Test
    void shouldNeverAllowMoreThanTheLimitInAnyFiveMinutes() {
        int limit = 30;
        long[] granted = new long[10_000];
        int count = 0;
        for (long now = -5 * SECOND; now < 1_800 * SECOND; now += SECOND / 2) {
            while (budget.take(at("venue", limit), now) == 0) {
                granted[count++] = now;
            }
        }

        assertThat(count).isBetween(6 * limit, 7 * limit);
        for (int i = limit; i < count; i++) {
            assertThat(granted[i] - granted[i - limit]).isGreaterThanOrEqualTo(WINDOW_NANOS);
        }
    }

    @Test
    void shouldSayHowLongToWaitAndThenAllow() {
        assertThat(budget.take(at("venue", 1), 0)).isZero();

        long waitMs = budget.take(at("venue", 1), 100 * SECOND);
        assertThat(waitMs).isBetween(200_000L, 200_001L);
        assertThat(budget.take(at("venue", 1), 100 * SECOND + TimeUnit.MILLISECONDS.toNanos(waitMs)))
                .isZero();
    }

    @Test
    void shouldCountHostsApartAndNothingWithoutALimit() {
        assertThat(budget.take(at("a", 1), 0)).isZero();
        assertThat(budget.take(at("b", 1), 0)).isZero();
        for (int i = 0; i < 1_000; i++) {
            assertThat(budget.take(at("unlimited", 0), 0)).isZero();
        }
        assertThat(budget.hasSpare(at("unlimited", 0), 0)).isTrue();
    }

    @Test
    void shouldKeepASixthForWhatCannotWait() {
        for (int i = 0; i < 51; i++) {
            assertThat(budget.hasSpare(at("venue", 100), i)).isTrue();
            budget.take(at("venue", 100), i);
        }

        assertThat(budget.hasSpare(at("venue", 100), 80)).isFalse();
        assertThat(budget.take(at("venue", 100), 80)).as("a lost connection").isZero();
        assertThat(budget.hasSpare(at("venue", 100), WINDOW_NANOS + 80)).isTrue();
    }

    @Test
    void shouldLeaveAHostAloneForAsLongAsItAsked() {
        budget.pause("venue", 5_000, 0);
        budget.pause("venue", 1_000, 0);

        assertThat(budget.take(at("venue", 0), SECOND)).isEqualTo(4_001);
        assertThat(budget.hasSpare(at("venue", 0), SECOND)).isFalse();
        assertThat(budget.take(at("other", 0), SECOND)).isZero();
        assertThat(budget.take(at("venue", 0), 5 * SECOND)).isZero();
        assertThat(budget.hasSpare(at("venue", 0), 5 * SECOND)).isTrue();
    }

    @Test
    void shouldLetTheFirstConnectionOfEveryFeedComeBeforeSecondOnes() {
        int feeds = 150;
        for (int feed = 0; feed < feeds; feed++) {
            budget.wish("venue", "f" + feed, 0);
        }
        int firsts = 0;
        int seconds = 0;
        for (int feed = 0; feed < feeds; feed++) {
            firsts += budget.take(at("venue", 300), "f" + feed, true, feed) == 0 ? 1 : 0;
            seconds += budget.take(at("venue", 300), "f" + feed, false, feed) == 0 ? 1 : 0;
            budget.attemptMade("venue", "f" + feed);
        }

        assertThat(firsts).isEqualTo(feeds);
        assertThat(seconds).as("the rest, but for a third").isBetween(49, 51);
        for (int lost = 0; lost < 100; lost++) {
            assertThat(budget.take(at("venue", 300), "f" + lost, true, SECOND))
                    .as("its last one was lost")
                    .isZero();
        }
        assertThat(budget.take(at("venue", 300), "f1", false, SECOND)).isPositive();
    }

    @Test
    void shouldNeverLeaveAFeedWithoutAConnectionWhereTheServerEndsEachAfterSeconds() {
        long darkNanos = 0;
        long[] ends = new long[5];
        for (long now = SECOND; now < 1_200 * SECOND; now += SECOND / 10) {
            for (int i = 0; i < ends.length; i++) {
                boolean isDark = true;
                for (long end : ends) {
                    isDark &= end <= now;
                }
                if (ends[i] <= now && budget.take(at("venue", 300), "f", isDark, now) == 0) {
                    ends[i] = now + 4 * SECOND + i * SECOND / 10; // would be 350 attempts
                }
                darkNanos += isDark && ends[i] <= now ? SECOND / 10 : 0;
            }
        }

        assertThat(darkNanos).isZero();
    }

    @Test
    void shouldKeepNothingForAFeedThatAsksNoMore() {
        budget.wish("venue", "gone", 1_000 * SECOND);
        assertThat(budget.take(at("venue", 1), "here", false, 1_001 * SECOND)).isBetween(1_000L, 1_001L);
        assertThat(budget.take(at("venue", 1), "here", false, 1_060 * SECOND)).isPositive();
        assertThat(budget.take(at("venue", 1), "here", false, 1_060 * SECOND + 1))
                .isZero();
    }

    @Test
    void shouldKeepAnAttemptForADarkFeedThatWasRefusedAndForNoOther() {
        budget.take(at("venue", 2), 0);
        budget.take(at("venue", 2), 0);
        long soon = WINDOW_NANOS - SECOND;
        assertThat(budget.take(at("venue", 2), "dark", true, soon)).isPositive();
        assertThat(budget.take(at("venue", 2), "lit", false, soon)).isPositive();

        long now = WINDOW_NANOS;
        assertThat(budget.take(at("venue", 2), "third", false, now)).isZero();
        assertThat(budget.take(at("venue", 2), "third", false, now))
                .as("the last one is for the dark feed")
                .isPositive();
        assertThat(budget.take(at("venue", 2), "dark", false, now))
                .as("which may use it for whatever it likes")
                .isZero();
    }

    @Test
    void shouldProbeAHostThatWantsToBeLeftAloneOnceAMinuteForAllDarkFeeds() {
        assertThat(budget.take(at("venue", 0), "f", true, 0)).isZero();
        budget.pause("venue", 300_000, 0);

        int attempts = 0;
        for (long second = 1; second < 300; second++) {
            for (int feed = 0; feed < 10; feed++) {
                attempts += budget.take(at("venue", 0), "f" + feed, true, second * SECOND) == 0 ? 1 : 0;
            }
            assertThat(budget.take(at("venue", 0), "f", false, second * SECOND)).isPositive();
        }
        assertThat(attempts).isEqualTo(4);
        assertThat(budget.pausedMs("venue", 200 * SECOND)).isEqualTo(100_001);

        budget.resume("venue");
        assertThat(budget.pausedMs("venue", 200 * SECOND)).isZero();
        assertThat(budget.take(at("venue", 0), "f", false, 299 * SECOND)).isZero();
        budget.resume("unknown");
        assertThat(budget.pausedMs("unknown", 0)).isZero();
    }

    @Test
    void shouldSayWhenADarkFeedMayTryBeforeItsBackOffIsOver() {
        assertThat(budget.probeInMs(at("venue", 300), 0)).isZero();
        budget.take(at("venue", 0), "f", true, 0);
        assertThat(budget.probeInMs(at("venue", 300), SECOND)).isEqualTo(1_001);
        assertThat(budget.probeInMs(at("venue", 300), 2 * SECOND)).isZero();
        assertThat(budget.probeInMs(at("venue", 0), 2 * SECOND)).isZero();
        assertThat(budget.probeInMs(at("venue", 20), 2 * SECOND))
                .as("half of the budget")
                .isEqualTo(28_001);
    }

    @Test
    void shouldNotRememberMoreHostsThanABound() {
        for (int i = 0; i < 10_000; i++) {
            budget.take(at("idle" + i, 0), i);
        }
        assertThat(budget.hosts()).isLessThanOrEqualTo(ConnectBudget.MAX_HOSTS);
        for (int i = 0; i < 10_000; i++) {
            budget.take(at("busy" + i, 10), i);
        }
        assertThat(budget.hosts()).isLessThanOrEqualTo(ConnectBudget.MAX_HOSTS);
        assertThat(budget.left(at("busy9999", 10), 10_000)).isEqualTo(9);
    }

    @Test
    void shouldSayHowManyAttemptsAreLeft() {
        assertThat(budget.left(at("venue", 3), 0)).as("never tried").isEqualTo(3);
        assertThat(budget.left(at("venue", 0), 0)).as("no limit").isEqualTo(-1);
        budget.take(at("venue", 3), 0);
        assertThat(budget.left(at("venue", 3), 1)).isEqualTo(2);
        assertThat(budget.left(at("venue", 0), 1)).isEqualTo(-1);
        budget.take(at("venue", 3), 1);
        budget.take(at("venue", 3), "f", true, 2);
        assertThat(budget.left(at("venue", 2), 3)).as("the limit was lowered").isZero();
        assertThat(budget.left(at("venue", 3), WINDOW_NANOS)).isEqualTo(1);
        assertThat(budget.hasSpare(at("unknown", 1), 0)).isTrue();
    }

    @Test
    void shouldEndAPauseOnTime() {
        budget.pause("venue", 0, 0);
        assertThat(budget.take(at("venue", 0), 0)).as("no pause").isZero();
        budget.pause("venue", 5_000, 0);
        assertThat(budget.pausedMs("venue", 5 * SECOND - 1)).isEqualTo(1);
        assertThat(budget.pausedMs("venue", 5 * SECOND)).isZero();
        assertThat(budget.take(at("venue", 0), "f", true, SECOND))
                .as("it was tried less than a minute ago")
                .isEqualTo(4_001L);
        budget.pause("other", 5_000, 0);
        assertThat(budget.take(at("other", 0), "f", true, SECOND))
                .as("never tried")
                .isZero();
        budget.pause("venue", 9_000, 0);
        assertThat(budget.pausedMs("venue", SECOND)).as("longer").isEqualTo(8_001);
    }

    /** Among hosts that are all busy, the one tried least recently is forgotten. */
    @Test
    void shouldForgetTheHostThatWasTriedLongestAgo() {
        for (int i = 0; i < ConnectBudget.MAX_HOSTS; i++) {
            budget.take(at("h" + i, 10), i == 7 ? 0 : SECOND + i);
        }
        budget.take(at("one more", 10), 2 * SECOND);
        assertThat(budget.hosts()).isEqualTo(ConnectBudget.MAX_HOSTS);
        assertThat(budget.left(at("h7", 10), 2 * SECOND)).isEqualTo(10);
        assertThat(budget.left(at("h6", 10), 2 * SECOND)).isEqualTo(9);
    }

    @Test
    void shouldForgetHostsWhoseAttemptsNoLongerCount() {
        for (int i = 0; i < ConnectBudget.MAX_HOSTS; i++) {
            budget.take(at("h" + i, 10), 0);
        }
        budget.take(at("one more", 10), WINDOW_NANOS);
        assertThat(budget.hosts()).isEqualTo(1);
    }

    @Test
    void shouldForgetIdleHostsFirst() {
        budget.wish("wished", "f", 0);
        budget.pause("paused", 1_000, 0);
        for (int i = 2; i < ConnectBudget.MAX_HOSTS; i++) {
            budget.take(at("h" + i, 0), 0);
        }
        budget.take(at("one more", 10), 1);
        assertThat(budget.hosts()).as("wished, paused, and the new one").isEqualTo(3);
        budget.attemptMade("wished", "f");
        budget.attemptMade("unknown", "f");
        assertThat(budget.take(at("wished", 1), "g", false, 1)).isZero();
    }

    @Test
    void shouldBeSharedByAllFeedsOfAVertx() {
        Vertx vertx = Vertx.vertx();
        try {
            assertThat(ConnectBudget.of(vertx)).isNotNull().isSameAs(ConnectBudget.of(vertx));
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    @Test
    void shouldKeepSeveralLimitsAndCountTheHostsOfADomainTogether() {
        List<Limit> limits = List.of(
                new Limit(What.CONNECTS, 2, 1_000, Scope.HOST), new Limit(What.CONNECTS, 5, 3_600_000, Scope.VENUE));
        ConnectBudget.Target a = ConnectBudget.Target.of("wss://a.x.com/", limits);
        ConnectBudget.Target b = ConnectBudget.Target.of("wss://b.x.com/", limits);

        assertThat(budget.take(a, 0)).isZero();
        assertThat(budget.take(a, 0)).isZero();
        assertThat(budget.take(a, 0)).isEqualTo(1_001);
        assertThat(budget.take(b, 0)).as("another host").isZero();
        assertThat(budget.take(a, SECOND)).isZero();
        assertThat(budget.left(a, SECOND)).isEqualTo(1);
        assertThat(budget.hasSpare(b, SECOND)).as("a third of five").isFalse();
        assertThat(budget.take(b, "f", true, SECOND)).isZero();
        assertThat(budget.take(b, 2 * SECOND)).as("the domain's hour").isEqualTo(3_598_001);
        assertThat(budget.hasSpare(a, 2 * SECOND)).isFalse();
        assertThat(budget.left(a, 2 * SECOND)).isZero();
        assertThat(budget.take(a, 3_600 * SECOND)).isZero();
    }
}
