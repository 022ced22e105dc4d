package io.firstline.arbitration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GuessesTest {
    private static final long SKEW = 1_000;
    private static final int STREAM = 1;

    private record Copy(long identity, int bytes) implements Arrival<String> {
        @Override
        public long content() {
            return 0;
        }

        @Override
        public int stream() {
            return STREAM;
        }

        @Override
        public String message() {
            return "m" + identity;
        }
    }

    private final SeenMessages history = new SeenMessages(1_024, Long.MAX_VALUE);
    private final LineTable lines = new LineTable();
    private final MessageMatcher matcher = new MessageMatcher(history, lines, SKEW);
    private final LinePlaces places = new LinePlaces(history, matcher, SKEW);
    private final List<String> published = new ArrayList<>();
    private final Guesses<String> guesses = new Guesses<>(
            history,
            matcher,
            places,
            new MergedStream<>() {
                @Override
                public void publish(Line line, Arrival<String> copy, long receivedNanos, boolean late, long nowNanos) {
                    published.add(line.slot() + " " + copy.message() + " " + receivedNanos + (late ? " late" : ""));
                }

                @Override
                public void late(Line line, long sequence, boolean unique, long nowNanos) {
                    throw new AssertionError("not a copy of a joining line");
                }

                @Override
                public void compare(Line line, long sequence, long content) {
                    throw new AssertionError("not a copy of a joining line");
                }
            },
            SKEW);
    private final Line a = lines.add(0);
    private final Line b = lines.add(0);
    private final Line c = lines.add(0);
    private long nowNanos;

    /** Lines agree on the order of enough messages. */
    @BeforeEach
    void proveTheOrder() {
        for (Line line : List.of(a, b, c)) {
            lines.lead(line, 0, 0);
        }
        for (int i = 1_000; i < 1_064; i++) {
            publish(a, i);
            deliver(b, i);
            deliver(c, i);
        }
        assertThat(matcher.isOrderProven(STREAM)).isTrue();
        assertThat(guesses.isEmpty()).as("all were expected").isTrue();
    }

    private void publish(Line line, long hash) {
        long sequence = history.add(hash, 0, STREAM, line.slot(), nowNanos, nowNanos);
        places.published(line, sequence, true);
        line.published(sequence, STREAM, false);
    }

    private void deliver(Line line, long hash) {
        deliver(line, new Copy(hash, 10));
    }

    private void deliver(Line line, Copy copy) {
        guesses.revise(line, copy, nowNanos);
        long sequence = matcher.match(line, copy.identity());
        assertThat(sequence).isPositive();
        guesses.note(line, copy, sequence, nowNanos);
        history.markDelivered(sequence, line.slot());
        places.place(line, sequence, true);
        line.lateCopies++;
        line.reached(sequence, STREAM, true, 0, history.newest());
    }

    /** A delivers 1, 7; B delivers another 7, 1, 7: the first was matched with the only one that was known. */
    @Test
    void shouldPublishACopyAfterAllWhenItsLineDeliversWhatItHadSkipped() {
        publish(a, 1);
        publish(a, 7);
        nowNanos = 50;
        deliver(b, 7);
        assertThat(guesses.isEmpty()).isFalse();
        assertThat(published).isEmpty();
        nowNanos = 60;
        long lateCopies = b.lateCopies;
        deliver(b, 1);
        assertThat(published).containsExactly("1 m7 50 late");
        assertThat(b.lateCopies).as("one copy more, one less").isEqualTo(lateCopies);
        deliver(b, 7);
        assertThat(published).hasSize(1);
    }

    /** B delivers 7 after 2, C before it. So B has delivered another 7. */
    @Test
    void shouldPublishACopyAfterAllWhenAnotherLineDeliversTheOtherOrder() {
        publish(a, 7);
        publish(b, 2);
        deliver(c, 7);
        nowNanos = 50;
        deliver(b, 7);
        assertThat(history.order().isBefore(66, 65))
                .as("the server sent 7 after 2")
                .isTrue();
        deliver(c, 2);
        assertThat(published).containsExactly("1 m7 50 late");
        assertThat(history.order().isBefore(65, 66)).as("7 is where it was").isTrue();
    }

    @Test
    void shouldKeepAGuessForOneSkew() {
        publish(a, 1);
        publish(a, 7);
        publish(a, 8);
        deliver(b, 7);
        nowNanos = SKEW;
        deliver(c, 1);
        assertThat(guesses.isEmpty()).isFalse();
        nowNanos = SKEW + 1;
        deliver(c, 7);
        assertThat(guesses.isEmpty()).isTrue();
    }

    @Test
    void shouldEndAGuessWhenItsLineGoesOn() {
        publish(a, 1);
        publish(a, 7);
        publish(a, 8);
        deliver(b, 7);
        deliver(b, 8);
        assertThat(guesses.isEmpty()).isTrue();
        assertThat(published).isEmpty();
    }

    @Test
    void shouldForgetALine() {
        publish(a, 1);
        publish(a, 7);
        deliver(b, 7);
        guesses.forget(c);
        assertThat(guesses.isEmpty()).isFalse();
        guesses.forget(b);
        assertThat(guesses.isEmpty()).isTrue();
    }

    @Test
    void shouldKeepNoLargeCopies() {
        publish(a, 1);
        publish(a, 7);
        publish(a, 2);
        publish(a, 8);
        deliver(b, new Copy(7, (1 << 20) + 1));
        assertThat(guesses.isEmpty()).isTrue();
        deliver(b, new Copy(8, 1 << 20));
        assertThat(guesses.isEmpty()).isFalse();
    }
}
