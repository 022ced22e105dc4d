package io.firstline.arbitration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StreamDiffTest {
    private static final long SECOND = 1_000_000_000L;

    private final StreamDiff<String> overlap = new StreamDiff<>(10 * SECOND, 1_000, 1_000_000);

    private boolean ours(String message, long nowNanos) {
        return overlap.ours(message.hashCode(), message, message.length(), nowNanos);
    }

    private void published(String message, long nowNanos) {
        overlap.published(message.hashCode(), nowNanos);
    }

    private List<String> withdrawn(long nowNanos, String... messages) {
        return overlap.withdrawn(List.of(messages), String::hashCode, String::length, nowNanos);
    }

    @Test
    void shouldHandOverWhatWasNotPublishedInItsOrder() {
        for (String message : List.of("a", "b", "c", "d")) {
            assertThat(ours(message, 0)).isTrue();
        }
        published("c", 1);
        published("a", 1);

        assertThat(overlap.ahead()).isEqualTo(2);
        assertThat(overlap.takeAll()).containsExactly("b", "d");
        assertThat(overlap.takeAll()).isEmpty();
        assertThat(overlap.ahead()).isZero();
    }

    @Test
    void shouldKnowWhatWasPublishedBeforeItReachedUs() {
        published("a", 0);
        published("b", 0);
        assertThat(overlap.behind()).isEqualTo(2);

        assertThat(ours("b", 1)).isFalse();
        assertThat(overlap.wasPublished("a".hashCode(), 1)).isTrue();
        assertThat(overlap.wasPublished("a".hashCode(), 1)).isFalse();
        assertThat(overlap.takeAll()).isEmpty();
    }

    @Test
    void shouldPutFirstWhatWasPublishedInVain() {
        ours("c", 0);
        withdrawn(1, "b");
        withdrawn(1, "a");
        withdrawn(1, "c");
        published("c", 2);

        assertThat(overlap.takeAll()).as("oldest first").containsExactly("a", "b", "c");
    }

    /** "2" was published, and we did not learn of it; "3" and "5" do not count any more. */
    @Test
    void shouldPutBackInItsPlaceWhatCameHereAndWasPublishedInVain() {
        for (String message : List.of("1", "2", "3", "4", "5", "same", "6", "same")) {
            ours(message, 0);
        }
        for (String message : List.of("1", "3", "5", "same", "same", "7")) {
            published(message, 1);
        }
        assertThat(overlap.ahead()).isEqualTo(3);

        assertThat(withdrawn(2, "1", "3", "5", "same", "7", "8"))
                .as("has not come here")
                .containsExactly("7");

        assertThat(overlap.ahead()).isEqualTo(8);
        assertThat(overlap.aheadSinceNanos()).isZero();
        published("5", 3);
        assertThat(overlap.takeAll()).containsExactly("1", "8", "2", "3", "4", "6", "same");
    }

    /** "2" was published before it arrived here, between two that wait. */
    @Test
    void shouldKeepThePlaceOfWhatWasPublishedBeforeItCame() {
        ours("1", 0);
        published("2", 0);
        ours("2", 1);
        ours("3", 2);
        assertThat(overlap.ahead()).isEqualTo(2);
        withdrawn(3, "2");

        assertThat(overlap.takeAll()).containsExactly("1", "2", "3");
    }

    @Test
    void shouldSaySinceWhenMessagesWait() {
        published("1", 1);
        ours("1", 2);
        assertThat(overlap.wasPublished(0, 9)).isFalse();
        assertThat(overlap.aheadSinceNanos())
                .as("none waits: the time of the last call")
                .isEqualTo(9);
        ours("2", 10);
        ours("3", 11);
        assertThat(overlap.aheadSinceNanos()).isEqualTo(10);
        published("2", 12);
        assertThat(overlap.aheadSinceNanos()).isEqualTo(11);
    }

    @Test
    void shouldForgetOldMessagesOnEveryCall() {
        ours("1", 0);
        assertThat(overlap.published("1".hashCode(), 10 * SECOND)).isZero();
        ours("2", 0);
        assertThat(overlap.published("2".hashCode(), 10 * SECOND + 1)).isEqualTo(StreamDiff.NOT_RECEIVED);
        ours("3", 11 * SECOND);
        withdrawn(21 * SECOND + 1, "4");
        assertThat(overlap.takeAll()).containsExactly("4");
    }

    @Test
    void shouldReturnWithdrawnMessagesThatAreNewsInTheirOrder() {
        published("1", 0);
        published("2", 0);
        published("3", 0);
        assertThat(withdrawn(1, "1", "2", "3")).containsExactly("1", "2", "3");
    }

    @Test
    void shouldBoundWithdrawnMessages() {
        StreamDiff<String> small = new StreamDiff<>(10 * SECOND, 3, 1_000);
        small.withdrawn(List.of("1", "2", "3", "4", "5"), String::hashCode, String::length, 0);
        assertThat(small.takeAll()).containsExactly("3", "4", "5");
        assertThat(small.crowdedOut()).isEqualTo(2);
    }

    @Test
    void shouldCountWhatItDroppedAfterTheLastThatWasPublished() {
        StreamDiff<String> small = new StreamDiff<>(10 * SECOND, 2, 1_000);
        small.ours(1, "1", 1, 1);
        small.published(1, 2);
        for (int i = 2; i <= 5; i++) {
            small.ours(i, "" + i, 1, i);
        }
        assertThat(small.unaccounted()).as("2 and 3, to make room").isEqualTo(2);
        assertThat(small.wasPublished(9, 4 + 10 * SECOND + 1)).isFalse();
        assertThat(small.unaccounted()).as("and 4, for its age").isEqualTo(3);
        small.published(5, 5 + 10 * SECOND);
        assertThat(small.unaccounted())
                .as("5 was published, so the others were before")
                .isZero();
    }

    /** The connections of a node were held up, so what is published late proves nothing of other messages. */
    @Test
    void shouldNotCountADroppedMessageThatWasPublished() {
        StreamDiff<String> small = new StreamDiff<>(10 * SECOND, 20_000, 1 << 20);
        small.heldUp(true, 1);
        for (int i = 0; i < 3; i++) {
            small.ours(7 + i / 2, "" + i, 1, 1);
        }
        small.wasPublished(9, 2 + 10 * SECOND);
        assertThat(small.unaccounted()).isEqualTo(3);
        assertThat(small.published(7, 2 + 10 * SECOND)).isEqualTo(StreamDiff.NOT_RECEIVED);
        assertThat(small.behind()).as("it was received before it was dropped").isZero();
        assertThat(small.unaccounted()).isEqualTo(2);
        assertThat(small.unaccountedIdentities()).containsExactly(7L, 8L);

        for (int i = 0; i < 16_384; i++) {
            small.ours(100 + i, "" + i, 1, 2 + 10 * SECOND);
        }
        small.wasPublished(9, 3 + 20 * SECOND);
        assertThat(small.unaccounted()).isEqualTo(16_386);
        assertThat(small.unaccountedIdentities()).hasSize(16_384).startsWith(100L);
        small.takeAll();
        assertThat(small.unaccounted()).isZero();
        assertThat(small.unaccountedIdentities()).isEmpty();
    }

    @Test
    void shouldNotCountWhatItDropsAfterAYoungerOneWasPublished() {
        StreamDiff<String> small = new StreamDiff<>(10 * SECOND, 2, 1_000);
        small.ours(1, "only here", 1, 1);
        small.ours(2, "2", 1, 2);
        small.published(2, 3);
        small.wasPublished(9, 2 + 10 * SECOND);
        assertThat(small.ahead()).isZero();
        assertThat(small.unaccounted()).isZero();
    }

    /** An identity that was published takes 128 bytes. */
    @Test
    void shouldLeaveHalfOfTheMemoryToEachSide() {
        StreamDiff<String> lags = new StreamDiff<>(10 * SECOND, 1_000, 10 * 128);
        for (int i = 0; i < 10; i++) {
            lags.published(100 + i, 1);
        }
        for (int i = 0; i < 5; i++) {
            lags.ours(i, "" + i, 100, 2);
        }
        assertThat(lags.ahead()).as("though the other side had all").isEqualTo(5);
        assertThat(lags.behind()).isEqualTo(6);

        StreamDiff<String> leads = new StreamDiff<>(10 * SECOND, 1_000, 10 * 128);
        for (int i = 0; i < 12; i++) {
            leads.ours(i, "" + i, 100, 1);
        }
        for (int i = 0; i < 3; i++) {
            leads.published(100 + i, 2);
        }
        assertThat(leads.behind()).as("though the other side had nearly all").isEqualTo(3);
        assertThat(leads.ahead()).isEqualTo(8);
    }

    /** Published messages between those that wait keep their places, but not without end. */
    @Test
    void shouldBoundThePlacesOfPublishedMessages() {
        StreamDiff<String> small = new StreamDiff<>(10 * SECOND, 3, 1_000);
        small.ours(1, "first", 1, 0);
        for (int i = 2; i <= 7; i++) {
            assertThat(small.ahead()).isEqualTo(1);
            small.published(i, 0);
            small.ours(i, "published", 1, 0);
        }
        assertThat(small.ahead()).as("seven places are too many").isZero();
    }

    @Test
    void shouldCountTheBytesOfWhatWaits() {
        StreamDiff<String> small = new StreamDiff<>(10 * SECOND, 1_000, 100);
        small.ours(1, "1", 60, 0);
        small.ours(2, "2", 40, 0);
        assertThat(small.ahead()).as("just full").isEqualTo(2);
        small.published(1, 0);
        small.ours(3, "3", 60, 0);
        assertThat(small.takeAll()).containsExactly("2", "3");
        small.ours(4, "4", 101, 0);
        assertThat(small.ahead()).as("the only one").isEqualTo(1);
        small.ours(5, "5", 100, 0);
        assertThat(small.takeAll()).containsExactly("5");
    }

    @Test
    void shouldSayWhenItReceivedWhatIsPublished() {
        ours("a", 3);
        published("b", 4);
        withdrawn(5, "c");

        assertThat(overlap.published("a".hashCode(), 6)).isEqualTo(3);
        assertThat(overlap.published("d".hashCode(), 6)).isEqualTo(StreamDiff.NOT_RECEIVED);
        assertThat(overlap.published("c".hashCode(), 6)).as("not by ourselves").isEqualTo(StreamDiff.NOT_RECEIVED);
    }

    @Test
    void shouldNotTakeForOursWhatWasPublishedInVainAndHasNotReachedUs() {
        published("a", 0);
        withdrawn(1, "a");

        assertThat(overlap.ahead()).isZero();
        assertThat(ours("a", 2)).as("it is not published any more").isTrue();
    }

    @Test
    void shouldMatchRepeatsOneByOne() {
        ours("same", 0);
        ours("other", 0);
        ours("same", 0);
        ours("same", 0);
        published("same", 1);

        assertThat(overlap.takeAll()).containsExactly("other", "same", "same");

        published("same", 2);
        published("same", 2);
        assertThat(List.of(ours("same", 3), ours("same", 3), ours("same", 3))).containsExactly(false, false, true);
    }

    @Test
    void shouldForgetWhatFindsNoMatchInTime() {
        ours("only ours", 0);
        published("only theirs", 0);
        ours("young", 5 * SECOND);

        assertThat(overlap.wasPublished(1, 10 * SECOND)).isFalse();
        assertThat(overlap.ahead()).isEqualTo(2);
        assertThat(overlap.wasPublished(1, 10 * SECOND + 1)).isFalse();
        assertThat(overlap.behind()).isZero();
        assertThat(overlap.takeAll()).containsExactly("young");
        assertThat(overlap.crowdedOut()).isZero();
    }

    @Test
    void shouldWaitForWhatIsHeldUpAsLongAsItTakes() {
        published("old", 0);
        overlap.heldUp(true, 2 * SECOND);
        published("held up", 2 * SECOND);
        overlap.heldUp(true, 100 * SECOND);

        assertThat(ours("old", 100 * SECOND)).isFalse();
        overlap.heldUp(false, 101 * SECOND);
        assertThat(ours("held up", 111 * SECOND - 1)).isFalse();
        assertThat(ours("old", 111 * SECOND - 1)).as("that was another one").isTrue();
        published("never comes", 111 * SECOND - 1);
        assertThat(overlap.behind()).isEqualTo(1);
        assertThat(overlap.wasPublished(1, 121 * SECOND)).isFalse();
        assertThat(overlap.behind()).isZero();
        assertThat(overlap.isForgetful()).isFalse();
    }

    @Test
    void shouldTellThatItHasForgottenWhatMayStillCome() {
        IntStream.range(0, 1_500).forEach(i -> published("p" + i, 0));
        assertThat(overlap.isForgetful()).as("it would have come").isFalse();
        overlap.heldUp(true, SECOND);
        published("one more", 2 * SECOND);
        assertThat(overlap.isForgetful()).isTrue();

        overlap.heldUp(false, 3 * SECOND);
        assertThat(overlap.isForgetful()).isTrue();
        overlap.heldUp(false, 13 * SECOND);
        assertThat(overlap.isForgetful()).isFalse();
    }

    @Test
    void shouldTakeManyOfTheSameInTheirOrder() {
        StreamDiff<Integer> many = new StreamDiff<>(10 * SECOND, 200_000, 1_000_000);
        IntStream.range(0, 100_000).forEach(i -> many.ours(7, i, 1, i));
        IntStream.range(0, 50_000)
                .forEach(i -> assertThat(many.published(7, SECOND)).isEqualTo(i));
        many.withdrawn(List.of(-1), i -> 7, i -> 1, SECOND);
        IntStream.range(0, 10).forEach(i -> many.published(7, SECOND));

        assertThat(many.takeAll()).startsWith(50_009, 50_010).hasSize(49_991);
    }

    @Test
    void shouldStayBoundedInCountAndBytesAndTellWhatHadToGo() {
        IntStream.range(0, 1_500).forEach(i -> ours("m" + i, 0));
        assertThat(overlap.ahead()).isEqualTo(1_000);
        assertThat(overlap.crowdedOut()).isEqualTo(500);
        assertThat(overlap.takeAll()).hasSize(1_000).startsWith("m500").endsWith("m1499");

        IntStream.range(0, 1_500).forEach(i -> published("p" + i, 0));
        assertThat(overlap.behind()).isEqualTo(1_000);
        assertThat(overlap.crowdedOut()).as("theirs are no loss").isEqualTo(500);

        ours("x".repeat(600_000), 0);
        ours("y".repeat(600_000), 0);
        assertThat(overlap.ahead()).isEqualTo(1);
        ours("z".repeat(2_000_000), 0);
        assertThat(overlap.takeAll()).hasSize(1).first().asString().startsWith("z");
    }

    /**
     * Two nodes receive the same messages in different orders. One publishes and dies at any point, the other
     * continues.
     */
    @Test
    void shouldTakeOverAnywhereWithoutLossOrRepeat() {
        long seed = System.nanoTime();
        System.out.println("OverlapTest seed " + seed);
        Random random = new Random(seed);
        for (int world = 0; world < 300; world++) {
            List<String> sent = IntStream.range(0, 200)
                    .mapToObj(i -> "m" + random.nextInt(120)) // so some repeat
                    .toList();
            List<String> first = jumbled(sent, random);
            List<String> second = jumbled(sent, random);
            StreamDiff<String> successor = new StreamDiff<>(10 * SECOND, 1_000, 1_000_000);
            List<String> seen = new ArrayList<>();
            int dies = random.nextInt(201);
            int here = 0;
            for (int there = 0; there < dies; there++) {
                successor.published(first.get(there).hashCode(), there);
                seen.add(first.get(there));
                while (here < 200 && random.nextInt(10) < 5) {
                    String message = second.get(here++);
                    successor.ours(message.hashCode(), message, 1, there);
                }
            }
            seen.addAll(successor.takeAll());
            for (; here < 200; here++) {
                if (!successor.wasPublished(second.get(here).hashCode(), 300)) {
                    seen.add(second.get(here));
                }
            }
            assertThat(seen).as("seed %d, world %d", seed, world).containsExactlyInAnyOrderElementsOf(sent);
        }
    }

    private static List<String> jumbled(List<String> messages, Random random) {
        List<String> result = new ArrayList<>(messages);
        for (int i = 0; i + 1 < result.size(); i++) {
            int j = Math.min(result.size() - 1, i + random.nextInt(5));
            String moved = result.set(i, result.get(j));
            result.set(j, moved);
        }
        return result;
    }
}
