package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.cluster.NodeHeartbeat.Part;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Which members are in view. Times are nanoseconds since the start, on a clock that is about to overflow. */
class MembershipViewTest {
    private static final long START = Math.subtractExact(Long.MAX_VALUE, 3L);
    private static final long GONE = 1_000;

    private static final List<String> NAMES = List.of("m1", "m2", "m3", "m4");

    private static MembershipView view(int members) {
        return new MembershipView("m1", NAMES.subList(0, members), GONE);
    }

    private static void heard(MembershipView view, String from, long at, Map<String, Part> carries) {
        view.heard(new NodeHeartbeat(from, 1, 800, List.of(), List.of(), carries, NodeRun.UNKNOWN), START + at);
    }

    @Test
    void shouldNeedMoreThanHalfOfTheMembers() {
        for (int members = 1; members <= 4; members++) {
            MembershipView view = view(members);
            for (int present = 1; present <= members; present++) {
                if (present > 1) {
                    heard(view, "m" + present, 0, Map.of());
                }
                assertThat(view.isMajority(NAMES.subList(0, members), START))
                        .as("%d of %d", present, members)
                        .isEqualTo(2 * present > members);
            }
        }
        MembershipView view = view(4);
        heard(view, "m4", 0, Map.of());
        assertThat(view.isMajority(NAMES.subList(0, 3), START))
                .as("only voters count")
                .isFalse();
    }

    @Test
    void shouldCountAMemberAsAbsentAfterItsSilenceAndKnowNothingOfStrangers() {
        MembershipView view = view(3);
        heard(view, "m2", 0, Map.of());
        heard(view, "m4", 0, Map.of("f", new Part(true, true, 0, 9, false, 0)));
        assertThat(view.present(START + GONE - 1)).containsExactly("m1", "m2");
        assertThat(view.present(START + GONE)).containsExactly("m1");
        assertThat(view.epochOf("f", START)).isZero();
        assertThat(view.carries("m4", "f")).isFalse();
        assertThat(view.isWarm("m4", "f")).isFalse();
    }

    /** A process that continues reads messages before its timer finds that it has paused. */
    @Test
    void shouldNotTakeAMemberForYoungerThanItsLastMessage() {
        MembershipView view = view(3);
        heard(view, "m2", 0, Map.of());
        heard(view, "m3", 5 * GONE, Map.of("f", Part.NONE));

        view.paused(5 * GONE, START + 5 * GONE);

        assertThat(view.silentNanos("m3", "f", START + 5 * GONE)).isZero();
        assertThat(view.present(START + 6 * GONE - 1)).containsExactly("m1", "m2", "m3");
        assertThat(view.present(START + 6 * GONE)).containsExactly("m1");
    }

    @Test
    void shouldKnowWhatAMemberLastSaid() {
        MembershipView view = view(3);
        heard(view, "m2", 0, Map.of("f", new Part(true, false, 0, 9, false, 0)));
        heard(view, "m3", 0, Map.of("f", new Part(false, true, 5, 7, false, 0), "g", Part.NONE));
        assertThat(view.isWarm("m2", "f")).isTrue();
        assertThat(view.receives("m2", "f")).isFalse();
        assertThat(view.isWarm("m3", "f")).isFalse();
        assertThat(view.receives("m3", "f")).isTrue();
        assertThat(view.carries("m3", "g")).isTrue();
        assertThat(view.carries("m2", "g")).isFalse();
        assertThat(view.receives("m2", "g")).isFalse();
        assertThat(view.epochOf("f", START + 1)).as("the highest").isEqualTo(9);
        assertThat(view.silentNanos("m3", "f", START + 20)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(5) + 20);
        assertThat(view.silentNanos("m1", "f", START + 20)).as("itself").isZero();

        heard(view, "m2", 500, Map.of());
        assertThat(view.carries("m2", "f")).isFalse();
        assertThat(view.epochOf("f", START + 501)).isEqualTo(7);
        assertThat(view.epochOf("f", START + GONE)).as("the others are absent").isZero();
    }
}
