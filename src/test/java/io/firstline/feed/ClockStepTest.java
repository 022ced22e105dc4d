package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.venue.MessageFormat;
import io.firstline.connection.FeedEnvironment;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.stream.FeedMessage;
import io.firstline.testkit.SteppingClock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The wall clock steps, by NTP or because a virtual machine resumes: only timestamps follow it. */
@Execution(ExecutionMode.CONCURRENT)
class ClockStepTest extends FeedTestBase {
    private static final int STEP_S = 300;
    private static final int LESS_THAN_THE_STEP_MS = 200_000;

    @ParameterizedTest
    @ValueSource(ints = {STEP_S, -STEP_S})
    void shouldLoseAndReplaceNothing(int stepSeconds) {
        ExchangeSimulator exchange = exchange(market(200));
        List<String> sent = Collections.synchronizedList(new ArrayList<>());
        exchange.onEmit((stream, payload) -> sent.add(payload.toString()));
        FeedEnvironment real = FeedEnvironment.of(vertx);
        SteppingClock clock = new SteppingClock(real.scheduler());
        WsPool feed = started(watch(new WsPool(
                new FeedEnvironment(real.context(), clock, real.connectors(), real.budget()),
                "f",
                poolOf(3, exchange.url(PATH))
                        .withEvictIntervalMs(LESS_THAN_THE_STEP_MS)
                        .withMaxAgeMs(LESS_THAN_THE_STEP_MS),
                BINANCE,
                MessageFormat.NONE,
                30_000)));
        eventually(() -> messages.size() > 20);
        eventuallyInStep(feed, 3);
        long beforeMicros = clock.epochMicros();
        events.clear();

        clock.step(stepSeconds * 1_000_000L);

        eventually(() -> messages.stream().anyMatch(m -> hasStepped(m, stepSeconds, beforeMicros)));
        int seen = messages.size();
        eventually(() -> messages.size() > seen + 200); // another second, so that every periodic check has run
        exchange.pauseEmission();
        eventually(() -> messages.size() == sent.size());
        assertThat(texts()).containsExactlyElementsOf(sent);
        assertThat(events).isEmpty();
        assertThat(ids(feed)).containsExactlyInAnyOrder("f-1", "f-2", "f-3");
    }

    private static boolean hasStepped(FeedMessage message, int stepSeconds, long beforeMicros) {
        long movedSeconds = (message.receivedMicros() - beforeMicros) / 1_000_000;
        return stepSeconds > 0 ? movedSeconds >= STEP_S - 1 : movedSeconds <= -STEP_S + 2 * PATIENCE_S;
    }
}
