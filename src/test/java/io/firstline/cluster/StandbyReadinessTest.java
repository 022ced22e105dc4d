package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.connection.report.Path;
import io.firstline.feed.report.FeedActivity;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedFact;
import io.firstline.feed.report.FeedState;
import java.util.List;
import org.junit.jupiter.api.Test;

class StandbyReadinessTest {
    private static final long SECOND = 1_000_000_000L;

    private final StandbyReadiness line = new StandbyReadiness();

    private void happened(FeedFact fact, int pool, long nanos) {
        line.happened(new FeedEvent("f", pool, 0, fact), nanos);
    }

    /** A message was published that arrived here at this time; returns whether it or an earlier one proves the overlap. */
    private boolean overlaps(long nanos) {
        line.cameBothWays(nanos);
        return line.overlaps();
    }

    private void connected(int pool, long nanos) {
        happened(new FeedFact.Connected("c", Path.to("h")), pool, nanos);
    }

    @Test
    void shouldOverlapWhenSomethingIsPublishedThatCameSinceItIsConnected() {
        assertThat(line.isReceived()).isFalse();
        assertThat(overlaps(5)).isFalse();
        connected(1, 10);
        connected(1, 20);
        assertThat(line.isReceived()).isTrue();
        assertThat(overlaps(9)).as("before it was").isFalse();

        assertThat(overlaps(10)).isTrue();
        assertThat(overlaps(9)).as("it was proved").isTrue();
    }

    @Test
    void shouldHaveAHoleWhenAPoolHasLostItsLastConnection() {
        connected(1, 10);
        connected(2, 10);
        line.cameBothWays(10);
        happened(new FeedFact.Degraded(1, 2, FeedState.DEGRADED, ""), 1, 12);
        connected(1, 15);
        assertThat(line.overlaps()).as("another connection carried on").isTrue();

        happened(new FeedFact.Degraded(1, 2, FeedState.DISCONNECTED, ""), 1, 20);
        assertThat(line.overlaps()).isFalse();
        assertThat(line.isReceived()).isFalse();
        assertThat(overlaps(25)).as("over the other pool").isFalse();
        connected(1, 30);
        connected(1, 40);
        assertThat(overlaps(29)).isFalse();
        assertThat(overlaps(30)).isTrue();
    }

    @Test
    void shouldBeginAnewWithAnotherOwner() {
        connected(1, 10);
        line.cameBothWays(10);

        line.standsBy();

        assertThat(line.overlaps()).isFalse();
        assertThat(overlaps(11)).isTrue();
    }

    @Test
    void shouldHaveAHoleWhenOtherPoolsDeliverThatAreNotInStep() {
        connected(1, 10);
        line.cameBothWays(10);
        line.changed(true, 20);
        assertThat(line.overlaps()).as("in step").isTrue();

        line.changed(false, 30);
        assertThat(line.isReceived()).isTrue();
        assertThat(overlaps(29)).isFalse();
        assertThat(overlaps(30)).isTrue();

        happened(new FeedFact.Degraded(0, 2, FeedState.DISCONNECTED, ""), 1, 40);
        line.changed(true, 50);
        assertThat(line.isReceived()).as("the other pools are connected").isTrue();
        assertThat(overlaps(49)).as("but the former ones were not").isFalse();
        assertThat(overlaps(50)).isTrue();
    }

    private void looks(long nanos, FeedActivity... pools) {
        line.look(List.of(pools), nanos);
    }

    @Test
    void shouldNotBeReceivedWhileNothingIsAnsweredAndHaveNoHoleForThat() {
        connected(1, 10);
        line.cameBothWays(10);
        looks(3 * SECOND, new FeedActivity(2, 2 * SECOND, true, false), new FeedActivity(1, 3 * SECOND, false, false));
        assertThat(line.isReceived()).isFalse();
        assertThat(line.isUnanswered()).isTrue();
        assertThat(line.overlaps()).isFalse();
        assertThat(line.silentNanos()).isEqualTo(SECOND);
        assertThat(line.isHeldUp()).isFalse();

        looks(4 * SECOND, new FeedActivity(2, 2 * SECOND, true, false), FeedActivity.NONE);
        assertThat(line.isHeldUp()).isTrue();
        assertThat(line.silentNanos()).isEqualTo(2 * SECOND);

        looks(5 * SECOND, new FeedActivity(2, 5 * SECOND, false, false));
        assertThat(line.isReceived()).isTrue();
        assertThat(line.overlaps()).isTrue();
        assertThat(line.isHeldUp()).isFalse();
    }

    @Test
    void shouldExpectWhatReplacedConnectionsMayStillBring() {
        looks(5 * SECOND, new FeedActivity(2, 5 * SECOND, false, true));
        assertThat(line.isHeldUp()).isTrue();
        looks(6 * SECOND, FeedActivity.NONE);
        assertThat(line.isHeldUp()).as("nothing can come").isFalse();
        assertThat(line.silentNanos()).isZero();
    }

    @Test
    void shouldNotBeUnansweredWhereThereIsNoConnectionToAnswer() {
        connected(1, 10);
        happened(new FeedFact.Degraded(1, 2, FeedState.DISCONNECTED, ""), 1, 20);
        looks(3 * SECOND, FeedActivity.NONE, new FeedActivity(1, 0, true, false));

        assertThat(line.isReceived()).isFalse();
        assertThat(line.isUnanswered()).as("it is worse").isFalse();
    }

    @Test
    void shouldHaveAHoleWhereANewConnectionLeadsThatCouldNotLineUp() {
        connected(1, 10);
        line.cameBothWays(10);
        happened(new FeedFact.InStep("c", false), 1, 20);
        assertThat(line.overlaps()).isTrue();

        happened(new FeedFact.InStep("c", true), 1, 30);

        assertThat(line.overlaps()).isFalse();
        assertThat(overlaps(29)).isFalse();
        assertThat(overlaps(30)).isTrue();
    }
}
