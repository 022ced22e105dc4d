package io.firstline.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.pool.FeedEvent;
import io.firstline.stream.FeedMessage;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

class OwnLineTest {
    private final OwnLine line = new OwnLine(2);

    private void connected(int pool, long micros) {
        line.happened(new FeedEvent(FeedEvent.Type.CONNECTED, "f", micros, new JsonObject().put("shard", pool)));
    }

    private void degraded(int pool, String state) {
        line.happened(new FeedEvent(
                FeedEvent.Type.DEGRADED,
                "f",
                0,
                new JsonObject().put("shard", pool).put("state", state)));
    }

    private static FeedMessage receivedAt(long micros) {
        return new FeedMessage("f", 1, "c", micros, Buffer.buffer("x"), true, false);
    }

    @Test
    void shouldNotOverlapBeforeAllPoolsAreConnected() {
        assertThat(line.isReceived()).isFalse();
        connected(1, 10);
        assertThat(line.published(receivedAt(11))).isFalse();
        assertThat(line.overlaps()).isFalse();

        connected(2, 20);
        assertThat(line.isReceived()).isTrue();
        assertThat(line.published(receivedAt(19))).as("before the second was").isFalse();
        assertThat(line.published(receivedAt(20))).isTrue();
        assertThat(line.overlaps()).isTrue();
        assertThat(line.published(receivedAt(21))).as("no news").isFalse();
    }

    @Test
    void shouldHaveAHoleWhenAPoolHasLostItsLastConnection() {
        connected(1, 10);
        connected(2, 10);
        line.published(receivedAt(10));
        degraded(1, "DEGRADED");
        connected(1, 15);
        assertThat(line.overlaps()).as("another connection carried on").isTrue();

        degraded(1, "DISCONNECTED");
        assertThat(line.overlaps()).isFalse();
        assertThat(line.isReceived()).isFalse();
        connected(1, 30);
        connected(1, 40);
        assertThat(line.published(receivedAt(29))).isFalse();
        assertThat(line.published(receivedAt(30))).isTrue();
    }

    @Test
    void shouldBeginAnewWithAnotherOwner() {
        connected(1, 10);
        connected(2, 10);
        line.published(receivedAt(10));

        line.begin();

        assertThat(line.overlaps()).isFalse();
        assertThat(line.published(receivedAt(11))).isTrue();
    }
}
