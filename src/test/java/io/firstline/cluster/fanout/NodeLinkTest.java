package io.firstline.cluster.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.firstline.testkit.Loggers;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What waits for another node has a bound, and what it did not get is counted. */
class NodeLinkTest {
    private static final int MIB = 1 << 20;

    private final List<Promise<Void>> written = new ArrayList<>();
    private final Map<String, Integer> missed = new HashMap<>();
    private final NodeLink link = new NodeLink("b:7000", frame -> {
        Promise<Void> done = Promise.promise();
        written.add(done);
        return done.future();
    });

    NodeLinkTest() {
        Loggers.of(NodeLink.class).setLevel(Level.OFF);
    }

    private void send(int bytes) {
        link.send(Buffer.buffer(new byte[bytes]), 10, (node, count) -> missed.merge(node, count, Integer::sum));
    }

    @Test
    void shouldSendUpToTheBoundAndAgainWhenHalfIsWritten() {
        for (int i = 0; i < 20; i++) {
            send(MIB);
        }
        assertThat(written).hasSize(16);
        assertThat(missed).containsOnly(Map.entry("b:7000", 40));

        written.subList(0, 7).forEach(Promise::complete);
        send(MIB);
        assertThat(missed).as("more than half waits").containsOnly(Map.entry("b:7000", 50));
        written.get(7).complete();
        send(MIB);

        assertThat(written).hasSize(17);
        assertThat(missed).containsOnly(Map.entry("b:7000", 50));
    }

    @Test
    void shouldSendALongFrameIfNothingWaits() {
        send(20 * MIB);
        send(1);

        assertThat(written).hasSize(1);
        assertThat(missed).containsOnly(Map.entry("b:7000", 10));
    }

    @Test
    void shouldCountWhatASlowNodeLosesWithItsConnection() {
        for (int i = 0; i < 17; i++) {
            send(MIB);
        }

        written.forEach(frame -> frame.fail("closed"));

        assertThat(missed).containsOnly(Map.entry("b:7000", 170));
    }

    @Test
    void shouldNotCountWhatANodeThatEndsDoesNotGet() {
        send(MIB);
        written.get(0).fail("closed");

        assertThat(missed).isEmpty();
    }
}
