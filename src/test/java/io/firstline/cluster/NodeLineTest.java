package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.bus.Addresses;
import io.firstline.config.feed.Retention;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedFact;
import io.firstline.feed.report.FeedState;
import io.firstline.replay.retention.LineName;
import io.firstline.replay.retention.RetentionBuffer;
import io.firstline.stream.FeedMessage;
import io.vertx.core.buffer.Buffer;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The line of a node. Times are seconds. */
class NodeLineTest {
    private final NodeLine line =
            new NodeLine("a:1", 6, run -> new RetentionBuffer(new Retention(10, 1_000, 0), run), at(0));

    private static long at(long seconds) {
        return TimeUnit.SECONDS.toNanos(seconds);
    }

    private FeedMessage receives(long seconds) {
        return line.received(new FeedMessage("f", 77, "c", 0, Buffer.buffer("x"), true, false), at(seconds));
    }

    private void happens(FeedFact fact) {
        line.happened(new FeedEvent("f", 0, 0, fact));
    }

    @Test
    void shouldNumberWhatArrivesWhileASubscriptionMayWantIt() {
        assertThat(receives(1).sequence()).isOne();
        assertThat(receives(3).sequence()).isEqualTo(2);
        assertThat(line.name()).isEqualTo("a:1/6/1");
        assertThat(line.options().getHeaders().get(Addresses.LINE)).isEqualTo("a:1/6/1");
        assertThat(line.kept("a:1/6").last()).isEqualTo(2);
        assertThat(line.kept("a:1/5")).isNull();
        assertThat(receives(4)).as("nobody has asked since the start").isNull();
        assertThat(line.kept("a:1/6")).isNull();
    }

    @Test
    void shouldContinueForAMinuteAfterTheLastRequest() {
        receives(1);
        line.wanted(at(2));
        assertThat(receives(62).sequence()).isEqualTo(2);
        assertThat(receives(63)).isNull();
        line.wanted(at(64));
        assertThat(receives(65).sequence()).as("another run").isEqualTo(3);
        assertThat(line.name()).isEqualTo("a:1/6/1,3");
    }

    @Test
    void shouldBeginAnotherRunWhenMessagesMayBeMissing() {
        receives(1);
        happens(new FeedFact.Degraded(1, 2, FeedState.DEGRADED, ""));
        assertThat(receives(1).sequence()).isEqualTo(2);
        happens(new FeedFact.Degraded(0, 2, FeedState.DISCONNECTED, ""));
        assertThat(receives(2).sequence()).isEqualTo(3);
        assertThat(line.name()).isEqualTo("a:1/6/1,3");
        assertThat(line.kept("a:1/6").range(1, 3).messages())
                .as("the former run is kept")
                .hasSize(3);
        happens(new FeedFact.InStep("c", false));
        assertThat(receives(2).sequence()).isEqualTo(4);
        happens(new FeedFact.InStep("c", true));
        assertThat(receives(2).sequence()).isEqualTo(5);
        assertThat(line.name()).isEqualTo("a:1/6/1,3,5");
    }

    @Test
    void shouldBeginAnotherRunWhenOtherPoolsDeliverThatAreNotInStep() {
        receives(1);
        line.changed(true);
        assertThat(receives(1).sequence()).isEqualTo(2);
        assertThat(line.name()).isEqualTo("a:1/6/1");
        line.changed(false);
        assertThat(receives(1).sequence()).isEqualTo(3);
        assertThat(line.name()).isEqualTo("a:1/6/1,3");
        assertThat(line.kept("a:1/6").range(1, 3).messages())
                .as("the former run is kept")
                .hasSize(3);
    }

    @Test
    void shouldNameTheLastRunsOnly() {
        for (int i = 0; i < 12; i++) {
            happens(new FeedFact.InStep("c", true));
            receives(2);
        }
        assertThat(line.name()).isEqualTo("a:1/6/5,6,7,8,9,10,11,12");
        assertThat(LineName.parse(line.name())).hasToString(line.name());
        assertThat(LineName.parse("a:1/6")).isNull();
    }
}
