package io.firstline.feed.path;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.feed.path.TurnBalance.Move;
import io.firstline.feed.path.TurnBalance.Turn;
import io.firstline.feed.path.TurnBalance.Used;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Two URLs, unless a test says otherwise; the clock begins below zero, as it may. */
class TurnBalanceTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final List<Turn> TURNS = List.of(url("a"), url("b"));

    private final TurnBalance balance = new TurnBalance();
    private long now = -1_000 * SECOND;

    private static Turn url(String url) {
        return new Turn(url, 0, null, null);
    }

    private static List<Used> used(Turn... turns) {
        return IntStream.range(0, turns.length)
                .mapToObj(i -> new Used(i + 1, turns[i]))
                .toList();
    }

    private Move move(List<Turn> turns, List<Used> used) {
        return balance.move(turns, used, (turn, each) -> false, now);
    }

    @Test
    void shouldMoveNothingWhereNothingFailed() {
        assertThat(move(TURNS, used(url("a"), url("a"), url("a")))).isNull();
    }

    @Test
    void shouldLeadHalfOfThemBackOneAfterAnother() {
        List<Used> used = new ArrayList<>(used(url("a"), url("a"), url("a"), url("a")));
        balance.failed(url("b"), now);
        now += TurnBalance.FIRST_REST_NANOS - 1;
        assertThat(move(TURNS, used)).as("left alone").isNull();
        now++;
        Move first = move(TURNS, used);
        assertThat(first).isEqualTo(new Move(1, 1));
        used.set(0, new Used(1, url("b")));
        balance.lasts(url("b"));
        now += TurnBalance.MOVE_EVERY_NANOS - 1;
        assertThat(move(TURNS, used)).as("too soon").isNull();
        now++;
        assertThat(move(TURNS, used)).isEqualTo(new Move(2, 1));
        used.set(1, new Used(2, url("b")));
        now += 1_000 * SECOND;
        assertThat(move(TURNS, used)).as("even").isNull();
        assertThat(move(TURNS, used(url("a"), url("a"), url("a"))))
                .as("later it is as good as any")
                .isNull();
    }

    @Test
    void shouldTryLessOftenAtEachFailure() {
        List<Used> used = used(url("a"), url("a"));
        long start = now;
        int tries = 0;
        balance.failed(url("b"), now);
        for (; now - start < 3_600 * SECOND; now += 5 * SECOND) {
            if (move(TURNS, used) != null) {
                tries++;
                balance.failed(url("b"), now);
            }
        }
        assertThat(tries).as("in an hour").isBetween(9, 13);
        balance.lasts(url("b"));
        balance.failed(url("b"), now);
        now += TurnBalance.FIRST_REST_NANOS;
        assertThat(move(TURNS, used)).as("it had recovered").isNotNull();
    }

    @Test
    void shouldCountFailuresOfOneOutageOnce() {
        for (int slot = 0; slot < 5; slot++) {
            balance.failed(url("b"), now);
        }
        now += TurnBalance.FIRST_REST_NANOS;
        assertThat(move(TURNS, used(url("a"), url("a")))).isNotNull();
    }

    @Test
    void shouldLeadOneConnectionToATurnThatIsSlowerAndNotMore() {
        balance.failed(url("b"), now);
        now += TurnBalance.FIRST_REST_NANOS;
        assertThat(balance.move(TURNS, used(url("a"), url("a"), url("a"), url("a")), (turn, each) -> turn == 1, now))
                .as("nobody else delivers if all others fail")
                .isEqualTo(new Move(1, 1));
        now += TurnBalance.MOVE_EVERY_NANOS;
        assertThat(balance.move(TURNS, used(url("b"), url("a"), url("a"), url("a")), (turn, each) -> turn == 1, now))
                .isNull();
    }

    @Test
    void shouldForgetTurnsThatAreNoLongerConfigured() {
        balance.failed(url("b"), now);
        balance.keep(List.of(url("a")));
        now += TurnBalance.FIRST_REST_NANOS;
        assertThat(move(TURNS, used(url("a"), url("a")))).isNull();
    }

    /** Whatever fails, moves end, and each URL, header, local address and proxy has as many connections as it can. */
    @Test
    void shouldEndEven() {
        long seed = Long.getLong("firstline.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        for (int world = 0; world < 200; world++) {
            int urls = random.nextInt(1, 4);
            int headers = random.nextInt(1, 4);
            int locals = random.nextInt(1, 3);
            List<Turn> turns = new ArrayList<>();
            for (int i = 0; i < urls * headers * locals; i++) {
                turns.add(new Turn("u" + i % urls, i / urls % headers, "l" + i / urls / headers, null));
            }
            TurnBalance every = new TurnBalance();
            turns.forEach(turn -> every.failed(turn, now));
            List<Used> used = new ArrayList<>();
            int slots = random.nextInt(1, 9);
            for (int slot = 1; slot <= slots; slot++) {
                used.add(new Used(slot, turns.get(random.nextInt(turns.size()))));
            }
            now += 20 * SECOND;
            int moves = 0;
            for (Move move = move(every, turns, used); move != null; move = move(every, turns, used)) {
                used.set(move.slot() - 1, new Used(move.slot(), turns.get(move.turn())));
                now += TurnBalance.MOVE_EVERY_NANOS;
                moves++;
            }
            String what = "seed " + seed + ", world " + world + ": " + used;
            assertThat(moves).as(what).isLessThanOrEqualTo(3 * slots);
            assertEven(what, urls, used.stream().map(each -> each.turn().url()).toList());
            assertEven(
                    what,
                    headers,
                    used.stream().map(each -> each.turn().headers()).toList());
            assertEven(
                    what, locals, used.stream().map(each -> each.turn().local()).toList());
        }
    }

    private Move move(TurnBalance every, List<Turn> turns, List<Used> used) {
        return every.move(turns, used, (turn, each) -> false, now);
    }

    private static void assertEven(String what, int values, List<?> used) {
        List<Long> counts = used.stream()
                .distinct()
                .map(value -> used.stream().filter(value::equals).count())
                .toList();
        long most = counts.stream().mapToLong(Long::longValue).max().orElseThrow();
        long least = counts.size() < values
                ? 0
                : counts.stream().mapToLong(Long::longValue).min().orElseThrow();
        assertThat(most - least).as(what).isLessThanOrEqualTo(1);
    }
}
