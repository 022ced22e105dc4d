package io.firstline.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.WsConnectionConfig;
import io.firstline.config.WsPoolConfig;
import io.firstline.deploy.FeedReload.Decision;
import io.firstline.deploy.FeedReload.Facts;
import io.firstline.feed.report.FeedState;
import io.firstline.stream.FeedMessage;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One feed from two generations of pools: every message once, in its stream's order, with consecutive numbers. */
class ReloadMergeTest {
    private static final long MS = 1_000_000;
    private static final int STREAMS = 3;

    private final List<FeedMessage> published = new ArrayList<>();
    private long nowNanos = 1;

    private ReloadMerge takeover(int pools) {
        WsPoolConfig settings = WsPoolConfig.of(WsConnectionConfig.of("wss://example.com/"))
                .withJoinGuardMs(100)
                .withSkewMs(50);
        return new ReloadMerge("f", settings, pools, published::add, () -> nowNanos);
    }

    private static FeedMessage message(String text) {
        return new FeedMessage("f", 1, "f-1", 0, Buffer.buffer(text), true, false);
    }

    /** An event at a time: a message reaches one side, or the sides change. */
    private record Event(long atNanos, Runnable action) {}

    /** One message in three hundred has the bytes of an earlier one, as at some venues. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void shouldPublishEveryMessageOnceInOrder(long seed) {
        Random random = new Random(seed);
        int pools = 1 + random.nextInt(2);
        ReloadMerge takeover = takeover(pools);
        takeover.begin(1_000);
        long opensNanos = 200 * MS;
        long oldLeavesNanos = 700 * MS;
        List<List<String>> sent = new ArrayList<>();
        List<Event> events = new ArrayList<>();
        for (int stream = 0; stream < STREAMS; stream++) {
            int place = stream % pools;
            List<String> texts = new ArrayList<>();
            long oldNanos = 0;
            long nextNanos = 0;
            for (long at = random.nextInt(3_000_000); at < 1_200 * MS; at += random.nextInt(3_000_000)) {
                String text = "s" + stream + " "
                        + (texts.size() > 20 && random.nextInt(300) == 0 ? texts.size() - 20 : texts.size());
                texts.add(text);
                oldNanos = Math.max(oldNanos + 1, at + random.nextInt((int) (20 * MS)));
                nextNanos = Math.max(nextNanos + 1, at + random.nextInt((int) (20 * MS)));
                if (oldNanos < oldLeavesNanos) {
                    events.add(new Event(oldNanos, () -> takeover.fromOld(message(text), 0)));
                }
                if (at >= opensNanos) {
                    events.add(new Event(nextNanos, () -> takeover.fromNext(message(text), place)));
                }
            }
            sent.add(texts);
        }
        events.add(new Event(
                oldLeavesNanos - 1,
                () -> assertThat(takeover.isInStep()).as("seed %s", seed).isTrue()));
        events.add(new Event(oldLeavesNanos, takeover::oldHasLeft));
        events.sort(Comparator.comparingLong(Event::atNanos));
        for (Event event : events) {
            nowNanos = Math.max(nowNanos, event.atNanos());
            event.action().run();
        }

        List<FeedMessage> all = new ArrayList<>(published);
        for (int stream = 0; stream < STREAMS; stream++) {
            String prefix = "s" + stream + " ";
            assertThat(all.stream().map(FeedMessage::asText).filter(text -> text.startsWith(prefix)))
                    .as("seed %s, stream %s", seed, stream)
                    .containsExactlyElementsOf(sent.get(stream));
        }
        assertThat(all.stream().mapToLong(FeedMessage::sequence).boxed())
                .containsExactlyElementsOf(LongStream.rangeClosed(1_001, 1_000 + all.size())
                        .boxed()
                        .toList());
        assertThat(takeover.sequence()).isEqualTo(1_000 + all.size());
    }

    @Test
    void shouldGoOnAsIfNothingHadBeenWhenTheYoungerOneLeaves() {
        ReloadMerge takeover = takeover(1);
        takeover.begin(7);
        takeover.fromOld(message("a"), 0);
        takeover.fromNext(message("x"), 0);
        takeover.fromNext(message("b"), 0);
        takeover.fromOld(message("b"), 0);

        takeover.nextHasLeft();
        takeover.fromOld(message("c"), 0);

        assertThat(published).extracting(FeedMessage::asText).containsExactly("a", "b", "c");
        assertThat(published).extracting(FeedMessage::sequence).containsExactly(8L, 9L, 10L);
        assertThat(takeover.isInStep()).isFalse();
    }

    @Test
    void shouldPublishWhatOnlyTheYoungerOneHasFromTheSwitchOn() {
        ReloadMerge takeover = takeover(1);
        takeover.begin(0);
        takeover.fromOld(message("a"), 0);
        takeover.fromNext(message("new 1"), 0);
        assertThat(published).hasSize(1);

        takeover.oldHasLeft();
        takeover.fromNext(message("new 2"), 0);

        assertThat(published).extracting(FeedMessage::asText).containsExactly("a", "new 1", "new 2");
    }

    @Test
    void shouldDecideByWhatIsKnown() {
        assertThat(decision(FeedState.STARTING, false, 100, 0)).isEqualTo(Decision.WAIT);
        assertThat(decision(FeedState.DEGRADED, true, 29_999, 0)).isEqualTo(Decision.WAIT);
        assertThat(decision(FeedState.DEGRADED, true, 30_000, 0)).isEqualTo(Decision.GIVE_UP);
        assertThat(decision(FeedState.CLOSED, false, 30_000, 0)).isEqualTo(Decision.GIVE_UP);
        assertThat(decision(FeedState.CONNECTED, true, 50, 10)).isEqualTo(Decision.SWITCH);
        assertThat(decision(FeedState.CONNECTED, false, 31_000, 2_000)).isEqualTo(Decision.WAIT);
        assertThat(decision(FeedState.CONNECTED, false, 31_000, 100 + Decision.LINE_UP_MS))
                .isEqualTo(Decision.SWITCH);
    }

    private static Decision decision(FeedState state, boolean inStep, long sinceStartMs, long sinceConnectedMs) {
        return Decision.of(new Facts(state, inStep, sinceStartMs, 30_000, sinceConnectedMs, 100));
    }
}
