package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.feed.LackingCopies.Count;
import io.firstline.feed.LackingCopies.Finding;
import io.firstline.feed.LackingCopies.Seen;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Counts of connections, a window after the other. */
class LackingCopiesTest {
    private static final long S = 1_000_000_000L;
    private static final int WINDOW = LackingCopies.MESSAGES;

    private final LackingCopies lacking = new LackingCopies(1_000 * LackingCopies.WINDOW_S);
    private final Map<String, Count> all = new TreeMap<>();
    private final Map<String, Map<String, Count>> streams = new TreeMap<>();
    /** Whether only one other connection delivered what one lacks. */
    private boolean alone;

    private long now;

    @BeforeEach
    void start() {
        List.of("a", "b", "c").forEach(id -> {
            all.put(id, new Count(0, 0, 0, 0));
            streams.put(id, new TreeMap<>());
        });
        look();
    }

    private List<Finding> look() {
        List<Seen> members = new ArrayList<>();
        all.forEach((id, count) -> members.add(new Seen(id, count, Map.copyOf(streams.get(id)))));
        return lacking.look(members, now);
    }

    private static Count sum(Count a, Count b) {
        return new Count(
                a.copies() + b.copies(), a.losses() + b.losses(), a.toOne() + b.toOne(), a.saves() + b.saves());
    }

    private void add(String id, long copies, long losses, long saves) {
        all.merge(id, new Count(copies, losses, alone ? losses : 0, saves), LackingCopiesTest::sum);
    }

    private void add(String id, String stream, long copies, long losses) {
        streams.get(id).merge(stream, new Count(copies, losses, 0, 0), LackingCopiesTest::sum);
        add(id, copies, losses, 0);
    }

    /** A window in which the last connection lacks so many messages. */
    private List<Finding> window(long missing) {
        add("a", WINDOW, 0, 0);
        add("b", WINDOW, 0, 0);
        add("c", WINDOW - missing, missing, 0);
        now += LackingCopies.WINDOW_S * S;
        return look();
    }

    @Test
    void shouldReportAConnectionThatLacksCopiesInTwoWindows() {
        assertThat(window(50)).isEmpty();
        assertThat(window(50)).containsExactly(new Finding("c", 0.05, 50, WINDOW, List.of(), false));
        assertThat(window(50)).as("once").isEmpty();
        assertThat(lacking.share("c")).isEqualTo(0.05);
        assertThat(lacking.share("a")).isZero();
        assertThat(lacking.copiesPerMessage()).isEqualTo(2.95);
    }

    @Test
    void shouldReportThatItIsOverAfterTwoWindows() {
        window(50);
        window(50);

        assertThat(window(2)).isEmpty();
        assertThat(window(0)).containsExactly(new Finding("c", 0, 0, WINDOW, List.of(), true));
        assertThat(lacking.left("c")).isFalse();
    }

    @Test
    void shouldNotReportAShareThatChangesAroundTheLimit() {
        for (int i = 0; i < 10; i++) {
            assertThat(window(i % 2 == 0 ? 50 : 0)).as("window %d", i).isEmpty();
        }
        window(50);
        assertThat(window(50)).hasSize(1);
        for (int i = 0; i < 10; i++) {
            assertThat(window(i % 2 == 0 ? 4 : 0))
                    .as("below and above half of it, %d", i)
                    .hasSizeLessThanOrEqualTo(1);
        }
    }

    @Test
    void shouldWaitForEnoughMessagesAndTime() {
        add("a", 10L * WINDOW, 0, 0);
        add("b", 1, 10L * WINDOW - 1, 0);
        add("c", 1, 10L * WINDOW - 1, 0);
        now += (LackingCopies.WINDOW_S - 1) * S;
        assertThat(look()).isEmpty();
        assertThat(lacking.share("c")).isNaN();
        now += S;
        all.keySet().forEach(id -> add(id, 1, 0, 0));
        look();
        assertThat(lacking.share("c")).isGreaterThan(0.99);
        all.keySet().forEach(id -> add(id, WINDOW - 1L, 0, 0));
        now += 3_599 * S;
        look();
        assertThat(lacking.share("c")).as("too few messages").isGreaterThan(0.99);
        now += S;
        look();
        assertThat(lacking.share("c")).as("after an hour all the same").isZero();
    }

    @Test
    void shouldNotJudgeWhileAConnectionIsStalled() {
        for (int i = 0; i < 4; i++) {
            add("a", WINDOW, 0, 0);
            add("b", WINDOW, 0, 0);
            add("c", 0, 100, 0);
            now += LackingCopies.WINDOW_S * S;
            assertThat(look()).isEmpty();
        }
        assertThat(lacking.share("c")).isNaN();
        add("a", 1, 0, 0);
        add("b", 1, 0, 0);
        add("c", 4 * WINDOW, -400, 0);
        now += S;
        look();
        assertThat(lacking.share("c")).as("it has caught up").isZero();
    }

    @Test
    void shouldStartAgainWhenAConnectionLeaves() {
        window(50);
        add("c", 400, 100, 0);
        all.remove("b");
        now += LackingCopies.WINDOW_S * S;

        assertThat(look()).as("its window is not compared").isEmpty();
        assertThat(lacking.left("b")).isFalse();
        add("a", WINDOW, 0, 0);
        add("c", WINDOW - 50, 50, 0);
        now += LackingCopies.WINDOW_S * S;
        assertThat(look()).as("it is the second of two").hasSize(1);
        assertThat(lacking.left("c")).as("it lacked some").isTrue();
    }

    @Test
    void shouldNotJudgeAConnectionBeforeItsFirstWholeWindow() {
        all.put("d", new Count(100, 400, 0, 0));
        streams.put("d", new TreeMap<>());
        window(50);
        assertThat(lacking.share("d")).isNaN();
        assertThat(lacking.share("c")).as("the window starts again").isNaN();
        add("d", WINDOW, 0, 0);
        window(0);
        assertThat(lacking.share("d")).isZero();
    }

    @Test
    void shouldNotCountLossesOfTheTimeBeforeAChange() {
        for (int i = 0; i < 2; i++) {
            lacking.restart();
            look();
            now += 2 * S;
            add("c", 0, 50, 0); // of messages before it was in step
            look();
            assertThat(window(0)).isEmpty();
            assertThat(lacking.share("c")).isZero();
        }
    }

    @Test
    void shouldNotCountMessagesThatEachHasOfItsOwn() {
        alone = true;
        for (int i = 0; i < 5; i++) {
            add("a", 0, 30, 15);
            add("b", 0, 29, 16);
            add("c", 0, 31, 14);
            assertThat(window(0)).isEmpty();
        }
    }

    @Test
    void shouldFindOneOfTwoAndTwoOfThreeThatLackTheSame() {
        all.remove("b");
        lacking.restart();
        look();
        alone = true;
        add("a", WINDOW, 0, 50);
        add("c", WINDOW - 50, 50, 0);
        now += LackingCopies.WINDOW_S * S;
        look();
        assertThat(lacking.share("c")).isEqualTo(0.05);
        assertThat(lacking.share("a")).isZero();

        all.put("b", new Count(0, 0, 0, 0));
        lacking.restart();
        look();
        add("a", WINDOW, 0, 50);
        add("b", WINDOW - 50, 50, 0);
        add("c", WINDOW - 50, 50, 0);
        now += LackingCopies.WINDOW_S * S;
        look();
        assertThat(lacking.share("b")).isEqualTo(0.05);
        assertThat(lacking.share("c")).isEqualTo(0.05);
    }

    @Test
    void shouldNameTheStreamThatIsMissing() {
        List<Finding> findings = List.of();
        for (int i = 0; i < 3; i++) {
            for (String id : all.keySet()) {
                add(id, "trades", 2_000, 0);
            }
            add("a", "book", 12, 0);
            add("b", "book", 12, 0);
            add("c", "book", i == 0 ? 12 : 0, i == 0 ? 0 : 12);
            now += LackingCopies.WINDOW_S * S;
            findings = look();
        }
        assertThat(findings).containsExactly(new Finding("c", 12 / 2_012.0, 12, 2_012, List.of("book"), false));
    }

    @Test
    void shouldNotCountAStreamThatAConnectionHasNotDeliveredBefore() {
        for (int i = 0; i < 4; i++) {
            for (String id : all.keySet()) {
                add(id, "trades", 1_000, 0);
            }
            add("a", "new", 500, 0);
            add("b", "new", 500, 0);
            if (i == 0) {
                add("c", "new", 0, 500); // not subscribed yet
                streams.get("c").remove("new");
            } else if (i == 1) {
                add("c", "new", 250, 750); // it has begun
            } else {
                add("c", "new", 500, 0);
            }
            now += LackingCopies.WINDOW_S * S;
            assertThat(look()).as("window %d", i).isEmpty();
            assertThat(i != 1 || lacking.share("c") == 0)
                    .as("share in window %d", i)
                    .isTrue();
        }
    }
}
