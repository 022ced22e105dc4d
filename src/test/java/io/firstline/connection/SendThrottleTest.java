package io.firstline.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.WsConnectionConfig;
import io.firstline.testkit.HandClock;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SendThrottleTest {
    private static final long WINDOW_MS = FrameRateLimit.WINDOW_NANOS / 1_000_000;

    private final HandClock clock = new HandClock();
    private final SendThrottle pacer = new SendThrottle(
            clock,
            new SendBudget(WsConnectionConfig.of("wss://a.com/").withFramesPerSecond(3), new SharedLimits(), "f"));
    private final List<String> written = new ArrayList<>();

    private Future<Void> send(String frame) {
        return pacer.send(() -> {
            written.add(frame);
            return Future.succeededFuture();
        });
    }

    @Test
    void shouldSendInOrderAndKeepAFrameForAPong() {
        List<Future<Void>> sent =
                IntStream.range(0, 5).mapToObj(i -> send("m" + i)).toList();

        assertThat(written).containsExactly("m0", "m1");
        assertThat(sent.get(2).isComplete()).isFalse();
        clock.passMs(WINDOW_MS + 1);
        assertThat(written).containsExactly("m0", "m1", "m2", "m3");
        assertThat(sent.get(3).succeeded()).isTrue();
        clock.passMs(WINDOW_MS + 1);
        assertThat(written).hasSize(5);
    }

    @Test
    void shouldCountPongsThatHadToGo() {
        pacer.spent();
        pacer.spent();

        send("m");

        assertThat(written).isEmpty();
        clock.passMs(WINDOW_MS + 1);
        assertThat(written).containsExactly("m");
    }

    @Test
    void shouldLetAPingGoOnlyWhenNothingWaits() {
        send("m0");
        send("m1");
        assertThat(ping("too soon")).isFalse();
        send("m2");
        clock.passMs(WINDOW_MS + 1);
        assertThat(ping("ping")).isTrue();
        assertThat(written).containsExactly("m0", "m1", "m2", "ping");
        assertThat(ping("one more")).as("a ping counts too").isFalse();
    }

    private boolean ping(String frame) {
        return pacer.sendUnlessBusy(() -> written.add(frame));
    }

    @Test
    void shouldRefuseWhatWouldWaitTooLongAndFailWhatWaitsAtTheEnd() {
        Future<Void> last = null;
        for (int i = 0; i < 2 + SendThrottle.MAX_WAITING; i++) {
            last = send("m" + i);
            assertThat(last.failed()).isFalse();
        }
        assertThat(send("too much").cause()).hasMessageContaining("1000 messages are already waiting");

        pacer.end("it is over");

        assertThat(last.cause()).hasMessage("it is over");
        assertThat(clock.timers()).isZero();
        assertThat(written).hasSize(2);
    }
}
