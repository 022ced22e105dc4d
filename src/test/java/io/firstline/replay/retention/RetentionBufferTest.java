package io.firstline.replay.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.feed.Retention;
import io.firstline.stream.FeedMessage;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RetentionBufferTest {
    private static final List<String> ALL = List.of();

    private static FeedMessage message(int epoch, long sequence, int bytes) {
        return new FeedMessage(
                "f", epoch, sequence, "c", sequence, null, 0, Buffer.buffer(new byte[bytes]), true, false);
    }

    private static void fill(RetentionBuffer retention, int epoch, long from, long to) {
        LongStream.rangeClosed(from, to).forEach(n -> retention.add(message(epoch, n, 1), "s" + n % 3));
    }

    private static List<Long> numbers(ReplayResponse resent) {
        return resent.messages().stream().map(FeedMessage::sequence).toList();
    }

    private static RetentionBuffer retention(int messages, int bytes, int streams) {
        return new RetentionBuffer(new Retention(messages, bytes, streams), 7);
    }

    @Test
    void shouldKeepTheYoungestAndSayWhatIsGone() {
        RetentionBuffer retention = retention(10, 1_000, 0);
        fill(retention, 0, 1, 25);

        ReplayResponse resent = retention.range(12, 18);

        assertThat(numbers(resent)).containsExactly(16L, 17L, 18L);
        assertThat(resent.first()).isEqualTo(16);
        assertThat(resent.last()).isEqualTo(25);
        assertThat(resent.to()).isEqualTo(18);
        assertThat(resent.missing()).isEqualTo(4);
        assertThat(resent.more()).isFalse();
        assertThat(resent.incarnation()).isEqualTo(7);
        assertThat(resent.epochs()).hasToString("0:1");
    }

    /** The kept messages are all of the former owner, and younger than the number from which they do not count. */
    @Test
    void shouldMissAllFromWhereANewOwnerContinuesIfItKeepsNothingBeforeThat() {
        RetentionBuffer standby = retention(5, 100, 1);
        fill(standby, 1, 1, 20);
        standby.add(message(3, 30, 1), "s");
        assertThat(standby.follow(EpochHistory.parse("1:1,3:10"))).isEqualTo(10);
        assertThat(numbers(standby.range(1, 99))).containsExactly(30L);
    }

    @Test
    void shouldNotCallGoneWhatWasNotPublishedYet() {
        RetentionBuffer retention = retention(10, 1_000, 0);
        fill(retention, 0, 1, 5);

        assertThat(retention.range(4, Long.MAX_VALUE).to()).isEqualTo(5);
        assertThat(retention.range(4, Long.MAX_VALUE).missing()).isZero();
        assertThat(retention.range(6, 9).to()).isEqualTo(5);
        assertThat(retention.range(6, 9).missing()).isZero();
    }

    @Test
    void shouldBeBoundedInBytesButKeepTheYoungest() {
        RetentionBuffer retention = retention(10, 100, 0);
        retention.add(message(0, 1, 60), null);
        retention.add(message(0, 2, 30), null);
        retention.add(message(0, 3, 30), null);
        assertThat(numbers(retention.range(1, 3))).containsExactly(2L, 3L);

        retention.add(message(0, 4, 5_000), null);
        assertThat(numbers(retention.range(1, 4))).containsExactly(4L);
        retention.add(message(0, 5, 1), null);
        assertThat(numbers(retention.range(1, 5))).containsExactly(5L);
    }

    @Test
    void shouldKeepNothingButKnowWhereTheFeedIs() {
        RetentionBuffer retention = new RetentionBuffer(Retention.NONE, 7);
        retention.begin(0);
        assertThat(retention.state().epochs()).hasToString("0:1");
        fill(retention, 0, 1, 5);

        ReplayResponse resent = retention.range(2, 4);
        assertThat(resent.messages()).isEmpty();
        assertThat(resent.first()).isZero();
        assertThat(resent.to()).isEqualTo(4);
        assertThat(resent.missing()).isEqualTo(3);
        assertThat(retention.lastValues(1, ALL).messages()).isEmpty();
        assertThat(retention.last()).isEqualTo(5);
    }

    @Test
    void shouldAnswerInPartsBoundedInMessagesAndBytes() {
        RetentionBuffer retention = retention(4_096, 1 << 30, 0);
        fill(retention, 0, 1, 2_500);

        ReplayResponse one = retention.range(1, 2_500);
        assertThat(one.messages()).hasSize(1_024);
        assertThat(one.more()).isTrue();
        assertThat(one.to()).isEqualTo(1_024);
        ReplayResponse three =
                retention.range(retention.range(one.to() + 1, 2_500).to() + 1, 2_500);
        assertThat(three.messages()).hasSize(452);
        assertThat(three.more()).isFalse();

        retention.add(message(0, 2_501, 900_000), null);
        retention.add(message(0, 2_502, 900_000), null);
        retention.add(message(0, 2_503, 3_000_000), null);
        assertThat(numbers(retention.range(2_501, 2_503))).containsExactly(2_501L);
        assertThat(numbers(retention.range(2_503, 2_503))).containsExactly(2_503L);
    }

    @Test
    void shouldKeepTheLastOfEachStream() {
        RetentionBuffer retention = retention(2, 1_000, 1_000);
        fill(retention, 0, 1, 8);
        retention.add(message(0, 9, 1), null);
        FeedMessage late = new FeedMessage("f", 0, 10, "c", 0, null, 0, Buffer.buffer("x"), true, true);
        retention.add(late, "s1");
        retention.add(new FeedMessage("f", 0, 11, "c", 0, null, 0, Buffer.buffer("x"), true, true), "new");

        ReplayResponse resent = retention.lastValues(1, ALL);
        assertThat(numbers(resent)).containsExactly(6L, 7L, 8L, 11L);
        assertThat(resent.last()).isEqualTo(11);
        assertThat(numbers(retention.lastValues(8, ALL))).containsExactly(8L, 11L);
        assertThat(numbers(retention.lastValues(1, List.of("s0", "s2")))).containsExactly(6L, 8L);
    }

    @Test
    void shouldBoundTheStreamsToThoseThatMovedLast() {
        RetentionBuffer retention = retention(2, 1_000, 2);
        fill(retention, 0, 1, 8);
        assertThat(numbers(retention.lastValues(1, ALL))).containsExactly(7L, 8L);

        RetentionBuffer heavy = retention(2, 1_000, 10);
        heavy.add(message(0, 1, 600), "a");
        heavy.add(message(0, 2, 600), "b");
        assertThat(numbers(heavy.lastValues(1, ALL))).containsExactly(2L);
    }

    @Test
    void shouldTellLastValuesInParts() {
        RetentionBuffer retention = retention(2, 1 << 30, 10);
        for (int i = 1; i <= 5; i++) {
            retention.add(message(0, i, 400_000), "s" + i);
        }
        ReplayResponse one = retention.lastValues(1, ALL);
        assertThat(numbers(one)).containsExactly(1L, 2L);
        assertThat(one.more()).isTrue();
        ReplayResponse rest = retention.lastValues(one.to() + 1, ALL);
        assertThat(numbers(rest)).containsExactly(3L, 4L);
        assertThat(numbers(retention.lastValues(rest.to() + 1, ALL))).containsExactly(5L);
        assertThat(retention.lastValues(rest.to() + 1, ALL).more()).isFalse();
    }

    @Test
    void shouldGoOnWithTheFeedWhenItTakesItOver() {
        RetentionBuffer standby = retention(100, 10_000, 10);
        fill(standby, 1, 5, 20);

        assertThat(standby.begin(2)).isEqualTo(21);
        fill(standby, 2, 21, 25);
        standby.add(message(1, 22, 1), "dead owner, does not count");

        assertThat(standby.range(18, 25).epochs()).hasToString("1:5,2:21");
        assertThat(standby.range(18, 25).messages().stream().map(FeedMessage::epoch))
                .containsExactly(1, 1, 1, 2, 2, 2, 2, 2);
    }

    @Test
    void shouldForgetWhatTheNextOwnerHadNotSeen() {
        RetentionBuffer other = retention(100, 10_000, 10);
        fill(other, 1, 1, 20);
        other.add(message(2, 18, 1), "s0");

        assertThat(other.last()).isEqualTo(18);
        assertThat(numbers(other.range(16, 20))).containsExactly(16L, 17L, 18L);
        assertThat(other.range(16, 20).messages().get(2).epoch()).isEqualTo(2);
        assertThat(numbers(other.lastValues(1, ALL))).as("19 and 20 come again").containsExactly(18L);
    }

    @Test
    void shouldFollowTheOwnerOnItsLine() {
        RetentionBuffer standby = retention(100, 10_000, 10);
        fill(standby, 1, 1, 10);
        fill(standby, 2, 11, 15);

        assertThat(standby.follow(EpochHistory.parse("1:1,3:14"))).isEqualTo(11);
        assertThat(standby.last()).isEqualTo(10);
        standby.add(message(2, 11, 1), "that of 3 does not know it");
        fill(standby, 1, 11, 12);
        fill(standby, 3, 14, 15);
        assertThat(standby.follow(EpochHistory.parse("1:1,3:14"))).isEqualTo(13);
        fill(standby, 1, 13, 13);
        assertThat(standby.follow(EpochHistory.parse("1:1,3:14"))).isEqualTo(16);
        assertThat(standby.range(1, 20).messages()).hasSize(15);
        assertThat(retention(5, 100, 1).follow(EpochHistory.parse("1:1,3:14"))).isEqualTo(1);
    }

    @Test
    void shouldPutWhatComesLateInItsPlace() {
        RetentionBuffer retention = retention(5, 10_000, 10);
        for (long n : new long[] {3, 5, 6}) {
            retention.add(message(1, n, 1), null);
        }
        retention.begin(2);
        retention.add(message(1, 4, 1), null);
        retention.add(message(1, 4, 1), null);
        assertThat(numbers(retention.range(1, 9))).containsExactly(3L, 4L, 5L, 6L);

        fill(retention, 2, 7, 8);
        retention.add(message(1, 3, 1), null);
        assertThat(numbers(retention.range(1, 9))).containsExactly(4L, 5L, 6L, 7L, 8L);
    }

    @Test
    void shouldGoThroughTheBusAndBack() {
        RetentionBuffer retention = retention(100, 10_000, 10);
        retention.begin(3);
        retention.add(new FeedMessage("f", 3, 1, "c-1", 5, null, 9, Buffer.buffer("grüße"), true, false), "a");
        retention.add(
                new FeedMessage("f", 3, 2, "c-2", 6, null, 0, Buffer.buffer(new byte[] {0, 1}), false, true), "b");
        ReplayResponse resent = retention.range(1, 2);

        assertThat(resent.body().length()).isPositive();
        assertThat(ReplayResponse.of(new Answer(resent))).isEqualTo(resent);
    }

    /** Compares it with a simple model: any owner, any order, any bound. */
    @Test
    void shouldDoWhatASimpleModelDoes() {
        long seed = System.nanoTime();
        System.out.println("FeedMemoryTest seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 100; round++) {
            int most = 1 + random.nextInt(50);
            int mostBytes = 1 + random.nextInt(400);
            RetentionBuffer retention = retention(most, mostBytes, 0);
            TreeMap<Long, FeedMessage> model = new TreeMap<>();
            long sequence = random.nextInt(3);
            int epoch = 1;
            for (int step = 0; step < 200; step++) {
                boolean takenOver = random.nextInt(40) == 0;
                if (takenOver) {
                    epoch++;
                    sequence = Math.max(0, sequence - random.nextInt(10));
                }
                sequence += 1 + (random.nextInt(10) == 0 ? random.nextInt(4) : 0);
                if (takenOver) {
                    model.tailMap(sequence, true).clear();
                }
                FeedMessage message = message(epoch, sequence, random.nextInt(30));
                retention.add(message, null);
                model.put(sequence, message);
                while (model.size() > most
                        || (model.size() > 1
                                && model.values().stream()
                                                .mapToInt(m -> m.payload().length())
                                                .sum()
                                        > mostBytes)) {
                    model.pollFirstEntry();
                }
                long from = 1L + random.nextInt((int) sequence);
                long to = from + random.nextInt(60);
                assertThat(retention.range(from, to).messages())
                        .as("seed %d, round %d, step %d", seed, round, step)
                        .isEqualTo(new ArrayList<>(
                                model.subMap(from, true, to, true).values()));
            }
        }
    }
}
