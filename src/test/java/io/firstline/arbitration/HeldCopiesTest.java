package io.firstline.arbitration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeldCopiesTest {
    private static final int STREAM = 1;
    private static final int OTHER = 2;

    private final HeldCopies<String> held = new HeldCopies<>();

    private int add(String message, int bytes, long nanos) {
        return held.add(new Sent<>(message.hashCode(), 0, STREAM, message, bytes), nanos);
    }

    private int count(String message) {
        return held.count(message.hashCode());
    }

    private HeldCopies.Copy<String> take(String message) {
        return held.take(message.hashCode());
    }

    private List<String> drain() {
        List<String> all = new ArrayList<>();
        held.drain((stream, sequence) -> all.add(stream + ":" + sequence), copy -> all.add(copy.message()));
        return all;
    }

    @Test
    void shouldTakeTheOldestOfEqualCopies() {
        assertThat(held.isEmpty()).isTrue();
        add("x", 1, 10);
        add("y", 1, 20);
        add("x", 1, 30);
        add("x", 1, 40);
        assertThat(held.isEmpty()).isFalse();
        assertThat(count("x")).isEqualTo(3);
        assertThat(take("x").receivedNanos()).isEqualTo(10);
        assertThat(count("x")).isEqualTo(2);
        assertThat(take("x").receivedNanos()).isEqualTo(30);
        assertThat(take("x").receivedNanos()).isEqualTo(40);
        assertThat(count("x")).isZero();
        assertThat(take("x")).isNull();
        assertThat(count("y")).isEqualTo(1);
        take("y");
        assertThat(held.isEmpty()).isTrue();
    }

    @Test
    void shouldDropTheOldestCopiesBeyondTheirNumber() {
        add("first", 1, 0);
        for (int i = 1; i < HeldCopies.MAX_COPIES; i++) {
            assertThat(add("x", 1, i)).isZero();
        }
        assertThat(add("x", 1, 0)).isEqualTo(1);
        assertThat(count("first")).isZero();
        assertThat(count("x")).isEqualTo(HeldCopies.MAX_COPIES);
    }

    @Test
    void shouldDropTheOldestCopiesBeyondTheirBytes() {
        int half = (int) (HeldCopies.MAX_BYTES / 2);
        assertThat(add("1", half, 0)).isZero();
        assertThat(add("2", half, 0)).as("just full").isZero();
        assertThat(add("3", 1, 0)).isEqualTo(1);
        assertThat(add("4", half - 1, 0)).as("as full again").isZero();
        assertThat(add("5", 2 * half + 1, 0)).as("all but the youngest").isEqualTo(3);
        take("5");
        assertThat(add("6", 2 * half, 0)).isZero();
        assertThat(add("7", 1, 0)).isEqualTo(1);
    }

    @Test
    void shouldDropTheOldestWhileTheyAreStale() {
        add("1", 1, 1);
        add("2", 1, 2);
        add("1", 1, 3);
        assertThat(held.dropWhile(copy -> copy.receivedNanos() < 3)).isEqualTo(2);
        assertThat(count("1")).isEqualTo(1);
        assertThat(count("2")).isZero();
        assertThat(held.dropWhile(copy -> true)).isEqualTo(1);
        assertThat(held.dropWhile(copy -> true)).isZero();
    }

    @Test
    void shouldRemoveCopiesWhereverTheyAre() {
        add("1", 1, 1);
        add("2", 1, 2);
        add("1", 1, 3);
        assertThat(held.removeIf(copy -> copy.message().equals("1"))).isEqualTo(2);
        assertThat(count("1")).isZero();
        assertThat(count("2")).isEqualTo(1);
        assertThat(drain()).containsExactly("2");
    }

    @Test
    void shouldSaySinceWhenItHolds() {
        add("1", 1, 10);
        add("2", 1, 20);
        assertThat(held.oldestSince(0)).isEqualTo(10);
        assertThat(held.oldestSince(10)).isEqualTo(10);
        assertThat(held.oldestSince(11)).isEqualTo(20);
        assertThat(held.oldestSince(21)).isEqualTo(Long.MAX_VALUE);
    }

    /** A copy that was matched on arrival stands between those that are held; one that was held, in its old place. */
    @Test
    void shouldPassOnMatchesBetweenTheCopiesAsTheyArrived() {
        held.matched(STREAM, 1);
        add("2", 1, 0);
        add("3", 1, 0);
        held.matched(STREAM, 4);
        add("5", 1, 0);
        held.matched(take("3").number(), STREAM, 3);
        held.matched(OTHER, 6);

        assertThat(drain()).containsExactly("1:1", "2", "1:3", "1:4", "5", "2:6");
    }

    /** Before the oldest copy that is held, only the last match of each stream is of interest. */
    @Test
    void shouldRememberTheLastMatchOfEachStreamBeforeTheCopies() {
        held.matched(STREAM, 1);
        held.matched(OTHER, 2);
        held.matched(STREAM, 3);
        held.matched(STREAM, 4);
        add("5", 1, 0);
        add("6", 1, 0);
        held.matched(take("5").number(), STREAM, 5);
        held.matched(OTHER, 7);

        assertThat(drain()).containsExactly("2:2", "1:5", "6", "2:7");
    }

    /** A copy that arrived before another one may be matched after it. */
    @Test
    void shouldRememberTheMatchThatArrivedLast() {
        add("1", 1, 0);
        add("2", 1, 0);
        HeldCopies.Copy<String> first = take("1");
        held.matched(take("2").number(), STREAM, 2);
        held.matched(first.number(), STREAM, 1);
        held.matched(OTHER, 3);
        held.matched(OTHER, 4);

        assertThat(drain()).containsExactly("1:2", "2:3", "2:4");
    }

    @Test
    void shouldBoundTheMatches() {
        add("held", 1, 0);
        for (int i = 1; i <= HeldCopies.MAX_COPIES + 2; i++) {
            held.matched(STREAM, i);
        }
        assertThat(drain()).hasSize(HeldCopies.MAX_COPIES + 2).startsWith("held", "1:2");
    }
}
