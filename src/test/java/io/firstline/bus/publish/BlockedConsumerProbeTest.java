package io.firstline.bus.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BlockedConsumerProbeTest {
    private final BlockedConsumerProbe probe = new BlockedConsumerProbe();
    private final BlockedConsumerProbe.Codec codec = new BlockedConsumerProbe.Codec();

    @Test
    void shouldLetThroughLessAndLess() {
        List<Integer> due = new ArrayList<>();
        for (int i = 1; i <= 1_000_000; i++) {
            if (probe.isDue()) {
                due.add(i);
            }
        }
        assertThat(due).hasSize(20).startsWith(1, 2, 4, 8).endsWith(1 << 19);
    }

    @Test
    void shouldNotHaveArrivedBeforeItWasSent() {
        assertThat(probe.hasArrived()).isFalse();
    }

    @Test
    void shouldHaveArrivedIfNobodyIsRegistered() {
        probe.sample("body");

        assertThat(probe.hasArrived()).isTrue();
    }

    @Test
    void shouldHandEveryConsumerABodyOfItsOwnIfThatCanBeChanged() {
        JsonObject json = new JsonObject().put("n", 1);

        assertThat(codec.transform(probe.sample(json))).isEqualTo(json).isNotSameAs(json);
        assertThat(codec.transform(probe.sample("body"))).isEqualTo("body");
        assertThat(probe.hasArrived()).isFalse();
    }

    @Test
    void shouldNotGoToOtherNodes() {
        probe.sample("body");
        assertThat(probe.options().isLocalOnly()).isTrue();
        assertThatThrownBy(() -> codec.encodeToWire(Buffer.buffer(), probe.sample("body")))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> codec.decodeFromWire(0, Buffer.buffer()))
                .isInstanceOf(UnsupportedOperationException.class);
    }
}
