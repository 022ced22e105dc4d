package io.firstline.arbitration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    private final List<String> published = new ArrayList<>();
    private final List<String> sampled = new ArrayList<>();
    private SeenMessages history;
    private LineTable lines;
    private MessageMatcher matcher;
    private LinePlaces places;
    private Guesses<String> guesses;
    private Line a;
    private Line b;
    private Line c;
    private long nowNanos;

    @BeforeEach
    void open() {
        open(1_024);
    }

    /** Lines agree on the order of enough messages. */
    private void open(int historySize) {
        history = new SeenMessages(historySize, Long.MAX_VALUE);
        lines = new LineTable();
        matcher = new MessageMatcher(history, lines, SKEW, true);
        places = new LinePlaces(history, matcher, SKEW);
        guesses = new Guesses<>(history, matcher, places, merged(), SKEW);
        a = founder();
        b = founder();
        c = founder();
        for (int i = 1_000; i < 1_064; i++) {
            publish(a, i);
            deliver(b, i);
            deliver(c, i);
        }
        assertThat(matcher.isOrderProven(STREAM)).isTrue();
        assertThat(guesses.isEmpty()).as("all were expected").isTrue();
    }

    private Line founder() {
        Line line = lines.add(0);
        lines.lead(line, 0, 0);
        return line;
    }

    private MergedStream<String> merged() {
        return new MergedStream<>() {
            @Override
            public void publish(Line line, Arrival<String> copy, long receivedNanos, boolean late, long now) {
                published.add(line.slot() + " " + copy.message() + " " + receivedNanos + (late ? " late" : ""));
                add(line, copy.identity(), late);
            }

            @Override
            public void late(Line line, long sequence, boolean unique, long now) {
                throw new AssertionError("not a copy of a joining line");
            }

            @Override
            public void compare(Line line, long sequence, long content) {
                throw new AssertionError("not a copy of a joining line");
            }

            @Override
            public void takenBack(Line line, long sequence) {
                sampled.add(line.slot() + " not " + sequence);
            }

            @Override
            public void matched(Line line, long sequence, long receivedNanos) {
                sampled.add(line.slot() + " " + sequence + " at " + receivedNanos);
            }
        };
    }

    private void add(Line line, long hash, boolean late) {
        long sequence = history.add(hash, 0, STREAM, line.slot(), nowNanos, nowNanos);
        places.published(line, sequence, !late);
        matcher.published(sequence);
        line.published(sequence, STREAM, late);
    }

    private void publish(Line line, long hash) {
        matcher.passedOne(false);
        add(line, hash, false);
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
        assertThat(history.order().isBefore(67, 65)).as("B's 7 comes before 1").isTrue();
        assertThat(history.order().isBefore(65, 66)).as("as on A").isTrue();
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

    /** B continues with a message that only it has before C proves its 7 to be another: B stays where it is. */
    @Test
    void shouldLeaveALineAtItsPlaceWhenItsCopyIsPublishedAfterAll() {
        publish(a, 7);
        publish(b, 2);
        deliver(c, 7);
        deliver(b, 7);
        publish(b, 9);
        deliver(c, 2);
        assertThat(published).containsExactly("1 m7 0 late");
        assertThat(b.placeIn(STREAM)).as("9").isEqualTo(67);
    }

    /** C has delivered another 7 before 1 as well, and it was published: B's 7 is a copy of that one. */
    @Test
    void shouldMatchACopyWithAnotherMessageOfItsBytesThatWasPublishedMeanwhile() {
        publish(a, 1);
        publish(a, 7);
        deliver(b, 7);
        deliver(c, 7);
        deliver(c, 1);
        assertThat(published).containsExactly("2 m7 0 late");

        long lateCopies = b.lateCopies;
        guesses.revise(b, new Copy(1, 10), nowNanos);
        assertThat(published).hasSize(1);
        assertThat(history.isDeliveredBy(66, b.slot())).isFalse();
        assertThat(history.isDeliveredBy(67, b.slot())).isTrue();
        assertThat(b.placeIn(STREAM)).isEqualTo(67);
        assertThat(b.lateCopies).as("a late copy still").isEqualTo(lateCopies);
        assertThat(sampled).containsExactly("2 not 66", "1 not 66", "1 67 at 0");
    }

    /** Nobody else has delivered the two: perhaps lines do not agree on the order. */
    @Test
    void shouldRelyOnTheOrderForTwoMessagesAtATime() {
        publish(a, 1);
        publish(a, 7);
        deliver(b, 7);
        deliver(b, 1);
        deliver(b, 7);
        assertThat(published).hasSize(1);
        assertThat(matcher.isOrderProven(STREAM)).isTrue();
        publish(a, 2);
        publish(a, 8);
        deliver(b, 8);
        deliver(b, 2);
        assertThat(published).hasSize(2);
        assertThat(matcher.isOrderProven(STREAM)).isFalse();
    }

    // guesses end

    /** The message before the skipped one is the oldest remembered, then it is forgotten. */
    @ParameterizedTest
    @CsvSource({"3, false", "4, true"})
    void shouldGuessOnlyAmongMessagesThatAreRemembered(int historySize, boolean takesBack) {
        open(historySize);
        publish(a, 1);
        publish(a, 7);
        deliver(b, 7);
        assertThat(guesses.isEmpty()).isFalse();
        publish(a, 9);
        guesses.revise(b, new Copy(1, 10), nowNanos);
        assertThat(published).hasSize(takesBack ? 1 : 0);
        guesses.note(a, new Copy(9, 10), 67, nowNanos);
        assertThat(guesses.isEmpty()).as("taken back, or not provable any more").isTrue();
    }

    @Test
    void shouldGuessWithTheOldestMessageAsThePredecessor() {
        open(3);
        publish(a, 7);
        publish(b, 2);
        assertThat(history.oldest()).isEqualTo(64);
        deliver(c, 7);
        deliver(b, 7);
        deliver(c, 2);
        assertThat(published).containsExactly("1 m7 0 late");
    }

    @Test
    void shouldKeepAGuessForOneSkew() {
        nowNanos = 5 * SKEW;
        publish(a, 1);
        publish(a, 7);
        publish(a, 8);
        deliver(b, 7);
        nowNanos = 6 * SKEW;
        deliver(c, 1);
        assertThat(guesses.isEmpty()).isFalse();
        nowNanos = 6 * SKEW + 1;
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
