package io.firstline.arbitration;

import static io.firstline.arbitration.LinesInStep.MS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinePlacesTest {
    private static final int STREAM = 1;

    private final LinesInStep feed = new LinesInStep(3);
    private final SeenMessages history = feed.history;
    private final Line a = feed.a;
    private final Line b = feed.b;

    private List<Long> orderFrom(long first) {
        List<Long> order = new ArrayList<>();
        for (long each = first; each != 0; each = history.order().successor(each)) {
            order.add(each);
        }
        return order;
    }

    @Test
    void shouldPutAMessageBehindAllOthersIfItsLineIsTheFirst() {
        long one = feed.publish(a, STREAM, 1);
        feed.deliver(b, one);
        long two = feed.publish(a, STREAM, 2);
        long three = feed.publish(b, STREAM, 3, true);

        assertThat(orderFrom(one)).containsExactly(one, two, three);
        assertThat(b.placeIn(STREAM)).isEqualTo(three);
    }

    @Test
    void shouldPutAMessageBehindThePlaceOfALineThatIsBehind() {
        long one = feed.publish(a, STREAM, 1);
        feed.deliver(b, one);
        long two = feed.publish(a, STREAM, 2);
        long three = feed.publish(b, STREAM, 3, false);

        assertThat(orderFrom(one)).containsExactly(one, three, two);
        assertThat(b.placeIn(STREAM)).isEqualTo(three);
    }

    @Test
    void shouldPlaceALineForwardAndSayWhatItProves() {
        long one = feed.publish(a, STREAM, 1);
        long two = feed.publish(a, STREAM, 2);
        feed.places.place(b, one, true);
        feed.places.place(b, two, false);

        assertThat(b.placeIn(STREAM)).isEqualTo(two);
        assertThat(orderFrom(one)).containsExactly(one, two);
        history.markDelivered(two, b.slot);
        assertThat(history.order().isPassed(one, two, b.slot))
                .as("A and B have both placed the second")
                .isTrue();
    }

    /** B delivers the first message after the second: the order of A was another one, or the bytes repeat. */
    @ParameterizedTest
    @CsvSource({
        // beyond doubt, copies in order, ms apart, order changes
        "true, 0, 1000, true",
        "false, 0, 1, false",
        "false, 64, 100, true",
        "false, 64, 101, false",
        "true, 64, 101, true",
    })
    void shouldMoveAMessageOnlyWithProof(boolean beyondDoubt, int inOrder, long ms, boolean moves) {
        feed.agree(STREAM, inOrder);
        long now = feed.nowNanos / MS;
        long one = feed.publish(a, STREAM, 1);
        long two = feed.at(now + ms).publish(a, STREAM, 2);
        feed.places.place(b, two, true);
        feed.places.place(b, one, beyondDoubt);

        assertThat(history.order().isBefore(two, one)).isEqualTo(moves);
        assertThat(b.placeIn(STREAM)).isEqualTo(moves ? one : two);
    }

    /** The place of B is the oldest message remembered: still a proof; then it is forgotten. */
    @Test
    void shouldKnowAPlaceAsLongAsItsMessageIsRemembered() {
        long one = feed.publish(a, STREAM, 1);
        long two = feed.publish(a, STREAM, 2);
        history.order().placeAfter(one, two);
        assertThat(history.oldest()).isEqualTo(one);
        feed.places.place(b, one, true);
        feed.places.place(b, two, true);
        assertThat(history.order().isBefore(one, two)).as("B proves it").isTrue();

        long three = feed.publish(a, STREAM, 3);
        feed.places.place(b, three, true);
        for (int hash = 4; hash < 7; hash++) {
            feed.publish(a, STREAM, hash);
        }
        feed.places.place(b, 5, true);
        assertThat(b.placeIn(STREAM)).as("its place was forgotten").isEqualTo(5);
        assertThat(orderFrom(4)).containsExactly(4L, 5L, 6L);
    }

    @Test
    void shouldPlaceAJoiningLineForwardOnly() {
        long one = feed.publish(a, STREAM, 1);
        long two = feed.publish(a, STREAM, 2);
        long three = feed.publish(a, STREAM, 3);
        feed.places.placeJoining(b, one, false);
        assertThat(b.placeIn(STREAM)).as("which message it was is in doubt").isZero();
        feed.places.placeJoining(b, one, true);
        assertThat(b.placeIn(STREAM)).isEqualTo(one);
        feed.places.placeJoining(b, three, true);
        assertThat(b.placeIn(STREAM)).isEqualTo(three);
        history.markDelivered(three, b.slot);
        assertThat(history.order().isPassed(two, three, b.slot)).isTrue();
        feed.places.placeJoining(b, two, true);
        assertThat(b.placeIn(STREAM)).as("a copy that it had held").isEqualTo(three);
    }

    @Test
    void shouldLeaveAJoiningLineAtTheOldestMessageRatherThanMoveItBack() {
        long one = feed.publish(a, STREAM, 1);
        long two = feed.publish(a, STREAM, 2);
        history.order().placeAfter(one, two);
        feed.places.placeJoining(b, one, true);
        feed.places.placeJoining(b, two, true);
        assertThat(b.placeIn(STREAM)).isEqualTo(one);
        feed.publish(a, STREAM, 3);
        feed.publish(a, STREAM, 4);
        feed.places.placeJoining(b, two, true);
        assertThat(b.placeIn(STREAM)).as("its place was forgotten").isEqualTo(two);
    }

    @Test
    void shouldAdvanceALineToAPlaceThatItHasReached() {
        long one = feed.publish(a, STREAM, 1);
        long two = feed.publish(a, STREAM, 2);
        feed.places.advance(b, STREAM, one);
        assertThat(b.placeIn(STREAM)).as("the oldest one").isEqualTo(one);
        feed.places.advance(b, STREAM, two);
        assertThat(b.placeIn(STREAM)).isEqualTo(two);
        feed.places.advance(b, STREAM, one);
        assertThat(b.placeIn(STREAM)).as("it is further").isEqualTo(two);

        history.order().placeAfter(one, two);
        feed.places.advance(b, STREAM, one);
        feed.places.advance(b, STREAM, two);
        assertThat(b.placeIn(STREAM)).as("at the oldest, which is the last").isEqualTo(one);
        feed.publish(a, STREAM, 3);
        feed.publish(a, STREAM, 4);
        feed.places.advance(b, STREAM, two);
        assertThat(b.placeIn(STREAM)).as("its place was forgotten").isEqualTo(two);
        feed.publish(a, STREAM, 5);
        feed.publish(a, STREAM, 6);
        feed.places.advance(b, STREAM, 3);
        assertThat(b.placeIn(STREAM)).as("3 was forgotten").isEqualTo(two);
    }
}
