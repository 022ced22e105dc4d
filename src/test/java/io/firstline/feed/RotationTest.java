package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.DailyWindow;
import io.firstline.config.RetryConfig;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedState;
import io.firstline.simulator.ExchangeSimulator;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Connections are replaced before the server closes them, one at a time, and never at the cost of the live count. */
@Execution(ExecutionMode.CONCURRENT)
class RotationTest extends FeedTestBase {

    @Test
    void shouldDrawEveryAgeBelowTheMaximumAndNeverEarly() {
        Rotation rotation = new Rotation(1_000, List.of(), new Random(1));
        Set<Long> ages = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            ages.add(rotation.ageLimitMs());
        }

        assertThat(ages).allMatch(age -> age >= 800 && age <= 1_000).hasSizeGreaterThan(190);
        assertThat(new Rotation(0, List.of(), new Random(1)).ageLimitMs())
                .as("never")
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void shouldUseADailyWindowForThoseThatWouldNotSeeTheEndOfTheNext() {
        long hour = 3_600_000;
        long midnight = 20_000 * DailyWindow.DAY_MS;
        Rotation rotation = new Rotation(
                23 * hour, List.of(DailyWindow.parse("02:00-03:00"), DailyWindow.parse("23:30-00:30")), new Random(1));
        long limit = 22 * hour;

        assertThat(rotation.isDue(hour, limit, midnight + 5 * hour))
                .as("no window")
                .isFalse();
        assertThat(rotation.isDue(limit, limit, midnight + 5 * hour))
                .as("its limit")
                .isTrue();
        // at 02:10 the next window ends in 22 h 20 min
        long open = midnight + 2 * hour + hour / 6;
        assertThat(rotation.isDue(hour / 10, limit, open))
                .as("opened in this window")
                .isFalse();
        assertThat(rotation.isDue(hour, limit, open))
                .as("would be cut before the next")
                .isTrue();
        // at 23:50 the next window ends in 3 h 10 min
        long beforeMidnight = midnight - hour / 6;
        assertThat(rotation.isDue(18 * hour, limit, beforeMidnight)).isFalse();
        assertThat(rotation.isDue(19 * hour, limit, beforeMidnight)).isTrue();
        assertThat(rotation.isDue(19 * hour, limit, midnight + hour / 2))
                .as("closed")
                .isFalse();
    }

    @Test
    void shouldReplaceAgedConnectionsOneAtATimeWithoutLosingAMessage() {
        ExchangeSimulator exchange = exchange(market(500));
        List<String> sent = new ArrayList<>();
        exchange.onEmit((stream, payload) -> {
            synchronized (sent) {
                sent.add(payload.toString());
            }
        });
        started(pool(poolOf(3, exchange.url(PATH)).withMaxAgeMs(1_500)));

        eventually(() -> count(FeedEvent.Type.EVICTED) >= 4);
        exchange.pauseEmission();
        eventually(() -> messages.size() == sent.size());

        assertThat(messages).extracting(m -> m.payload().toString()).containsExactlyElementsOf(sent);
        assertThat(events.stream().filter(e -> e.type() == FeedEvent.Type.EVICTED))
                .allMatch(e -> e.toJson().getString("reason").equals("age"));
        assertThat(count(FeedEvent.Type.DEGRADED)).isZero();
        assertThat(count(FeedEvent.Type.DISCONNECTED)).isZero();
        assertNeverTwoCandidates();
    }

    @Test
    void shouldReplaceAnOverdueConnectionThoughASlotCannotBeFilled() {
        HandServer server = HandServer.start(vertx);
        WsPool feed = started(pool(poolOf(2, server.url()).withJoinGuardMs(0).withMaxAgeMs(2_000)));
        eventually(() -> server.sockets.size() == 2 && feed.state() == FeedState.CONNECTED);
        server.send("first", 0, 1);
        server.door = HandServer.Door.REJECTING;
        join(server.close(1));
        eventually(() -> feed.state() == FeedState.DEGRADED);
        eventually(() -> members(feed).get(0).connection().ageMs() > 2_000);

        server.door = HandServer.Door.HELD; // the replacement and the empty slot wait for the same server
        eventually(() -> server.knocking() == 2);

        assertThat(told(FeedEvent.Type.EVICTED)).isEmpty();
        assertThat(feed.state()).isEqualTo(FeedState.DEGRADED);
    }

    /** Each "connected" after the first three opens a trial that "evicted" ends: they must alternate. */
    private void assertNeverTwoCandidates() {
        int trials = 0;
        int connected = 0;
        for (FeedEvent event : events) {
            if (event.type() == FeedEvent.Type.CONNECTED && ++connected > 3) {
                assertThat(++trials).as("trials at the same time").isEqualTo(1);
            } else if (event.type() == FeedEvent.Type.EVICTED) {
                trials--;
            }
        }
    }

    @Test
    void shouldNotRotateOrEvictWhenTheConnectBudgetIsLow() {
        ExchangeSimulator exchange = exchange(market(200));
        WsPool feed = started(pool(poolOf(3, exchange.url(PATH))
                .withConnection(connection(exchange.url(PATH)).withRetry(new RetryConfig(20, 100, 10_000, 4)))
                .withMaxAgeMs(600)
                .withEvictIntervalMs(100)));
        eventually(() -> members(feed).stream().allMatch(c -> c.connection().ageMs() > 1_500));

        assertThat(exchange.lines()).as("three of four attempts are spent").hasSize(3);
        assertThat(count(FeedEvent.Type.EVICTED)).isZero();
        assertThat(feed.state()).isEqualTo(FeedState.CONNECTED);
    }

    private long count(FeedEvent.Type type) {
        return events.stream().filter(e -> e.type() == type).count();
    }
}
