package io.firstline.arbitration;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.arbitration.Simulation.Family;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random runs of a pool against a model that knows everything; {@code -Dfirstline.seed=N} replays one. The seeds are
 * the same in every build.
 */
class ArbiterModelTest {
    private static final int RUNS = Integer.getInteger("firstline.runs", 400);

    /**
     * With unique bytes, each message that a line in step delivered is published once, in order per stream, or flagged
     * late. In OUTAGES the order begins anew when a line leads that could not line up. Its bytes do not show whether
     * the copies that it holds are older or younger than the messages of the dead line, and the event says {@code
     * alone}.
     *
     * <p>Known and not fixed: a joiner freezes while it lines up, so that the skew is too short to keep the messages
     * that another stream delivered before the freeze. Such a message is published out of order and not flagged (STEADY
     * 202398, one run in some 10,000).
     */
    @ParameterizedTest
    @CsvSource({"STEADY", "OUTAGES"})
    void shouldPublishTheUnionOnceAndInOrder(Family family) {
        run(family, simulation -> 0);
    }

    /**
     * With losses the union is exact as well. The late flag is an estimate here. If a line lags by more than the skew
     * and alone has a message, the arbiter cannot know that the line is not ahead, as messages have no stream.
     */
    @Test
    void shouldPublishTheUnionOfLossyLines() {
        long[] published = new long[1];
        long[] unnoticed = new long[1];
        long inVain = run(Family.LOSSY, simulation -> {
            published[0] += simulation.published.size();
            unnoticed[0] += simulation.lateUnnoticed;
            return simulation.flaggedInVain;
        });
        assertThat(unnoticed[0]).as("late and not flagged").isLessThanOrEqualTo(published[0] / 200);
        assertThat(inVain).as("flagged and not late").isLessThanOrEqualTo(published[0] / 50);
    }

    /** With repeats, the counts are exact on lines that carry every message. */
    @Test
    void shouldPublishRepeatsAsOftenAsTheServerSentThem() {
        run(Family.REPEATS, simulation -> 0);
    }

    /**
     * With repeats on lines that join, a message is never published more often than it was sent. Sometimes one is
     * missing. The first copy of a repeat on a joiner may belong to an occurrence that was sent before its
     * subscription, but published after its connect attempt began. The bytes do not show this. So the arbiter matches
     * the copy with the earlier occurrence, rather than publish it twice.
     *
     * <p>Known and not fixed: of 10,000 other seeds two published a repeat too often (308453); not analysed.
     */
    @Test
    void shouldNeverPublishRepeatsMoreOftenThanSentWhileLinesJoin() {
        long[] published = new long[1];
        long absorbed = run(Family.REPEATS_JOINING, simulation -> {
            published[0] += simulation.published.size();
            return simulation.absorbed();
        });
        assertThat(absorbed).isLessThanOrEqualTo(published[0] / 2_000);
    }

    /** Seeds that found a fault. */
    @ParameterizedTest
    @CsvSource({
        "STEADY, 640", // two joiners line up on one message: each published messages that the other had just released
        "LOSSY, 324", // the same
        "STEADY, 96", // a thawed line flagged only the first of several late messages
        "OUTAGES, 109815", // two joiners led at once, and the frozen one did not know that it was behind
        "REPEATS, 29", // the place of a line was derived from publish times, which stretch when a faster line stops
        "REPEATS_JOINING, 19", // a message that only a slow line had made the line seem to have caught up
    })
    void shouldStayRightWhereItOnceWentWrong(Family family, long seed) {
        new Simulation(family, seed).run().check();
    }

    private static long run(Family family, ToLongFunction<Simulation> figure) {
        Long only = Long.getLong("firstline.seed");
        long from = only != null ? only : 1;
        long sum = 0;
        for (long seed = from; seed < from + (only != null ? 1 : RUNS); seed++) {
            Simulation simulation;
            try {
                simulation = new Simulation(family, seed).run();
            } catch (RuntimeException e) {
                throw new AssertionError("-Dfirstline.seed=" + seed + " (" + family + ")", e);
            }
            simulation.check();
            sum += figure.applyAsLong(simulation);
        }
        return sum;
    }
}
