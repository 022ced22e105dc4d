package io.firstline.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.stream.FeedMessage;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeliveredIndexTest {
    private static final int CAPACITY = 100;

    private final DeliveredIndex index = new DeliveredIndex(CAPACITY);

    private static FeedMessage message(long sequence, long micros) {
        return new FeedMessage("f", sequence, "c", micros, Buffer.buffer("x"), true, false);
    }

    private void add(long from, long to) {
        for (long i = from; i <= to; i++) {
            index.add(message(i, 10 * i), -i);
        }
    }

    private List<Long> forgetFrom(long sequence) {
        List<Long> forgotten = new ArrayList<>();
        index.forgetFrom(sequence, forgotten::add);
        return forgotten;
    }

    @Test
    void shouldRecogniseAMessageByItsNumberAndTime() {
        assertThat(index.has(message(1, 10))).isFalse();
        add(3, 5);
        index.add(message(9, 90), -9);

        assertThat(index.has(message(3, 30))).isTrue();
        assertThat(index.has(message(5, 50))).isTrue();
        assertThat(index.has(message(9, 90))).isTrue();
        assertThat(index.has(message(2, 20))).as("before all").isFalse();
        assertThat(index.has(message(6, 60))).as("in a hole").isFalse();
        assertThat(index.has(message(10, 100))).as("after all").isFalse();
        assertThat(index.has(message(5, 51))).as("another run of the feed").isFalse();
    }

    @Test
    void shouldRememberTheYoungestUpToItsCapacity() {
        for (int last : new int[] {63, 64, 65, 99, 100, 101, 163, 250}) {
            DeliveredIndex one = new DeliveredIndex(CAPACITY);
            for (long i = 1; i <= last; i++) {
                one.add(message(i, 10 * i), -i);
            }
            long oldest = Math.max(1, last - CAPACITY + 1);
            assertThat(one.has(message(oldest, 10 * oldest))).as("of %d", last).isTrue();
            assertThat(one.has(message(oldest - 1, 10 * (oldest - 1))))
                    .as("of %d", last)
                    .isFalse();
            assertThat(one.has(message(last, 10L * last))).as("of %d", last).isTrue();
        }
    }

    @Test
    void shouldForgetNumbersFromOneOnAndReportWhatTheyWere() {
        add(1, 130); // in a ring that has turned
        assertThat(forgetFrom(131)).isEmpty();
        assertThat(forgetFrom(129)).containsExactly(-130L, -129L);
        assertThat(index.has(message(129, 1_290))).isFalse();
        assertThat(index.has(message(128, 1_280))).isTrue();
        add(129, 140);
        assertThat(index.has(message(140, 1_400))).isTrue();
        assertThat(forgetFrom(1)).hasSize(CAPACITY).startsWith(-140L).endsWith(-41L);
        assertThat(forgetFrom(1)).isEmpty();
    }

    @Test
    void shouldForgetEverything() {
        add(1, 3);
        index.clear();
        assertThat(index.has(message(2, 20))).isFalse();
        assertThat(forgetFrom(1)).isEmpty();
    }
}
