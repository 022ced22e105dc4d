package io.firstline.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LatestByStreamTest {
    private static final long PLENTY = Long.MAX_VALUE / 2;

    private long sequence;
    private long conflated;

    /** A message whose text is its stream's name; {@code -} = none. */
    private FeedMessage message(String stream, boolean late) {
        return new FeedMessage("f", ++sequence, "c", 0, Buffer.buffer(stream), true, late);
    }

    private LatestByStream backlog(int capacity, long maxBytes) {
        return new LatestByStream(
                capacity,
                maxBytes,
                m -> m.asText().startsWith("-") ? null : m.asText().substring(0, 1),
                () -> conflated++);
    }

    private int offer(LatestByStream backlog, String stream) {
        return backlog.offer(message(stream, false));
    }

    /** All waiting messages, each with the loss before it. */
    private static List<String> all(LatestByStream backlog) {
        List<String> all = new ArrayList<>();
        for (FeedMessage next = backlog.poll(); next != null; next = backlog.poll()) {
            Loss loss = backlog.lossBefore(next);
            all.add((loss == null ? "" : loss.count() + ":" + loss.first() + "-" + loss.last() + " ")
                    + next.asText()
                    + next.sequence());
        }
        return all;
    }

    @Test
    void shouldTellWhatWasLostElsewhereBeforeTheNext() {
        LatestByStream backlog = backlog(10, PLENTY);
        offer(backlog, "a");
        backlog.lost(new Loss(2, 2, 3));
        backlog.lost(new Loss(1, 5, 5));

        assertThat(backlog.lossBefore(backlog.poll())).isEqualTo(new Loss(3, 2, 5));
        assertThat(backlog.lossAtEnd()).isNull();
        backlog.lost(new Loss(1, 7, 7));
        assertThat(backlog.lossAtEnd()).isEqualTo(new Loss(1, 7, 7));
        assertThat(backlog.dropped()).isZero();
    }

    @Test
    void shouldPutTheNewerMessageInThePlaceOfTheOlder() {
        LatestByStream backlog = backlog(10, PLENTY);
        for (String stream : List.of("a", "b", "a", "c", "a", "b")) {
            assertThat(offer(backlog, stream)).isZero();
        }

        assertThat(backlog.size()).isEqualTo(3);
        assertThat(backlog.dropped()).isEqualTo(3);
        assertThat(conflated).isEqualTo(3);
        assertThat(all(backlog)).containsExactly("2:1-3 a5", "1:2-2 b6", "c4");
        assertThat(backlog.size()).isZero();
    }

    @Test
    void shouldDropTheStreamThatWaitsLongestWhenThereAreTooMany() {
        LatestByStream backlog = backlog(2, PLENTY);
        offer(backlog, "a");
        offer(backlog, "a");
        offer(backlog, "b");

        assertThat(offer(backlog, "c")).isEqualTo(1);
        assertThat(conflated).isEqualTo(1);
        assertThat(backlog.dropped()).isEqualTo(2);
        assertThat(all(backlog)).containsExactly("2:1-2 b3", "c4");
    }

    @Test
    void shouldBeBoundedInBytesWithoutDroppingWhatJustCame() {
        LatestByStream backlog = backlog(100, 6);
        offer(backlog, "aa");
        offer(backlog, "bb");
        offer(backlog, "cc");

        assertThat(offer(backlog, "aaaa")).as("b must go for the longer a").isEqualTo(1);
        assertThat(all(backlog)).containsExactly("2:1-2 aaaa4", "cc3");
        assertThat(offer(backlog, "z".repeat(50)))
                .as("a single one may be larger")
                .isZero();
        assertThat(offer(backlog, "b")).isEqualTo(1);
        assertThat(all(backlog)).containsExactly("1:5-5 b6");
    }

    @Test
    void shouldNotReplaceANewerMessageByALateOne() {
        LatestByStream backlog = backlog(10, PLENTY);
        offer(backlog, "a");
        backlog.offer(message("a", true));

        assertThat(conflated).isEqualTo(1);
        assertThat(all(backlog)).containsExactly("1:2-2 a1");
    }

    @Test
    void shouldKeepMessagesOfNoStream() {
        LatestByStream backlog = backlog(2, PLENTY);
        offer(backlog, "-");
        offer(backlog, "-");
        assertThat(conflated).isZero();

        assertThat(offer(backlog, "-")).isEqualTo(1);
        assertThat(all(backlog)).containsExactly("1:1-1 -2", "-3");
    }

    @Test
    void shouldAccountForEveryMessageInAnyOrderOfThings() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        LatestByStream backlog = backlog(4, 12);
        long taken = 0;
        long told = 0;
        long[] last = new long[8];
        for (int i = 0; i < 100_000; i++) {
            if (random.nextInt(3) > 0) {
                offer(backlog, Integer.toString(random.nextInt(8)).repeat(1 + random.nextInt(5)));
                assertThat(backlog.size()).as("seed %d", seed).isBetween(1, 4);
            } else {
                FeedMessage next = backlog.poll();
                if (next != null) {
                    Loss loss = backlog.lossBefore(next);
                    taken++;
                    told += loss == null ? 0 : loss.count();
                    int stream = next.asText().charAt(0) - '0';
                    assertThat(next.sequence()).as("seed %d", seed).isGreaterThan(last[stream]);
                    last[stream] = next.sequence();
                }
            }
            assertThat(taken + backlog.size() + backlog.dropped())
                    .as("seed %d", seed)
                    .isEqualTo(sequence);
        }
        for (FeedMessage next = backlog.poll(); next != null; next = backlog.poll()) {
            Loss loss = backlog.lossBefore(next);
            taken++;
            told += loss == null ? 0 : loss.count();
        }
        assertThat(taken + told).as("seed %d", seed).isEqualTo(sequence);
        assertThat(told).as("seed %d", seed).isEqualTo(backlog.dropped()).isPositive();
    }
}
