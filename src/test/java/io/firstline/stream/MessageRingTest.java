package io.firstline.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MessageRingTest {
    private static final long PLENTY = Long.MAX_VALUE / 2;

    private long sequence;

    private FeedMessage message(int bytes) {
        return new FeedMessage("f", ++sequence, "c", 0, Buffer.buffer(new byte[bytes]), true, false);
    }

    private static long polled(MessageRing ring) {
        FeedMessage message = ring.poll();
        return message == null ? -1 : message.sequence();
    }

    @Test
    void shouldHandOutInOrder() {
        MessageRing ring = new MessageRing(4, PLENTY, Overflow.DROP_OLDEST);
        assertThat(ring.poll()).isNull();
        ring.offer(message(1));
        ring.offer(message(1));

        assertThat(ring.size()).isEqualTo(2);
        assertThat(polled(ring)).isEqualTo(1);
        assertThat(polled(ring)).isEqualTo(2);
        assertThat(ring.poll()).isNull();
        assertThat(ring.size()).isZero();
    }

    @Test
    void shouldDropTheOldest() {
        MessageRing ring = new MessageRing(3, PLENTY, Overflow.DROP_OLDEST);
        for (int i = 0; i < 3; i++) {
            assertThat(ring.offer(message(1))).isZero();
        }
        assertThat(ring.offer(message(1))).isEqualTo(1);
        assertThat(ring.offer(message(1))).isEqualTo(1);

        assertThat(ring.dropped()).isEqualTo(2);
        assertThat(ring.size()).isEqualTo(3);
        assertThat(polled(ring)).isEqualTo(3);
    }

    @Test
    void shouldDropTheNewest() {
        MessageRing ring = new MessageRing(3, PLENTY, Overflow.DROP_NEWEST);
        for (int i = 0; i < 5; i++) {
            ring.offer(message(1));
        }

        assertThat(ring.dropped()).isEqualTo(2);
        assertThat(polled(ring)).isEqualTo(1);
        assertThat(ring.offer(message(1))).isZero();
        assertThat(polled(ring)).isEqualTo(2);
        assertThat(polled(ring)).isEqualTo(3);
        assertThat(polled(ring)).as("after the hole").isEqualTo(6);
    }

    @Test
    void shouldBoundBytesByDroppingAsManyAsNeeded() {
        MessageRing ring = new MessageRing(100, 10, Overflow.DROP_OLDEST);
        ring.offer(message(4));
        ring.offer(message(4));
        ring.offer(message(2));
        assertThat(ring.dropped()).isZero();

        assertThat(ring.offer(message(7))).isEqualTo(2);
        assertThat(ring.dropped()).isEqualTo(2);
        assertThat(polled(ring)).isEqualTo(3);
        assertThat(polled(ring)).isEqualTo(4);
    }

    @Test
    void shouldBoundBytesByRefusing() {
        MessageRing ring = new MessageRing(100, 10, Overflow.DROP_NEWEST);
        ring.offer(message(9));
        assertThat(ring.offer(message(2))).isEqualTo(1);
        assertThat(ring.offer(message(1))).isZero();

        assertThat(ring.size()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource
    void shouldTakeAMessageThatIsLargerThanTheBoundWhenEmpty(Overflow overflow) {
        MessageRing ring = new MessageRing(100, 10, overflow);

        assertThat(ring.offer(message(50))).isZero();
        assertThat(polled(ring)).isEqualTo(1);
        assertThat(ring.offer(message(10))).as("its bytes are given back").isZero();
        ring.offer(message(50));
        assertThat(ring.size()).isEqualTo(1);
        assertThat(polled(ring)).isEqualTo(overflow == Overflow.DROP_OLDEST ? 3 : 2);
    }

    @Test
    void shouldGrowInTheMiddleOfItsSlots() {
        MessageRing ring = new MessageRing(1_000, PLENTY, Overflow.DROP_OLDEST);
        for (int i = 0; i < 10; i++) {
            ring.offer(message(1));
            ring.poll();
        }
        for (int i = 0; i < 1_000; i++) {
            ring.offer(message(1));
        }

        assertThat(ring.dropped()).isZero();
        for (int i = 11; i <= 1_010; i++) {
            assertThat(polled(ring)).isEqualTo(i);
        }
        assertThat(ring.capacity()).isEqualTo(1_000);
    }

    @Test
    void shouldWorkWithRoomForOne() {
        MessageRing ring = new MessageRing(1, 1, Overflow.DROP_OLDEST);
        ring.offer(message(1));
        assertThat(ring.offer(message(1))).isEqualTo(1);

        assertThat(polled(ring)).isEqualTo(2);
        assertThat(ring.poll()).isNull();
    }

    @Test
    void shouldRefuseBoundsThatMakeNoSense() {
        assertThatIllegalArgumentException().isThrownBy(() -> new MessageRing(0, 1, Overflow.DROP_OLDEST));
        assertThatIllegalArgumentException().isThrownBy(() -> new MessageRing(1, 0, Overflow.DROP_OLDEST));
    }

    /** Compares random operations on rings of random bounds with a simple model, a deque. */
    @Test
    void shouldDoWhatASimpleModelDoes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            int capacity = 1 + random.nextInt(60);
            long maxBytes = 1L + random.nextInt(200);
            Overflow overflow = random.nextBoolean() ? Overflow.DROP_OLDEST : Overflow.DROP_NEWEST;
            MessageRing ring = new MessageRing(capacity, maxBytes, overflow);
            Deque<FeedMessage> model = new ArrayDeque<>();
            long dropped = 0;
            int offersIn10 = random.nextInt(11);
            for (int step = 0; step < 500; step++) {
                String where = "seed " + seed + ", round " + round + ", step " + step;
                if (random.nextInt(10) < offersIn10) {
                    FeedMessage offered = message(random.nextInt(20));
                    int lost = 0;
                    if (overflow == Overflow.DROP_NEWEST && !fits(model, offered, capacity, maxBytes)) {
                        lost = 1;
                    } else {
                        while (!fits(model, offered, capacity, maxBytes)) {
                            model.removeFirst();
                            lost++;
                        }
                        model.addLast(offered);
                    }
                    dropped += lost;
                    assertThat(ring.offer(offered)).as(where).isEqualTo(lost);
                } else {
                    assertThat(ring.poll()).as(where).isSameAs(model.pollFirst());
                }
                assertThat(ring.size()).as(where).isEqualTo(model.size());
                assertThat(ring.dropped()).as(where).isEqualTo(dropped);
            }
        }
    }

    /** Every number is either handed out, or reported as lost before the next message. */
    @Test
    void shouldTellEachLossInItsPlace() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            Overflow overflow = random.nextBoolean() ? Overflow.DROP_OLDEST : Overflow.DROP_NEWEST;
            MessageRing ring = new MessageRing(1 + random.nextInt(8), 1L + random.nextInt(60), overflow);
            sequence = 0;
            long told = 0;
            for (int step = 0; step < 200; step++) {
                String where = "seed " + seed + ", round " + round + ", step " + step;
                switch (random.nextInt(5)) {
                    case 0 -> {
                        long lost = 1L + random.nextInt(3);
                        ring.lost(new Loss(lost, sequence + 1, sequence + lost));
                        sequence += lost;
                    }
                    case 1, 2 -> ring.offer(message(random.nextInt(20)));
                    default -> {
                        // this message did not have to wait
                        FeedMessage next = ring.size() > 0 ? ring.poll() : message(0);
                        Loss loss = ring.lossBefore(next);
                        long missing = next.sequence() - told - 1;
                        assertThat(loss)
                                .as(where)
                                .isEqualTo(missing == 0 ? null : new Loss(missing, told + 1, next.sequence() - 1));
                        told = next.sequence();
                    }
                }
            }
            while (ring.size() > 0) {
                FeedMessage next = ring.poll();
                ring.lossBefore(next);
                told = next.sequence();
            }
            Loss end = ring.lossAtEnd();
            assertThat(end == null ? 0 : end.count()).isEqualTo(sequence - told);
            assertThat(ring.lossAtEnd()).isNull();
        }
    }

    private static boolean fits(Deque<FeedMessage> model, FeedMessage next, int capacity, long maxBytes) {
        int bytes = model.stream().mapToInt(m -> m.payload().length()).sum();
        return model.isEmpty()
                || (model.size() < capacity && bytes + next.payload().length() <= maxBytes);
    }
}
